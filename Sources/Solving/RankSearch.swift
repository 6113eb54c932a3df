import Ising
import MPI

/// A search as one rank carries it out: its share of the reads, or of the spins of every read.
struct RankSearch {
  let problem: IsingProblem
  let settings: SolverSettings
  /// Which of the reads are this rank's.
  var share = ReadShare()
  /// The ranks that hold the spins together. They all search with the same problem, settings and share.
  var group: Communicator?

  /// What this rank has found, and what that has cost it.
  struct Outcome {
    var samples: SampleSet
    var machine: MachineKind
    var spinUpdates: Double
    var seconds: Double
  }

  /// Collective over the group, if there is one.
  ///
  /// - Parameters:
  ///   - agreement: how the search ends together with those of other ranks.
  ///   - known: a state from before, which the result is not worse than.
  ///   - shouldStop: asked some thousand times a second; the search ends soon after it says yes, with what it has.
  ///   - progress: called with every state that is better than all before.
  func run(
    agreement: StopAgreement = StopAgreement(), known: [Int8]? = nil, shouldStop: @escaping () throws -> Bool = { false },
    progress: @escaping (SearchProgress) -> Void = { _ in }
  ) throws -> Outcome {
    let kind = settings.machine ?? .standard(for: problem, settings)
    let home = try SpinHome(problem, sharedBy: group)
    let clock = SearchClock(settings, agreement: agreement, shouldStop: shouldStop)
    let record = SearchRecord(problem, settings: settings, clock: clock, observe: progress)
    if let known { try record.pass(known) }
    // Whatever happens, there is a state.
    try record.pass(settings.initial ?? RandomSpins(seed: settings.seed).state(run: share.place, count: problem.spinCount))
    if kind.isSequential {
      try FlipSearch(problem: problem, home: home, settings: settings, kind: kind, record: record, share: share).run()
    } else {
      try AmplitudeSearch(problem: problem, home: home, settings: settings, kind: kind, record: record, share: share).run()
    }
    return Outcome(samples: record.samples(), machine: kind, spinUpdates: record.spinUpdates, seconds: clock.seconds)
  }
}
