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
    guard settings.choosesMachine, let time = settings.time, time > .zero else {
      return try search(settings, spread, over: world, known: known, shouldStop: shouldStop, progress: progress)
    }
    let choice = try AutomaticChoice(settings, time: time) {
      try search($0, spread, over: world, shouldStop: shouldStop, progress: { _ in })
    }
    var solution = try search(
      choice.settings, spread, over: world, known: known ?? choice.best?.spins, shouldStop: shouldStop, progress: progress)
    solution.seconds += choice.seconds
    solution.spinUpdates += choice.spinUpdates
    return solution
  }

  /// One search, for which the ranks divide the reads or the spins.
  private func search(
    _ settings: SolverSettings, _ spread: SpreadChoice, over world: Communicator?, known: [Int8]? = nil,
    shouldStop: @escaping () -> Bool, progress: @escaping (SearchProgress) -> Void
  ) throws -> Solution {
    let sharesSpins = spread.spread == .spins
    let agreement = StopAgreement(over: world, isLockstep: sharesSpins)
    var search = RankSearch(problem: problem, settings: settings)
    if let world, !sharesSpins { search.share = ReadShare(place: world.rank, of: world.size) }
    if sharesSpins { search.group = world }
    var trace: [SearchProgress] = []
    let own = try search.run(agreement: agreement, known: known, shouldStop: shouldStop) {
      trace.append($0)
      progress($0)
    }
    let lowest = own.best?.energy ?? .infinity
    let hasReachedTarget = settings.targetEnergy.map { lowest <= $0 } ?? false
    try agreement.finish(stopsOthers: hasReachedTarget || shouldStop())
    var solution = Solution(
      samples: own.samples, lowest: own.best, energy: lowest, trace: trace, machine: own.machine, settings: settings,
      spread: spread,
      ranks: world?.size ?? 1, spinUpdates: own.spinUpdates, seconds: own.seconds, wasStopped: shouldStop())
    if let world {
      if !sharesSpins { solution.samples = try gather(own, settings, over: world) }
      solution.spinUpdates = try world.allreduce(solution.spinUpdates, .sum)
      solution.seconds = try world.allreduce(solution.seconds, .max)
      solution.wasStopped = try world.allreduce(solution.wasStopped ? 1 : 0, .max) != 0
      solution.energy = try world.allreduce(lowest, .min)
      solution.lowest = try shared(own.best, of: solution.energy, over: world)
    }
    return solution
  }

  /// The lowest state of all ranks, of equal ones that of the lowest rank.
  private func shared(
    _ own: SampleSet.Sample?, of energy: Double, over world: Communicator
  ) throws -> SampleSet.Sample? {
    let holders = try world.allgather(own?.energy ?? .infinity)
    guard let holder = holders.firstIndex(of: energy) else { return own }
    return SampleSet.Sample(spins: try world.broadcastVarying(own?.spins ?? [], root: holder), energy: energy)
  }

  /// Everyone's samples on rank 0. A rank without a read has nothing but the state it would begin with.
  private func gather(_ own: RankSearch.Outcome, _ settings: SolverSettings, over world: Communicator) throws -> SampleSet {
    guard world.size > 1 else { return own.samples }
    let hasReads = settings.readRange.map { world.rank < $0.count } ?? true
    let samples = hasReads ? own.samples.samples : []
    let energies = try world.gatherVarying(samples.map(\.energy), root: 0)
    let occurrences = try world.gatherVarying(samples.map(\.occurrences), root: 0)
    let spins = try world.gatherVarying(samples.flatMap(\.spins), root: 0)
    guard world.rank == 0 else { return own.samples }
    var all = [SampleSet.Sample]()
    for rank in energies.indices {
      let count = energies[rank].isEmpty ? 0 : spins[rank].count / energies[rank].count
      for (place, energy) in energies[rank].enumerated() {
        all.append(
          SampleSet.Sample(
            spins: Array(spins[rank][place * count..<(place + 1) * count]), energy: energy,
            occurrences: occurrences[rank][place]))
      }
    }
    return SampleSet(reads: all, seconds: own.seconds)
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
