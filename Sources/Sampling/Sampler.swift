import Foundation
import Host
import Ising
import Kernels
import MPI

/// Samples the Boltzmann distribution `exp(−E/T)/Z` of an Ising problem, on one rank or on many.
///
/// ```swift
/// let sampler = try Sampler(problem, SamplerSettings(temperatures: .range(from: 0.5, to: 4, count: 16)))
/// if let result = try sampler.run(over: world).result { print(result.verdict.isConverged, result.temperatures[0].energy) }
/// ```
///
/// Chains are ladders of replicas, one at each temperature, that swap temperatures with their neighbours; the ranks divide the ladders. What
/// is found depends on the problem, the settings and the seed alone.
public struct Sampler {
  /// The problem whose states are sampled.
  public let problem: IsingProblem
  /// What to sample, and how long.
  public let settings: SamplerSettings
  private let home: ReplicaHome
  private let chainCount: Int
  private let ladder: TemperatureLadder

  /// - Throws: `SamplerError` if a setting makes no sense or the problem has no spins.
  public init(_ problem: IsingProblem, _ settings: SamplerSettings) throws {
    guard problem.spinCount > 0 else { throw SamplerError("the problem has no spins") }
    try settings.validate(spins: problem.spinCount)
    self.problem = problem
    self.settings = settings
    home = ReplicaHome(problem, fixed: settings.fixed)
    ladder = TemperatureLadder(settings)
    chainCount = settings.chains ?? home.standardChains(temperatures: ladder.count)
  }

  /// Where a run stands.
  public struct Progress: Equatable, Sendable {
    /// Sweeps that are done, of all rounds.
    public let sweeps: Int
    /// Sweeps of the whole run.
    public let ofSweeps: Int
    /// Counted from 0, the measured one last.
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
  ///   - store: keeps what a stopped run goes on from; `nil` if nothing does.
  ///   - shouldStop: asked several times a second; once it says yes on any rank, all stop.
  ///   - progress: called on every rank as often.
  public func run(
    over world: Communicator? = nil, store: SamplingStore? = nil, shouldStop: () -> Bool = { false },
    progress: (Progress) -> Void = { _ in }
  ) throws -> Outcome {
    let group = world.flatMap { $0.size > 1 ? $0 : nil }
    let began = Profile.now
    let share = try share(over: group)
    let run = try makeRun(share, over: group)
    var seconds = try store?.restore(run, chains: chainCount, over: group) ?? 0
    let stride = sweepsPerLook(run)
    while !run.isFinished {
      progress(place(of: run))
      let wantsToStop = shouldStop() ? 1 : 0
      let stops = try group?.allreduce(wantsToStop, .max) ?? wantsToStop
      if let store, try store.isDue(isStopping: stops != 0, over: group) {
        try store.save(run, chains: chainCount, seconds: seconds + Profile.now - began, over: group)
      }
      if stops != 0 { return Outcome(result: nil, wasStopped: true, isConverged: false) }
      try run.advance(stride)
    }
    progress(place(of: run))
    try store?.save(run, chains: chainCount, seconds: seconds + Profile.now - began, over: group)
    let gathered = try GatheredRun(run, over: group)
    seconds = try group?.allreduce(seconds + Profile.now - began, .max) ?? seconds + Profile.now - began
    let result = gathered.map {
      SamplingResult(problem, settings, $0, kernel: home.kernelName, ranks: group?.size ?? 1, seconds: seconds)
    }
    let converged = result?.verdict.isConverged ?? false
    return Outcome(
      result: result, wasStopped: false, isConverged: try group?.broadcast(converged ? 1 : 0, root: 0) ?? (converged ? 1 : 0) == 1
    )
  }

  /// The ladders of this rank: whole pairs of them, which have overlaps.
  private func share(over group: Communicator?) throws -> Range<Int> {
    guard let group else { return 0..<chainCount }
    let pairs = (chainCount + 1) / 2
    guard group.size <= pairs else {
      throw SamplerError(
        "\(group.size) ranks share \(chainCount) chains, at least two each; give --chains \(2 * group.size) or fewer ranks")
    }
    let first = group.rank * pairs / group.size
    let last = (group.rank + 1) * pairs / group.size
    return 2 * first..<min(2 * last, chainCount)
  }

  private func makeRun(_ share: Range<Int>, over group: Communicator?) throws -> SamplingRun {
    let schedule = SamplingSchedule(settings)
    guard schedule.total < Int(UInt32.max) else { throw SamplerError("\(schedule.total) sweeps, expected fewer than 2³²") }
    let draws = min((settings.samples + chainCount - 1) / chainCount, schedule.measured)
    let kept = Double(draws * ladder.count * chainCount) * (Double(problem.spinCount) / 8 + 8)
    let record = ChainRecord.bytes(schedule, temperatures: ladder.count, chains: chainCount)
    try home.checkMemory(replicas: share.count * ladder.count, record: 2 * record + 2 * kept, processes: group?.size ?? 1)
    let (kernel, firstLane) = home.kernel(chains: share, temperatures: ladder.count, seed: settings.seed)
    return SamplingRun(
      problem, settings, kernel: kernel, firstLane: firstLane, ladder: ladder, chains: share, draws: draws, over: group)
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
