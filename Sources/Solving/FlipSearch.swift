import Ising
import Kernels
import Machines

/// The search of a sequential sampler: reads of a given number, or a population that uses all the time.
struct FlipSearch {
  let problem: IsingProblem
  let couplings: SpinCouplings
  let settings: SolverSettings
  let kind: MachineKind
  let record: SearchRecord
  /// This rank's place among those that share the reads.
  let share: ReadShare

  func run() throws {
    let sampler = sampler()
    let reader = FlipRun(sampler, record: record)
    if settings.time != nil, settings.reads == nil, settings.steps == nil, settings.initial == nil, kind != .gibbs {
      try AnnealingPopulation(
        problem: problem, reader: reader, seed: settings.seed, course: sampler.temperature, scale: settings.scale, share: share
      ).search()
    } else {
      try runReads(with: reader)
    }
  }

  private func sampler() -> FlipSampler {
    let flips = couplings.flips()
    let (scale, seed) = (couplings.fieldScale, settings.seed)
    let sampler =
      switch kind {
      case .gibbs: FlipSampler.gibbs(flips, temperature: 0.3, fieldScale: scale, seed: seed)
      case .reverseAnneal where settings.initial != nil: FlipSampler.reverseAnnealing(flips, fieldScale: scale, seed: seed)
      default: FlipSampler.annealing(flips, fieldScale: scale, seed: seed)
      }
    sampler.temperature = (settings.course ?? sampler.temperature).scaled(by: settings.scale)
    return sampler
  }

  /// Reads one after the other, until all are done or the time is over.
  private func runReads(with reader: FlipRun) throws {
    let random = RandomSpins(seed: settings.seed)
    let reads = settings.reads ?? (settings.time == nil ? 1 : Int.max)
    var sweeps = settings.steps ?? kind.standardSteps
    for (place, read) in share.reads(of: reads).enumerated() {
      if place > 0, record.clock.isOver { break }
      let start = settings.initial ?? random.state(run: read, count: problem.spinCount)
      // With a time and a number of reads but no number of sweeps, the first read's speed tells how many sweeps the others may take.
      if settings.steps == nil, settings.reads != nil, record.clock.left.isFinite, place == 0 {
        sweeps = try sweepsThatFit(reads: share.readCount(of: reads), reader, start)
      }
      try record.add(try reader.run(from: start, sweeps: sweeps, number: read))
    }
  }

  private func sweepsThatFit(reads: Int, _ reader: FlipRun, _ start: [Int8]) throws -> Int {
    let before = record.clock.seconds
    let trial = 50
    try record.pass(try reader.run(from: start, sweeps: trial, number: Int(UInt32.max)))
    let each = max(record.clock.seconds - before, 1e-7) / Double(trial)
    return max(trial, Int(min(record.clock.left / Double(reads) / each, 1e9)))
  }
}
