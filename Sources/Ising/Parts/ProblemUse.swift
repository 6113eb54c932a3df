import Host
import MPI
import Parallel

/// What a problem is read or drawn for, as far as that decides whether ranks may have a part of it each.
package protocol ProblemUse {
  /// Whether the spins of a problem that ranks share are to be theirs in parts, even if each could hold all of it.
  ///
  /// - Parameter drawn: the problem.
  func spreadsSpins(of drawn: DrawnProblem) -> Bool

  /// Whether a drawn problem in parts would do.
  func allowsParts(of drawn: DrawnProblem) -> Bool

  /// The ranks that would share the spins of a problem with this one; `nil` if each must have the whole problem. Collective.
  func sharers(in world: Communicator) throws -> Communicator?

  /// Bytes that a rank takes which has the whole of a drawn problem.
  func wholeBytes(of drawn: DrawnProblem) -> Double

  /// The spins of one of the ranks that share a drawn problem.
  func spins(of rank: Int, ranks: Int, in drawn: DrawnProblem) -> Range<Int>
}

extension ProblemUse {
  package func wholeBytes(of drawn: DrawnProblem) -> Double { drawn.wholeBytes }

  package func spins(of rank: Int, ranks: Int, in drawn: DrawnProblem) -> Range<Int> {
    SpinOwners.run(of: rank, ranks: ranks, spins: drawn.spinCount)
  }
}

extension PartQuestion {
  /// A drawn problem in parts, where its spins are to be spread over the ranks and that can be done with parts; `nil` otherwise, and if
  /// `name` names no drawn problem. Collective.
  ///
  /// - Throws: `ProblemError` if the name's numbers are wrong or a rank's rows do not fit into memory.
  init?(named name: String, _ settings: QuestionSettings, for use: any ProblemUse, over world: Communicator) throws {
    guard world.size > 1, settings.kind ?? .ising == .ising, let drawn = try DrawnProblem(named: name),
      use.allowsParts(of: drawn), let group = try use.sharers(in: world),
      (group.size...max(group.size, IsingProblem.greatestSpinCount)).contains(drawn.spinCount)
    else { return nil }
    let isTooLarge = try world.allreduce(use.wholeBytes(of: drawn) > Double(MemoryLimit.bytesLeft) ? 1 : 0, .max) == 1
    let isAskedFor = use.spreadsSpins(of: drawn)
    guard isTooLarge || isAskedFor else { return nil }
    self.init(
      PartEnergy(spinCount: drawn.spinCount, couplingCount: Int(drawn.couplingCount)), kind: .ising, file: name,
      rows: try drawn.rows(use.spins(of: group.rank, ranks: group.size, in: drawn)), group: group,
      because: isAskedFor ? "asked for" : "a rank's memory cannot hold all couplings")
  }
}
