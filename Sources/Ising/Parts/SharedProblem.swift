import MPI

/// A problem of which each rank of a group has the rows of a run of spins, the first rank those of the first spins.
///
/// What the whole problem says of itself, and its energies, are sums over the ranks' rows. Of integers they are exact in any order; of other
/// numbers each rank adds its own to what the ranks before it have come to, so that they have the bits of the whole problem's sums.
package struct SharedProblem: Sendable {
  package let rows: any ProblemRows
  /// The ranks that share the problem.
  package let group: Communicator
  /// The spins of each rank.
  package let runs: [Range<Int>]
  package let couplingCount: Int
  package let isInteger: Bool
  package let hasCouplingsOfOneSize: Bool
  /// As of the whole problem.
  package let rootMeanSquareField: Double
  /// The greatest `Σ_j |J_ij|`.
  package let greatestField: Double

  package var spinCount: Int { rows.spinCount }
  package var density: Double {
    spinCount < 2 ? 0 : 2 * Double(couplingCount) / (Double(spinCount) * Double(spinCount - 1))
  }

  /// Collective.
  package init(_ rows: any ProblemRows, over group: Communicator) throws {
    (self.rows, self.group) = (rows, group)
    let bounds = try group.allgather([rows.own.lowerBound, rows.own.upperBound])
    runs = (0..<group.size).map { bounds[2 * $0]..<bounds[2 * $0 + 1] }
    couplingCount = try group.allreduce(rows.entryCount, .sum) / 2
    greatestField = try group.allreduce(rows.greatestField, .max)
    isInteger = try group.allreduce(rows.isInteger ? 1 : 0, .min) == 1
    // A rank without spins has no couplings that could differ.
    let sizes = try group.allgather(rows.own.isEmpty ? -1 : rows.commonMagnitude ?? 0).filter { $0 >= 0 }
    hasCouplingsOfOneSize =
      couplingCount == rows.spinCount * (rows.spinCount - 1) / 2 && (sizes.first ?? 0) > 0 && sizes.allSatisfy { $0 == sizes[0] }
    let (all, spins) = (rows, Double(rows.spinCount))
    let squares = try Self.passed(0, through: group) { all.squares(after: $0, unit: 1) }
    if squares > 1e-280, squares.isFinite {
      rootMeanSquareField = (squares / spins).squareRoot()
    } else if greatestField > 0 {
      // The squares leave the range of numbers before the numbers do.
      let greatest = try group.allreduce(rows.greatestCoupling, .max)
      let parts = try Self.passed(0, through: group) { all.squares(after: $0, unit: greatest) }
      rootMeanSquareField = greatest * (parts / spins).squareRoot()
    } else {
      rootMeanSquareField = 0
    }
  }

  /// The energy of a state. Collective.
  package func energy(of spins: [Int8]) throws -> Double {
    guard !isInteger else { return Double(try integerEnergy(of: spins)) }
    return try Self.passed(0, through: group) { rows.realEnergy(of: spins, after: $0) }
  }

  /// The energy of a state as it is reported. Collective.
  package func total(of spins: [Int8]) throws -> Total {
    isInteger ? .integer(try integerEnergy(of: spins)) : .real(try energy(of: spins))
  }

  private func integerEnergy(of spins: [Int8]) throws -> Int64 {
    let own = try rows.integerEnergy(of: spins)
    let sum = try group.allreduce(own, .sum)
    // A sum that has left 64 bits is far from that of the rounded numbers.
    guard try (group.allreduce(Double(own), .sum) - Double(sum)).magnitude < 0x1p62 else {
      throw ProblemError("the energy overflows 64-bit integers; scale the couplings down")
    }
    return sum
  }

  /// What a value becomes on its way through all ranks in their order; the same on each. Collective.
  private static func passed(_ value: Double, through group: Communicator, _ body: (Double) -> Double) throws -> Double {
    let before = group.rank == 0 ? value : try group.receive(Double.self, from: group.rank - 1)[0]
    let after = body(before)
    if group.rank + 1 < group.size { try group.send([after], to: group.rank + 1) }
    return try group.broadcast(after, root: group.size - 1)
  }
}
