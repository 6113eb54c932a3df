import Kernels

/// One rank's spins, the ghosts that they are coupled to, and who needs what of whom: worked out by each rank for itself from the
/// whole graph or from its own rows (`PartGraph`), so that nothing is negotiated.
package struct GhostPlan {
  /// The other ranks with which spins are coupled, and what goes to and fro.
  package struct Neighbour: Sendable, Equatable {
    /// Its rank in the communicator that divides the spins.
    package var rank: Int
    /// Positions of own spins that it needs, in its order of ghosts.
    package var sent: [Int32]
    /// Its spins among the ghosts.
    package var ghosts: Range<Int>
  }

  /// Global numbers of the own spins in the order of positions.
  package let own: [Int]
  /// Own spins at the beginning that are coupled to own spins only.
  package let interiorCount: Int
  /// Global numbers of the ghosts.
  package let ghosts: [Int]
  /// In the order of their ranks.
  package let neighbours: [Neighbour]
  /// A row for each own spin, which names positions of own spins and, behind them, ghosts, in the order of global numbers.
  package let couplings: SparseCouplings

  init(own: [Int], interiorCount: Int, ghosts: [Int], neighbours: [Neighbour], couplings: SparseCouplings) {
    (self.own, self.interiorCount, self.ghosts) = (own, interiorCount, ghosts)
    (self.neighbours, self.couplings) = (neighbours, couplings)
  }

  /// - Parameters:
  ///   - key: what positions and ghosts are sorted by before their global numbers: a spin's place in the order of visits; `nil`
  ///     puts interior spins first.
  /// - Complexity: O(spins + couplings), in memory too.
  package init(_ whole: SparseCouplings, owners: SpinOwners, rank: Int, key: [Int]? = nil) {
    let ranks = owners.ranks
    let mine = ranks.indices.filter { Int(ranks[$0]) == rank }
    let border = Border(whole, owners: owners, rank: rank, spins: mine)
    let order = key.map { key in Buckets(mine) { key[$0] } } ?? Buckets(mine) { border.isBoundary[$0] ? 1 : 0 }
    own = order.items
    interiorCount = key == nil ? order.starts.count > 1 ? order.starts[1] : 0 : 0

    // A ghost is listed once, by owner, then key, then number; the owner lists what it sends in the same order.
    func byKey(_ spins: [Int]) -> [Int] { key.map { key in Buckets(spins) { key[$0] }.items } ?? spins }
    let byOwner = Buckets(byKey(border.ghosts)) { Int(ranks[$0]) }
    let ghosts = byOwner.items
    self.ghosts = ghosts
    var position = [Int32](repeating: -1, count: ranks.count)
    for (index, spin) in own.enumerated() { position[spin] = Int32(truncatingIfNeeded: index) }
    for (index, spin) in ghosts.enumerated() { position[spin] = Int32(truncatingIfNeeded: own.count + index) }
    neighbours = border.sent.keys.sorted().map { other in
      Neighbour(
        rank: other, sent: byKey(border.sent[other] ?? []).map { position[$0] },
        ghosts: byOwner.starts[other]..<byOwner.starts[other + 1])
    }
    couplings = whole.rows(own, renamed: position, columnCount: own.count + ghosts.count)
  }

  /// A row for each ghost, which names positions of own spins.
  package var ghostCouplings: SparseCouplings {
    var starts = [Int](repeating: 0, count: ghosts.count + 1)
    for position in own.indices {
      couplings.forEach(in: position) { other, _ in if other >= own.count { starts[other - own.count + 1] += 1 } }
    }
    for ghost in ghosts.indices { starts[ghost + 1] += starts[ghost] }
    var columns = [Int32](repeating: 0, count: starts[ghosts.count])
    var values = [Float](repeating: 0, count: starts[ghosts.count])
    var next = starts
    for position in own.indices {
      couplings.forEach(in: position) { other, coupling in
        guard other >= own.count else { return }
        columns[next[other - own.count]] = Int32(truncatingIfNeeded: position)
        values[next[other - own.count]] = coupling
        next[other - own.count] += 1
      }
    }
    return SparseCouplings(rowStarts: starts, neighbours: columns, couplings: values, columnCount: own.count)
  }
}

/// What of a rank's spins lies at its border.
private struct Border {
  /// Of each spin of all ranks, whether it is this rank's and coupled to another's.
  var isBoundary: [Bool]
  /// Other ranks' spins that this rank's are coupled to, ascending.
  var ghosts: [Int] = []
  /// This rank's spins that each other rank needs, ascending.
  var sent: [Int: [Int]] = [:]

  /// - Parameter spins: those of the rank, ascending.
  init(_ whole: SparseCouplings, owners: SpinOwners, rank: Int, spins: [Int]) {
    let ranks = owners.ranks
    isBoundary = [Bool](repeating: false, count: ranks.count)
    var isGhost = isBoundary
    var needing: [Int] = []
    for spin in spins {
      needing.removeAll(keepingCapacity: true)
      whole.forEach(in: spin) { other, _ in
        let owner = Int(ranks[other])
        guard owner != rank else { return }
        isGhost[other] = true
        if !needing.contains(owner) { needing.append(owner) }
      }
      isBoundary[spin] = !needing.isEmpty
      for other in needing { sent[other, default: []].append(spin) }
    }
    ghosts = isGhost.indices.filter { isGhost[$0] }
  }
}
