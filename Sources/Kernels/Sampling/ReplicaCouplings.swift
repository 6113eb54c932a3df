/// The couplings and fields of a problem as samplers take them: by rows, each coupling twice, in double precision.
///
///     E(s) = −½ Σ_ij J_ij s_i s_j − Σ_i h_i s_i
///
/// A rank has all rows, or those of a run of spins. It counts the spins that it knows: those with rows in the order of their global numbers, and
/// behind them the ghosts, spins of other ranks that they are coupled to.
package struct ReplicaCouplings: Sendable {
  /// Where each row begins, and at the end where the last one does.
  package let rowStarts: [Int]
  /// Spins as this rank counts them, in the order of their global numbers within a row.
  package let neighbours: [Int32]
  package let couplings: [Double]
  /// `h`, one a row.
  package let fields: [Double]
  /// Of the rows of all ranks.
  package let bounds: CouplingBounds
  /// The global number of the first row's spin.
  private let first: Int
  /// Global numbers of the ghosts, ascending.
  private let ghosts: [Int32]
  /// `Σ_j |J_ij| + |h_i|` of the ghosts.
  private let ghostFields: [Double]

  /// All rows of a problem.
  package init(rowStarts: [Int], neighbours: [Int32], couplings: [Double], fields: [Double]) {
    precondition(rowStarts.count == fields.count + 1 && neighbours.count == couplings.count)
    self.rowStarts = rowStarts
    self.neighbours = neighbours
    self.couplings = couplings
    self.fields = fields
    (first, ghosts, ghostFields) = (0, [], [])
    bounds = CouplingBounds(rowStarts: rowStarts, couplings: couplings, fields: fields)
  }

  /// The rows of a run of spins, without fields.
  ///
  /// - Parameters:
  ///   - first: the global number of the first row's spin.
  ///   - ghosts: global numbers, ascending.
  ///   - ghostFields: `Σ_j |J_ij|` of the ghosts, as the ranks that have their rows add it up.
  ///   - bounds: of the rows of all ranks.
  package init(
    rowStarts: [Int], neighbours: [Int32], couplings: [Double], first: Int, ghosts: [Int32], ghostFields: [Double],
    bounds: CouplingBounds
  ) {
    precondition(neighbours.count == couplings.count && ghosts.count == ghostFields.count)
    self.rowStarts = rowStarts
    self.neighbours = neighbours
    self.couplings = couplings
    fields = [Double](repeating: 0, count: rowStarts.count - 1)
    (self.first, self.ghosts, self.ghostFields) = (first, ghosts, ghostFields)
    self.bounds = bounds
  }

  /// Spins of the whole problem.
  package var spinCount: Int { bounds.spinCount }
  /// Spins with rows here.
  package var rowCount: Int { rowStarts.count - 1 }
  /// Spins that this rank counts: those with rows here, and ghosts.
  package var knownCount: Int { rowCount + ghosts.count }

  package func row(_ spin: Int) -> Range<Int> { rowStarts[spin]..<rowStarts[spin + 1] }

  /// The global number of a spin that this rank knows.
  package func number(_ spin: Int) -> Int { spin < rowCount ? first + spin : Int(ghosts[spin - rowCount]) }

  /// `Σ_j |J_ij| + |h_i|` of a spin that this rank knows.
  func greatestField(_ spin: Int) -> Double {
    spin >= rowCount
      ? ghostFields[spin - rowCount]
      : row(spin).reduce(fields[spin].magnitude) { $0 + couplings[$1].magnitude }
  }

  /// The graph, for colourings and cuts; its couplings are rounded to single precision.
  package var graph: SparseCouplings {
    SparseCouplings(rowStarts: rowStarts, neighbours: neighbours, couplings: couplings.map { Float($0) })
  }
}

/// The couplings and fields of the spins that a rank moves, by rows of their places in a state. Couplings of zero are left out.
struct PlacedCouplings {
  /// Where each row begins, and at the end where the last one does.
  let starts: AlignedBuffer<Int>
  let neighbours: AlignedBuffer<Int32>
  let couplings: AlignedBuffer<Double>
  let fields: AlignedBuffer<Double>

  init(_ couplings: ReplicaCouplings, in layout: ReplicaLayout) {
    let places = layout.places(of: couplings.knownCount)
    var (starts, neighbours, values): ([Int], [Int32], [Double]) = ([0], [], [])
    for spin in layout.free {
      for entry in couplings.row(spin) where couplings.couplings[entry] != 0 {
        neighbours.append(places[Int(couplings.neighbours[entry])])
        values.append(couplings.couplings[entry])
      }
      starts.append(neighbours.count)
    }
    self.starts = AlignedBuffer(starts)
    self.neighbours = AlignedBuffer(neighbours)
    self.couplings = AlignedBuffer(values)
    fields = AlignedBuffer(layout.free.map { couplings.fields[$0] })
  }

  /// The entries of the spin at a place.
  func row(_ place: Int) -> Range<Int> { starts.base[place]..<starts.base[place + 1] }
}

/// Where spins lie in a state: those that this rank moves, colour by colour; those that it holds fixed; spins of other ranks; and at the
/// end a place that is always up. Spins are counted as in `ReplicaCouplings`.
package struct ReplicaLayout: Sendable {
  /// The spins that are moved, in the order of visits.
  package let free: [Int]
  /// Where each colour begins in `free`, and at the end where the last one does.
  package let colourStarts: [Int]
  /// Spins that stay as they are.
  package let fixed: [Int]
  /// Other ranks' spins.
  package let ghosts: [Int]

  package init(free: [Int], colourStarts: [Int], fixed: [Int] = [], ghosts: [Int] = []) {
    precondition(colourStarts.first == 0 && colourStarts.last == free.count)
    self.free = free
    self.colourStarts = colourStarts
    self.fixed = fixed
    self.ghosts = ghosts
  }

  /// All spins on one rank, in the order of a greedy colouring.
  ///
  /// - Parameter isFixed: of each spin, whether it stays as it is; none do if there are none.
  package init(whole couplings: ReplicaCouplings, isFixed: [Bool] = []) {
    let colouring = Colouring(couplings.graph)
    guard isFixed.contains(true) else {
      self.init(free: colouring.order, colourStarts: colouring.starts)
      return
    }
    let free = colouring.order.filter { !isFixed[$0] }
    let starts = (0..<colouring.starts.count).map { colour in
      colouring.order[..<colouring.starts[colour]].count { !isFixed[$0] }
    }
    self.init(free: free, colourStarts: starts, fixed: isFixed.indices.filter { isFixed[$0] })
  }

  package var ownCount: Int { free.count + fixed.count }
  /// The place that is always up, the last one.
  package var ground: Int { ownCount + ghosts.count }
  /// The spins of this rank, in the order of places.
  package var own: [Int] { free + fixed }

  /// The place of each spin, −1 where it has none.
  package func places(of spinCount: Int) -> [Int32] {
    var places = [Int32](repeating: -1, count: spinCount)
    for (place, spin) in (free + fixed + ghosts).enumerated() { places[spin] = Int32(truncatingIfNeeded: place) }
    return places
  }
}
