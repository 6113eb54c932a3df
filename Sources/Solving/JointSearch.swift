import Ising
import MPI
import Machines

/// A search of all ranks, which divide the reads or the spins between them.
struct JointSearch {
  let problem: any SearchedProblem
  let settings: SolverSettings
  let spread: SpreadChoice
  /// The ranks that search; `nil`: this one alone.
  let world: Communicator?

  /// Searches, with machine and scale by trial if that is asked for. Collective.
  ///
  /// - Parameter known: a state from before, which the result is not worse than.
  func run(
    known: [Int8]?, shouldStop: @escaping () -> Bool, progress: @escaping (SearchProgress) -> Void
  ) throws -> Solution {
    guard settings.choosesMachine, let time = settings.time, time > .zero else {
      return try search(settings, known: known, shouldStop: shouldStop, progress: progress)
    }
    let choice = try AutomaticChoice(settings, time: time) {
      try search($0, shouldStop: shouldStop, progress: { _ in })
    }
    var solution = try search(
      choice.settings, known: known ?? choice.best?.spins, shouldStop: shouldStop, progress: progress)
    solution.seconds += choice.seconds
    solution.spinUpdates += choice.spinUpdates
    return solution
  }

  /// One search, for which the ranks divide the reads or the spins.
  private func search(
    _ settings: SolverSettings, known: [Int8]? = nil,
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
