import Ising
import MPI
import Machines

/// Searches for the ground state of an Ising problem, on one rank or on many.
///
/// ```swift
/// let solver = try Solver(problem, settings)
/// let solution = try solver.run(over: world, progress: { print($0.seconds, $0.energy) })
/// ```
///
/// With `reads` and `steps` and without a time limit, results depend on the problem, the settings and the seed alone, on
/// whichever number of ranks. With a time limit they depend on the speed of the host too.
public struct Solver {
  /// The problem whose ground state is sought.
  public let problem: IsingProblem
  /// The machine, its reads and its limits.
  public let settings: SolverSettings

  /// - Throws: `SolverError` if a setting makes no sense or the problem has no spins.
  public init(_ problem: IsingProblem, _ settings: SolverSettings = SolverSettings()) throws {
    guard problem.spinCount > 0 else { throw SolverError("the problem has no spins") }
    try settings.validate(spins: problem.spinCount)
    self.problem = problem
    self.settings = settings
  }

  /// Searches. Collective.
  ///
  /// - Parameters:
  ///   - world: ranks that search together, with the same problem and settings; `nil`: this one alone.
  ///   - shouldStop: asked some thousand times a second; once it says yes on any rank, all end soon, with what they have.
  ///   - progress: called with every state of this rank that is better than all its states before.
  /// - Throws: `SolverError` if settings make no sense, or the failure of an exchange between ranks; nothing on one rank.
  public func run(
    over world: Communicator? = nil, shouldStop: @escaping () -> Bool = { false },
    progress: @escaping (SearchProgress) -> Void = { _ in }
  ) throws -> Solution {
    try run(over: world, known: nil, shouldStop: shouldStop, progress: progress)
  }

  /// Searches, with a state from before, which the result is not worse than. Collective.
  func run(
    over world: Communicator?, known: [Int8]?, shouldStop: @escaping () -> Bool,
    progress: @escaping (SearchProgress) -> Void
  ) throws -> Solution {
    let spread = try SpreadChoice(problem, settings, over: world)
    return try JointSearch(problem: problem, settings: settings, spread: spread, world: world)
      .run(known: known, shouldStop: shouldStop, progress: progress)
  }
}

/// What a search has found, and what it has cost.
public struct Solution: Sendable {
  /// The states of the reads, best first. Where ranks divide the reads, rank 0 has those of all and every other rank its own.
  public var samples: SampleSet
  /// The state of the lowest energy that any rank was in, on every rank, even if no read ended in it.
  public var lowest: SampleSet.Sample?
  /// The lowest energy that any rank has found, on every rank.
  public var energy: Double
  /// Every state of this rank that was better than all its states before.
  public var trace: [SearchProgress]
  /// The machine that ran.
  public var machine: MachineKind
  /// The settings with which it ran: those of the search, or what trials have made of them (`choosesMachine`).
  public var settings: SolverSettings
  /// What the ranks divided between them.
  public var spread: SpreadChoice
  /// Ranks of the search.
  public var ranks: Int
  /// Moves of single spins that were tried, on all ranks.
  public var spinUpdates: Double
  /// Of the slowest rank, in seconds of the settings' clock. Trials count.
  public var seconds: Double
  /// Whether the search ended because it was asked to, on any rank.
  public var wasStopped: Bool
}

/// A better state than any before.
public struct SearchProgress: Equatable, Sendable {
  /// Since the search began.
  public var seconds: Double
  /// The lowest so far.
  public var energy: Double
}
