import Ising
import MPI

/// Searches for the ground state of an Ising problem.
///
/// ```swift
/// let solver = try Solver(problem, settings)
/// let solution = try solver.run(observe: { print($0.seconds, $0.energy) })
/// ```
///
/// With `reads` and `steps` and without a time limit, results depend on the problem, the settings and the seed alone, on
/// whichever number of ranks. With a time limit they depend on the speed of the machine too.
public struct Solver {
  public let problem: IsingProblem
  public let settings: SolverSettings

  /// - Throws: `SolverError` if a setting makes no sense or the problem has no spins.
  public init(_ problem: IsingProblem, _ settings: SolverSettings = SolverSettings()) throws {
    guard problem.spinCount > 0 else { throw SolverError("the problem has no spins") }
    try settings.validate(spins: problem.spinCount)
    self.problem = problem
    self.settings = settings
  }

  /// What a search found, and what it cost.
  public struct Solution: Sendable, Equatable {
    public var samples: SampleSet
    public var machine: MachineKind
    /// Moves of single spins that were tried.
    public var spinUpdates: Double
    public var seconds: Double
    public var wasStopped: Bool
  }

  /// - Parameters:
  ///   - share: which of the reads are this caller's; all if not given.
  ///   - group: ranks that hold the spins together; they all call with the same problem, settings and share. The states are those
  ///     that one rank would find, where no clock decides. Collective.
  ///   - known: a state from before, which the result is not worse than.
  ///   - shouldStop: asked some thousand times a second; the search ends soon after it says yes, with what it has.
  ///   - observe: called with every state that is better than all before.
  public func run(
    share: ReadShare = ReadShare(), spinsSharedBy group: Communicator? = nil, known: [Int8]? = nil,
    shouldStop: @escaping () -> Bool = { false }, observe: @escaping (SearchProgress) -> Void = { _ in }
  ) throws -> Solution {
    guard settings.isAutomatic, let time = settings.time, time > 0 else {
      return try search(share, group, known, shouldStop, observe)
    }
    let choice = try AutomaticChoice(settings, time: time) { settings in
      let found = try Solver(problem, settings).search(share, group, known, shouldStop, { _ in })
      let best = found.samples.best
      return AutomaticChoice.Trial(
        energy: best?.energy ?? .infinity, state: best, seconds: found.seconds, spinUpdates: found.spinUpdates)
    }
    var solution = try Solver(problem, choice.settings).search(share, group, choice.best?.spins, shouldStop, observe)
    solution.seconds += choice.seconds
    solution.spinUpdates += choice.spinUpdates
    return solution
  }

  private func search(
    _ share: ReadShare, _ group: Communicator?, _ known: [Int8]?, _ shouldStop: @escaping () -> Bool,
    _ observe: @escaping (SearchProgress) -> Void
  ) throws -> Solution {
    let kind = settings.machine ?? .standard(for: problem, settings)
    let home = try SpinHome(problem, sharedBy: group)
    let clock = SearchClock(settings, shouldStop: shouldStop, agree: home.agree)
    let record = SearchRecord(problem, settings: settings, clock: clock, observe: observe)
    if let known { try record.pass(known) }
    // Whatever happens, there is a state.
    try record.pass(settings.initial ?? RandomSpins(seed: settings.seed).state(run: share.place, count: problem.spinCount))
    if kind.isSequential {
      try FlipSearch(problem: problem, home: home, settings: settings, kind: kind, record: record, share: share).run()
    } else {
      try AmplitudeSearch(problem: problem, home: home, settings: settings, kind: kind, record: record, share: share).run()
    }
    return Solution(
      samples: record.samples(), machine: kind, spinUpdates: record.spinUpdates, seconds: clock.seconds,
      wasStopped: clock.wasStopped)
  }
}
