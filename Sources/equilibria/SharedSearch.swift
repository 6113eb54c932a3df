import Host
import Ising
import MPI
import Solving

/// One search on all ranks, which divide the reads or the spins between them.
struct SharedSearch {
  let world: Communicator
  let spread: Spread

  struct Result {
    /// Everyone's, on rank 0; this rank's own elsewhere.
    var samples: SampleSet
    var machine: MachineKind
    /// Of all ranks.
    var spinUpdates: Double
    var seconds: Double
    /// Whether a signal ended it.
    var wasStopped: Bool
    /// The lowest energy that any rank found, on every rank.
    var energy: Double
  }

  /// - Parameters:
  ///   - known: a state from before, which the result is not worse than.
  ///   - tick: called some thousand times a second.
  ///   - observe: called on every rank with what that rank finds.
  func run(
    _ problem: IsingProblem, _ settings: SolverSettings, known: [Int8]? = nil, tick: @escaping () -> Void = {},
    observe: @escaping (SearchProgress) -> Void = { _ in }
  ) throws -> Result {
    let (solution, samples) =
      switch spread {
      case .replicas: try runReplicas(problem, settings, known, tick, observe)
      case .spins: try runSpins(problem, settings, known, tick, observe)
      }
    let own = solution.samples.best?.energy ?? .infinity
    return Result(
      samples: samples, machine: solution.machine, spinUpdates: try world.allreduce(solution.spinUpdates, .sum),
      seconds: try world.allreduce(solution.seconds, .max),
      wasStopped: try world.allreduce(StopSignal.isRequested ? 1 : 0, .max) != 0, energy: try world.allreduce(own, .min))
  }

  private func runReplicas(
    _ problem: IsingProblem, _ settings: SolverSettings, _ known: [Int8]?, _ tick: @escaping () -> Void,
    _ observe: @escaping (SearchProgress) -> Void
  ) throws -> (Solver.Solution, SampleSet) {
    let agreement = StopAgreement(over: world)
    let solution = try Solver(problem, settings).run(
      share: ReadShare(place: world.rank, of: world.size), known: known,
      shouldStop: {
        tick()
        return agreement.poll(wantsToStop: StopSignal.isRequested)
      }, observe: observe)
    let own = solution.samples.best?.energy ?? .infinity
    let hasReachedTarget = settings.targetEnergy.map { own <= $0 } ?? false
    try agreement.finish(stopsOthers: hasReachedTarget || StopSignal.isRequested)
    return (solution, try gather(solution, hasReads: settings.reads.map { world.rank < $0 } ?? true))
  }

  /// The ranks search as one, agree on the end among themselves, and all have all states.
  private func runSpins(
    _ problem: IsingProblem, _ settings: SolverSettings, _ known: [Int8]?, _ tick: @escaping () -> Void,
    _ observe: @escaping (SearchProgress) -> Void
  ) throws -> (Solver.Solution, SampleSet) {
    let solution = try Solver(problem, settings).run(
      spinsSharedBy: world, known: known,
      shouldStop: {
        tick()
        return StopSignal.isRequested
      }, observe: observe)
    return (solution, solution.samples)
  }

  /// Everyone's samples on rank 0. A rank without a read has nothing but the state it would begin with.
  private func gather(_ solution: Solver.Solution, hasReads: Bool) throws -> SampleSet {
    guard world.size > 1 else { return solution.samples }
    let samples = hasReads ? solution.samples.samples : []
    let energies = try world.gatherVarying(samples.map(\.energy), root: 0)
    let occurrences = try world.gatherVarying(samples.map(\.occurrences), root: 0)
    let spins = try world.gatherVarying(samples.flatMap(\.spins), root: 0)
    guard world.rank == 0 else { return solution.samples }
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
    return SampleSet(reads: all, seconds: solution.seconds)
  }
}
