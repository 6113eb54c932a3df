internal import CMetis
import Kernels

/// Which rank owns which spin.
package struct SpinOwners: Sendable, Equatable {
  /// The owner of each spin.
  package let ranks: [Int32]
  /// The number of ranks that divide the spins.
  package let rankCount: Int

  /// Cuts the graph of the couplings so that few of them join spins of different ranks (METIS: Karypis & Kumar, SIAM J. Sci.
  /// Comput. 20, 359 (1998)). A pure function of the couplings and the number of ranks.
  ///
  /// - Throws: `PartitionError` if there are more ranks than spins, or METIS fails.
  package init(cutting couplings: SparseCouplings, ranks rankCount: Int) throws {
    try Self.check(ranks: rankCount, spins: couplings.rowCount)
    self.rankCount = rankCount
    guard rankCount > 1 else {
      ranks = [Int32](repeating: 0, count: couplings.rowCount)
      return
    }
    guard couplings.entryCount <= Int(idx_t.max) else {
      throw PartitionError("\(couplings.entryCount) couplings are too many for METIS")
    }
    var starts: [idx_t] = [0]
    var neighbours: [idx_t] = []
    starts.reserveCapacity(couplings.rowCount + 1)
    neighbours.reserveCapacity(couplings.entryCount)
    for row in 0..<couplings.rowCount {
      couplings.forEach(in: row) { other, _ in neighbours.append(idx_t(truncatingIfNeeded: other)) }
      starts.append(idx_t(truncatingIfNeeded: neighbours.count))
    }
    var (count, constraints, parts, cut) = (idx_t(couplings.rowCount), idx_t(1), idx_t(rankCount), idx_t(0))
    var owners = [idx_t](repeating: 0, count: couplings.rowCount)
    var options = [idx_t](repeating: 0, count: Int(METIS_NOPTIONS))
    METIS_SetDefaultOptions(&options)
    options[Int(METIS_OPTION_SEED.rawValue)] = 1
    let status = METIS_PartGraphKway(
      &count, &constraints, &starts, &neighbours, nil, nil, nil, &parts, nil, nil, &options, &cut, &owners)
    guard status == METIS_OK.rawValue else { throw PartitionError("METIS failed to cut \(count) spins into \(parts) parts") }
    ranks = Self.filled(owners, rankCount)
  }

  /// Runs of spins as equal as they can be, for couplings that no cut makes fewer.
  ///
  /// - Throws: `PartitionError` if there are more ranks than spins.
  package init(runsOf spinCount: Int, ranks rankCount: Int) throws {
    try Self.check(ranks: rankCount, spins: spinCount)
    self.rankCount = rankCount
    ranks = (0..<spinCount).map { Int32($0 * rankCount / spinCount) }
  }

  /// A run of spins of a graph that no rank has whole, and that METIS cannot cut therefore. Of a lattice whose rows follow one another it is
  /// a slab, of a graph whose neighbours have near numbers a part with a short border.
  package static func run(of rank: Int, ranks: Int, spins: Int) -> Range<Int> {
    rank * spins / ranks..<(rank + 1) * spins / ranks
  }

  /// The rank whose run has a spin.
  package static func owner(of spin: Int, ranks: Int, spins: Int) -> Int { ((spin + 1) * ranks - 1) / spins }

  private static func check(ranks: Int, spins: Int) throws {
    guard ranks <= spins else { throw PartitionError("\(ranks) ranks for \(spins) spins; a rank needs at least one") }
  }

  /// Gives each rank that was left without a spin one of the rank that has most.
  private static func filled(_ owners: [Int32], _ rankCount: Int) -> [Int32] {
    var owners = owners
    var sizes = [Int](repeating: 0, count: rankCount)
    for owner in owners { sizes[Int(owner)] += 1 }
    for rank in 0..<rankCount where sizes[rank] == 0 {
      guard let richest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }), let spin = owners.lastIndex(of: Int32(richest))
      else { break }
      owners[spin] = Int32(rank)
      sizes[richest] -= 1
      sizes[rank] += 1
    }
    return owners
  }
}

/// Why spins cannot be spread over the ranks.
package struct PartitionError: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
