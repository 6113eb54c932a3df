import Kernels

/// One rank's spins, the ghosts that they are coupled to, and who needs what of whom: worked out by each rank for itself from the
/// whole graph, so that nothing is negotiated.
public struct HaloPlan: Sendable {
  /// The other ranks with which spins are coupled, and what goes to and fro.
  public struct Neighbour: Sendable, Equatable {
    public var rank: Int
    /// Positions of own spins that it needs, in its order of ghosts.
    public var sent: [Int32]
    /// Its spins among the ghosts.
    public var ghosts: Range<Int>
  }

  /// Global numbers of the own spins in the order of positions.
  public let own: [Int]
  /// Own spins at the beginning that are coupled to own spins only.
  public let interiorCount: Int
  /// Global numbers of the ghosts.
  public let ghosts: [Int]
  public let neighbours: [Neighbour]
  /// A row for each own spin, which names positions of own spins and, behind them, ghosts, in the order of global numbers.
  public let couplings: SparseCouplings

  /// - Parameters:
  ///   - key: what positions and ghosts are sorted by before their global numbers: a spin's colour; `nil` puts interior spins
  ///     first.
  public init(_ whole: SparseCouplings, owners: SpinOwners, rank: Int, key: [Int]? = nil) {
    let ranks = owners.ranks
    let mine = ranks.indices.filter { Int(ranks[$0]) == rank }
    func isBoundary(_ spin: Int) -> Bool {
      var found = false
      whole.forEach(in: spin) { other, _ in if Int(ranks[other]) != rank { found = true } }
      return found
    }
    let boundary = Set(mine.filter(isBoundary))
    let order: (Int) -> (Int, Int) = { spin in (key?[spin] ?? (boundary.contains(spin) ? 1 : 0), spin) }
    own = mine.sorted { order($0) < order($1) }
    interiorCount = key == nil ? mine.count - boundary.count : 0

    // A ghost is listed once, by owner, then key, then number; the owner lists what it sends in the same order.
    var seen = Set<Int>()
    var sentTo: [Int: Set<Int>] = [:]
    for spin in boundary {
      whole.forEach(in: spin) { other, _ in
        guard Int(ranks[other]) != rank else { return }
        seen.insert(other)
        sentTo[Int(ranks[other]), default: []].insert(spin)
      }
    }
    let place: (Int) -> (Int, Int) = { (key?[$0] ?? 0, $0) }
    let ghosts = seen.sorted { (Int(ranks[$0]), place($0).0, $0) < (Int(ranks[$1]), place($1).0, $1) }
    self.ghosts = ghosts
    var position = [Int: Int32](minimumCapacity: own.count + ghosts.count)
    for (index, spin) in (own + ghosts).enumerated() { position[spin] = Int32(index) }
    neighbours = sentTo.keys.sorted().map { other in
      let first = ghosts.firstIndex { Int(ranks[$0]) == other } ?? 0
      let count = ghosts.reduce(0) { $0 + (Int(ranks[$1]) == other ? 1 : 0) }
      let sent = sentTo[other]!.sorted { place($0) < place($1) }.map { position[$0]! }
      return Neighbour(rank: other, sent: sent, ghosts: first..<first + count)
    }
    var starts = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for spin in own {
      whole.forEach(in: spin) { other, coupling in
        columns.append(position[other]!)
        values.append(coupling)
      }
      starts.append(columns.count)
    }
    couplings = SparseCouplings(
      rowStarts: starts, neighbours: columns, couplings: values, columnCount: own.count + ghosts.count)
  }

  /// A row for each ghost, which names positions of own spins.
  public var ghostCouplings: SparseCouplings {
    var rows = [[(Int32, Float)]](repeating: [], count: ghosts.count)
    for position in own.indices {
      couplings.forEach(in: position) { other, coupling in
        if other >= own.count { rows[other - own.count].append((Int32(position), coupling)) }
      }
    }
    var starts = [0]
    for row in rows { starts.append(starts.last! + row.count) }
    return SparseCouplings(
      rowStarts: starts, neighbours: rows.joined().map(\.0), couplings: rows.joined().map(\.1), columnCount: own.count)
  }
}
