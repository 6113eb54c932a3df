import Foundation
import Host
import Ising
import Kernels
import MPI
import Parallel

/// Samples the Boltzmann distribution `exp(−E/T)/Z` of an Ising problem, on one rank or on many.
///
/// ```swift
/// let sampler = try Sampler(problem, SamplerSettings(temperatures: .range(from: 0.5, to: 4, count: 16)))
/// if let result = try sampler.run(over: world).result { print(result.verdict.isConverged, result.temperatures[0].energy) }
/// ```
///
/// Chains are ladders of replicas, one at each temperature, that swap temperatures with their neighbours; the ranks divide the ladders, or the
/// spins of each, or both. What is found depends on the problem, the settings and the seed alone.
public struct Sampler {
  /// The problem whose states are sampled.
  let problem: any SampledProblem
  /// What to sample, and how long, with absolute temperatures.
  public let settings: SamplerSettings
  private let home: ReplicaHome
  private let chainCount: Int
  private let ladder: TemperatureLadder

  /// - Throws: `SamplerError` if a setting makes no sense or the problem has no spins.
  public init(_ problem: IsingProblem, _ settings: SamplerSettings) throws {
    try self.init(of: problem, settings)
    if settings.moves.contains(.wolff), let (one, other) = Frustration.find(in: problem) {
      throw SamplerError(
        "wolff needs couplings that can all be satisfied at once; a cycle through spins \(one) and \(other) is frustrated: "
          + "give --moves gibbs or gibbs,icm")
    }
  }

  /// Of a problem that no rank has whole: the ranks that share the spins of a chain are those that share the problem.
  ///
  /// - Throws: `SamplerError` if a setting makes no sense, or needs all spins on one rank.
  init(_ part: SampledPart, _ settings: SamplerSettings) throws {
    guard !settings.marginals, !settings.needsWholeChains else {
      throw SamplerError("moves of clusters and mean spins need the whole problem on each rank; give --spread replicas")
    }
    var settings = settings
    if settings.spread == .automatic { settings.spread = .spins }
    try self.init(of: part, settings)
  }

  private init(of problem: any SampledProblem, _ settings: SamplerSettings) throws {
    guard problem.spinCount > 0 else { throw SamplerError("the problem has no spins") }
    try settings.validate(spins: problem.spinCount)
    self.problem = problem
    let settings = try settings.absolute(for: problem)
    self.settings = settings
    home = ReplicaHome(problem, fixed: settings.fixed, spins: settings.spins)
    ladder = TemperatureLadder(settings)
    chainCount =
      settings.chains
      ?? (settings.method == .population
        ? SamplerSettings.standardPopulations
        : home.standardChains(temperatures: ladder.count, multipleOf: settings.chainsOfBlock))
  }

  /// Samples the same problem in another way.
  func with(_ settings: SamplerSettings) throws -> Sampler {
    guard let part = problem as? SampledPart else { return try Sampler(of: problem, settings) }
    var settings = settings
    settings.spread = self.settings.spread
    return try Sampler(part, settings)
  }

  /// Where a run stands.
  public struct Progress: Equatable, Sendable {
    /// Sweeps that are done, of all rounds.
    public let sweeps: Int
    /// Sweeps of the whole run; `nil` if nobody knows.
    public let ofSweeps: Int?
    /// Counted from 0, the measured one last; of population annealing, the temperature.
    public let round: Int
    /// Rounds of the run, the measured one included.
    public let rounds: Int
  }

  /// How a run ended.
  public struct Outcome: Sendable {
    /// On rank 0, of a run that was not stopped.
    public let result: SamplingResult?
    /// Whether the run ended because it was asked to, on any rank.
    public let wasStopped: Bool
    /// The same on all ranks.
    public let isConverged: Bool
  }

  /// Samples. Collective.
  ///
  /// - Parameters:
  ///   - world: ranks that sample together, with the same problem and settings; `nil`: this one alone.
  ///   - store: keeps what a stopped run continues from; `nil` if nothing does.
  ///   - shouldStop: asked several times a second; once it says yes on any rank, all stop.
  ///   - progress: called on every rank as often.
  /// - Throws: `SamplerError` if the job cannot sample this problem, `FileError` if a checkpoint cannot be written, or the
  ///   failure of an exchange between ranks; nothing on one rank.
  public func run(
    over world: Communicator? = nil, store: SamplingStore? = nil, shouldStop: () -> Bool = { false },
    progress: (Progress) -> Void = { _ in }
  ) throws -> Outcome {
    if settings.method == .tempering, case .between(let from, let to) = settings.temperatures {
      return try runWithAutomaticLadder(
        from: from, to: to, over: world, store: store, shouldStop: shouldStop, progress: progress)
    }
    let group = world.flatMap { $0.size > 1 ? $0 : nil }
    if group == nil { try settings.spread.checkOneRank() }
    let began = Profile.now
    let grid = try group.map { try ProcessGrid(try shape(ranks: $0.size, chains: chainCount), over: $0) }
    if let part = problem as? SampledPart, part.ranks != grid?.spin.size ?? 1 {
      throw SamplerError(
        "\(part.ranks) ranks have a part of the problem each, and \(grid?.spin.size ?? 1) share the spins of a chain")
    }
    if settings.method == .population {
      return try runPopulations(
        home, inverseTemperatures: ladder.inverseTemperatures, populations: chainCount, over: grid, store: store,
        shouldStop: shouldStop, progress: progress)
    }
    let run = try makeRun(grid)
    let before = try store.map { try run.restore(from: $0) } ?? 0
    func seconds() -> Double { before + Profile.now - began }
    let stride = sweepsPerLook(run)
    while true {
      while !run.isFinished {
        progress(place(of: run))
        let wantsToStop = shouldStop() ? 1 : 0
        let stops = try group?.allreduce(wantsToStop, .max) ?? wantsToStop
        if let store, try store.isDue(isStopping: stops != 0, over: group) {
          try run.save(to: store, seconds: seconds())
        }
        if stops != 0 { return Outcome(result: nil, wasStopped: true, isConverged: false) }
        try run.advance(stride)
      }
      progress(place(of: run))
      if let store { try run.save(to: store, seconds: seconds()) }
      let gathered = try GatheredRun(run)
      let spent = try group?.allreduce(seconds(), .max) ?? seconds()
      let result = gathered.map { SamplingResult(problem, run.settings, $0, kernel: home.kernelName, seconds: spent) }
      var agreed = [goesOn(after: result, spent) ? 1 : 0, result?.verdict.isConverged == true ? 1 : 0]
      try group?.broadcast(&agreed, root: 0)
      guard agreed[0] == 1 else { return Outcome(result: result, wasStopped: false, isConverged: agreed[1] == 1) }
      try run.extend()
    }
  }

