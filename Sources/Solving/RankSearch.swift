import Ising
import Kernels
import MPI
import Machines

/// A search as one rank carries it out: its share of the reads, or of the spins of every read.
struct RankSearch {
  let problem: any SearchedProblem
  let settings: SolverSettings
  /// Which of the reads are this rank's.
  var share = ReadShare()
  /// The ranks that hold the spins together. They all search with the same problem, settings and share.
  var group: Communicator?

  /// What this rank has found, and what that has cost it.
  struct Outcome {
    var samples: SampleSet
    var best: SampleSet.Sample?
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
    let kind = settings.machine ?? .standard(forProblem: problem, settings)
    let home = try problem.home(sharedBy: group)
    let clock = SearchClock(settings, agreement: agreement, shouldStop: shouldStop)
    let record = SearchRecord(problem, settings: settings, clock: clock, observe: progress)
    if let known { try record.pass(known) }
    // Whatever happens, there is a state.
    for initial in settings.initialStates.dropFirst() { try record.pass(initial) }
    try record.pass(settings.initial ?? RandomSpins(seed: settings.seed).state(run: share.place, count: problem.spinCount))
    if settings.time == .zero {
      // The first state as it is.
    } else if kind.isSequential {
      try FlipSearch(problem: problem, home: home, settings: settings, kind: kind, record: record, share: share).run()
    } else {
      try AmplitudeSearch(problem: problem, home: home, settings: settings, kind: kind, record: record, share: share).run()
    }
    return Outcome(
      samples: record.samples(), best: record.best, machine: kind, spinUpdates: record.spinUpdates, seconds: clock.seconds)
  }
}

/// Which reads are this rank's. A read's number decides its noise, so that all ranks together do the reads that one would.
public struct ReadShare: Sendable, Equatable {
  /// This rank's share, from 0.
  public var place: Int
  /// Shares in all.
  public var count: Int

  /// - Precondition: `place` is below `count`.
  public init(place: Int = 0, of count: Int = 1) {
    precondition((0..<count).contains(place), "share \(place) of \(count)")
    self.place = place
    self.count = count
  }

  /// Every `count`-th, from its own place on: for machines that take one read after the other.
  func reads(of all: Range<Int>) -> StrideTo<Int> { stride(from: all.lowerBound + place, to: all.upperBound, by: count) }

  func readCount(of all: Int) -> Int { max(all - place + count - 1, 0) / count }

  /// A run of reads: for machines that take many at once.
  func run(of all: Range<Int>) -> Range<Int> {
    all.lowerBound + place * all.count / count..<all.lowerBound + (place + 1) * all.count / count
  }
}

/// ±1 with equal probability: a pure function of seed, run and spin.
public struct RandomSpins {
  private let philox: Philox

  /// - Parameter seed: of the search.
  public init(seed: UInt64) { philox = Philox(seed: seed, .startingSpins) }

  /// The state from which a run starts, −1 or 1 a spin; the same on every rank.
  public func state(run: Int, count: Int) -> [Int8] {
    var spins = [Int8](repeating: 1, count: count)
    for block in stride(from: 0, to: count, by: 128) {
      let words = philox.block(SIMD4(UInt32(block / 128), UInt32(truncatingIfNeeded: run), 0, 0))
      for spin in block..<min(block + 128, count) where words[spin % 128 / 32] >> UInt32(spin % 32) & 1 == 1 { spins[spin] = -1 }
    }
    return spins
  }
}
