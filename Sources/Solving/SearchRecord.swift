import Ising

/// What a search has found so far: the states of its reads, the best of them, and who is told of it.
final class SearchRecord {
  private(set) var reads: [SampleSet.Sample] = []
  private(set) var best: SampleSet.Sample?
  /// Moves of one spin that were tried.
  var spinUpdates = 0.0
  let clock: SearchClock
  private let problem: any SearchedProblem
  private let target: Double?
  private let capacity: Int
  /// Whether the best state is in the samples even where no read ended in it.
  private let addsBest: Bool
  private let observe: (SearchProgress) -> Void

  init(
    _ problem: any SearchedProblem, settings: SolverSettings, clock: SearchClock, observe: @escaping (SearchProgress) -> Void
  ) {
    self.problem = problem
    self.clock = clock
    self.observe = observe
    target = settings.targetEnergy
    capacity = settings.reads ?? settings.greatestSampleCount
    // Of a part, what reads passed through is not one of them (`LongSearch`).
    addsBest = settings.part == nil && (settings.keep ?? (settings.machine == .gibbs ? .last : .best)) == .best
  }

  /// Takes a run's state, whose energy is worked out from the problem's own numbers.
  ///
  /// - Returns: that energy.
  @discardableResult func add(_ spins: [Int8]) throws -> Double {
    let sample = SampleSet.Sample(spins: spins, energy: try problem.energy(of: spins))
    if reads.count < capacity {
      reads.append(sample)
    } else if let worst = reads.indices.max(by: { reads[$0].energy < reads[$1].energy }), sample.energy < reads[worst].energy,
      !reads.contains(where: { $0.energy == sample.energy && $0.spins == sample.spins })
    {
      reads[worst] = sample
    }
    note(sample)
    return sample.energy
  }

  /// Takes a state that a run passed through.
  func pass(_ spins: [Int8]) throws { note(SampleSet.Sample(spins: spins, energy: try problem.energy(of: spins))) }

  private func note(_ sample: SampleSet.Sample) {
    guard sample.energy < best?.energy ?? .infinity else { return }
    best = sample
    if let target, sample.energy <= target { clock.hasReachedTarget = true }
    observe(SearchProgress(seconds: clock.seconds, energy: sample.energy))
  }

  /// The reads as a sample set. Unless reads are to be samples, the best state is in it even if its run went on to a worse one.
  func samples() -> SampleSet {
    var reads = reads
    if let best, addsBest || reads.isEmpty, !reads.contains(where: { $0.energy <= best.energy }) {
      if reads.count == capacity, let worst = reads.indices.max(by: { reads[$0].energy < reads[$1].energy }) {
        reads[worst] = best
      } else {
        reads.append(best)
      }
    }
    return SampleSet(reads: reads, seconds: clock.seconds)
  }
}
