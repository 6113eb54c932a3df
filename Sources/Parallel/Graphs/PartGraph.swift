import Kernels
import MPI

/// The rows of a run of a graph's spins, and the runs of all ranks: what one rank knows of a graph that none has whole.
///
/// The graph is symmetric, so a rank knows which of its spins each other rank needs.
package struct PartGraph: Sendable {
  /// The spins of each rank, one run after the other.
  package let runs: [Range<Int>]
  /// This rank.
  package let rank: Int
  /// Where each row begins, from 0, and at the end where the last one does.
  let starts: [Int]
  /// Global numbers, ascending within a row.
  let neighbours: [Int32]
  /// One a neighbour; none of a graph of which only the borders are of interest.
  let couplings: [Float]
  /// Spins of other ranks that this rank's are coupled to, ascending.
  package let ghosts: [Int32]
  /// The other ranks with which spins are coupled, ascending.
  let others: [Other]

  /// What two ranks have to do with each other.
  struct Other: Sendable {
    let rank: Int
    /// This rank's spins that it needs, by their places in the run, ascending.
    let needed: [Int32]
    /// Its spins among the ghosts.
    let ghosts: Range<Int>
  }

  /// - Parameters:
  ///   - runs: the spins of each rank, one run after the other.
  ///   - starts: of this rank's rows, from 0, and the end of the last one.
  ///   - neighbours: global numbers, ascending within a row.
  ///   - couplings: one a neighbour, or none.
  package init(runs: [Range<Int>], rank: Int, starts: [Int], neighbours: [Int32], couplings: [Float] = []) {
    let own = runs[rank]
    precondition(
      starts.count == own.count + 1 && starts.last == neighbours.count
        && (couplings.isEmpty || couplings.count == neighbours.count))
    (self.runs, self.rank) = (runs, rank)
    (self.starts, self.neighbours, self.couplings) = (starts, neighbours, couplings)
    ghosts = Self.distinct(neighbours, outside: own, of: runs.last?.upperBound ?? 0)
    var (others, place) = ([Other](), 0)
    for (other, run) in runs.enumerated() where other != rank {
      let first = place
      while place < ghosts.count, Int(ghosts[place]) < run.upperBound { place += 1 }
      guard place > first else { continue }
      others.append(Other(rank: other, needed: [], ghosts: first..<place))
    }
    var needed = [[Int32]](repeating: [], count: others.count)
    for row in 0..<own.count {
      for entry in starts[row]..<starts[row + 1] where !own.contains(Int(neighbours[entry])) {
        guard let other = others.firstIndex(where: { Int(neighbours[entry]) < runs[$0.rank].upperBound }) else { continue }
        if needed[other].last != Int32(row) { needed[other].append(Int32(row)) }
      }
    }
    self.others = zip(others, needed).map { Other(rank: $0.rank, needed: $1, ghosts: $0.ghosts) }
  }

  /// The spins of this rank.
  package var own: Range<Int> { runs[rank] }

  /// Where a ghost stands among the ghosts.
  func place(ofGhost spin: Int32) -> Int {
    var (low, high) = (0, ghosts.count)
    while low < high {
      let middle = (low + high) / 2
      if ghosts[middle] < spin { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What each rank has of its own spins, of the ghosts. Collective.
  ///
  /// - Parameter own: one for each of this rank's spins.
  package func ofGhosts<Value: MPIDatatype>(_ own: [Value], over group: Communicator) throws -> [Value] {
    var all: [Value] = []
    all.reserveCapacity(ghosts.count)
    for other in others { all += try group.sendReceive(other.needed.map { own[Int($0)] }, to: other.rank, from: other.rank) }
    return all
  }

  /// The neighbours of all rows by their places: own spins in the order of their numbers, and ghosts behind them.
  package var neighbourPlaces: [Int32] {
    neighbours.map { spin in
      own.contains(Int(spin))
        ? spin - Int32(truncatingIfNeeded: own.lowerBound) : Int32(truncatingIfNeeded: own.count + place(ofGhost: spin))
    }
  }

  /// The numbers that lie outside a run, each once, in ascending order.
  private static func distinct(_ numbers: [Int32], outside own: Range<Int>, of count: Int) -> [Int32] {
    // A bit for each spin: rows of a dense graph name them all, many times.
    var isFound = [UInt64](repeating: 0, count: (count + 63) / 64)
    for number in numbers where !own.contains(Int(number)) { isFound[Int(number) / 64] |= 1 << UInt64(number % 64) }
    var found: [Int32] = []
    for (place, bits) in isFound.enumerated() where bits != 0 {
      for bit in 0..<64 where bits >> UInt64(bit) & 1 == 1 { found.append(Int32(truncatingIfNeeded: 64 * place + bit)) }
    }
    return found
  }
}

extension GhostPlan {
  /// The plan of a graph that no rank has whole, without rows if the graph has no couplings.
  ///
  /// - Parameter colours: what positions and ghosts are sorted by before their global numbers; `nil` puts interior spins first.
  package init(_ part: PartGraph, colours: PartColouring? = nil) {
    let count = part.own.count
    // Of each own spin its colour, or whether it is at the border.
    var classes = colours?.own ?? [Int32](repeating: 0, count: count)
    if colours == nil { for other in part.others { for spin in other.needed { classes[Int(spin)] = 1 } } }
    func byColour(_ spins: [Int], _ colours: [Int32]?) -> [Int] {
      colours.map { colours in Buckets(spins) { spin in Int(colours[spin]) }.items } ?? spins
    }
    let order = Buckets(Array(0..<count)) { Int(classes[$0]) }
    var position = [Int32](repeating: 0, count: count)
    for (index, row) in order.items.enumerated() { position[row] = Int32(truncatingIfNeeded: index) }

    // Ghosts are listed by owner, then colour, then number; the owner lists what it sends in the same order.
    var ghostOrder: [Int] = []
    var neighbours: [Neighbour] = []
    for other in part.others {
      ghostOrder += byColour(Array(other.ghosts), colours?.ghosts)
      let sent = byColour(other.needed.map { Int($0) }, colours?.own)
      neighbours.append(Neighbour(rank: other.rank, sent: sent.map { position[$0] }, ghosts: other.ghosts))
    }
    var ghostPosition = [Int32](repeating: 0, count: part.ghosts.count)
    for (index, ghost) in ghostOrder.enumerated() { ghostPosition[ghost] = Int32(truncatingIfNeeded: count + index) }

    var starts = [0]
    var (names, values) = ([Int32](), [Float]())
    starts.reserveCapacity(count + 1)
    names.reserveCapacity(part.couplings.count)
    values.reserveCapacity(part.couplings.count)
    for row in order.items where !part.couplings.isEmpty {
      for entry in part.starts[row]..<part.starts[row + 1] {
        let spin = part.neighbours[entry]
        let place = Int(spin) - part.own.lowerBound
        names.append(part.own.contains(Int(spin)) ? position[place] : ghostPosition[part.place(ofGhost: spin)])
        values.append(part.couplings[entry])
      }
      starts.append(names.count)
    }
    let first = part.own.lowerBound
    self.init(
      own: order.items.map { $0 + first }, interiorCount: colours == nil && order.starts.count > 1 ? order.starts[1] : 0,
      ghosts: ghostOrder.map { Int(part.ghosts[$0]) }, neighbours: neighbours,
      couplings: SparseCouplings(
        rowStarts: starts, neighbours: names, couplings: values, columnCount: count + part.ghosts.count))
  }
}