  /// Whether a round of twice as many sweeps is to follow, as rank 0 sees it.
  private func goesOn(after result: SamplingResult?, _ seconds: Double) -> Bool {
    guard settings.isOpen, let result, result.settings.rounds < SamplerSettings.greatestRounds else { return false }
    if settings.goal?.isReached(by: result) == true { return false }
    // The round that is over was half of all, the next one is twice as long.
    return settings.time.map { 2 * seconds <= $0.seconds } ?? true
  }

  private var replicasOfChain: Int { settings.method == .population ? settings.population : ladder.count }

  /// What would be refused is refused here, before a folder is made: ranks that cannot share the work.
  ///
  /// - Parameter ranks: those of the run.
  /// - Throws: `SamplerError`.
  public func check(ranks: Int) throws {
    guard ranks > 1 else { return try settings.spread.checkOneRank() }
    var chains = chainCount
    if settings.chains == nil, settings.method == .tempering, case .between = settings.temperatures {
      // The fewer temperatures, the more chains.
      chains = home.standardChains(
        temperatures: AutomaticLadder.counts.lowerBound, multipleOf: settings.chainsOfBlock)
    }
    _ = try shape(ranks: ranks, chains: chains)
  }

  private func shape(ranks: Int, chains: Int) throws -> GridShape {
    // Clusters may go through all spins, and pairs be any two.
    let parts = settings.needsWholeChains ? nil : problem.spinCount
    return try settings.spread.shape(
      ranks: ranks, chains: chains, chainsOfBlock: settings.chainsOfBlock, spins: parts
    ) { home.sweepTime(replicas: $0 * replicasOfChain, sharedBy: $1) }
  }

  private func makeRun(_ grid: ProcessGrid?) throws -> SamplingRun {
    let schedule = SamplingSchedule(settings)
    guard schedule.total < Int(UInt32.max) else { throw SamplerError("\(schedule.total) sweeps, expected fewer than 2³²") }
    let share = SamplingSpread.share(of: chainCount, inBlocksOf: settings.chainsOfBlock, over: grid)
    let draws = min((settings.samples + chainCount - 1) / chainCount, schedule.measured)
    let kept = home.keptBytes(states: draws * ladder.count * chainCount)
    let record = ChainRecord.bytes(schedule, temperatures: ladder.count, chains: chainCount)
    let marginals =
      if settings.marginals, let whole = problem.whole {
        MarginalRecord.bytes(whole, settings, schedule: schedule, ladders: share.count, temperatures: ladder.count)
      } else { 0.0 }
    try home.checkMemory(
      replicas: share.count * ladder.count, sharedBy: grid?.spin.size ?? 1, record: 2 * record + 2 * kept + marginals)
    let (kernel, firstLane) = try home.kernel(chains: share, temperatures: ladder.count, seed: settings.seed, over: grid?.spin)
    return SamplingRun(
      problem, settings, kernel: kernel, firstLane: firstLane, ladder: ladder, chains: share, of: chainCount, draws: draws,
      moves: ClusterMoves(home, settings, kernel: kernel, firstLane: firstLane), over: grid)
  }

  /// So many that ranks agree a few times a second. The same on all ranks, and whatever their number.
  private func sweepsPerLook(_ run: SamplingRun) -> Int {
    let updates = Double(problem.spinCount) * Double(chainCount * ladder.count)
    return max(1, Int(min(2e8 / updates, 4096)))
  }

  private func place(of run: SamplingRun) -> Progress {
    var (round, end) = (0, 0)
    for sweeps in run.schedule.adapting {
      end += sweeps
      if run.sweep >= end { round += 1 }
    }
    return Progress(
      sweeps: run.sweep, ofSweeps: run.schedule.total, round: round, rounds: run.schedule.adapting.count + 1)
  }
}
