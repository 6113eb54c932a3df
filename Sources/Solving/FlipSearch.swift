import Ising
import Kernels
import Machines

/// The search of a sequential sampler: reads of a given number, or a population that uses all the time.
struct FlipSearch {
  let problem: any SearchedProblem
  let home: any SpinHome
  let settings: SolverSettings
  let kind: MachineKind
  let record: SearchRecord
  /// This rank's place among those that share the reads.
  let share: ReadShare

  func run() throws {
    let sampler = try sampler()
    let keep = settings.keep ?? (kind == .gibbs ? .last : .best)
    let reader = FlipRun(sampler, record: record, spinCount: problem.spinCount, keep: keep)
    // A population exchanges regions of its states, which takes the couplings of all spins.
    if settings.time != nil, settings.reads == nil, settings.steps == nil, settings.initial == nil, kind != .gibbs, keep == .best,
      let problem = problem as? IsingProblem
    {
      var population = AnnealingPopulation(
        problem: problem, reader: reader, seed: settings.seed, course: sampler.temperature, scale: settings.scale, share: share)
      try population.search()
    } else {
      try runReads(with: reader)
    }
  }

  private func sampler() throws -> FlipSampler {
    let flips = try home.flips()
    let (scale, seed) = (home.fieldScale, settings.seed)
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
    let reads = settings.readRange ?? 0..<(settings.time == nil ? 1 : Int.max)
    var sweeps = settings.steps ?? kind.standardSteps
    for (place, read) in share.reads(of: reads).enumerated() {
      if place > 0, try record.clock.isOver() { break }
      let start = settings.start(of: read) ?? random.state(run: read, count: problem.spinCount)
      // With a time and a number of reads but no number of sweeps, the first read's speed tells how many sweeps the others may
      // take.
      if settings.steps == nil, settings.reads != nil, record.clock.isLimited, place == 0 {
        sweeps = try sweepsThatFit(reads: share.readCount(of: reads.count), reader, start)
      } else if !(problem is IsingProblem), settings.steps == nil, record.clock.isLimited, place == 0 {
        // Of a problem in parts one read may take longer than there is time for.
        sweeps = min(sweeps, try sweepsThatFit(reads: 1, reader, start))
      }
      try record.add(try reader.run(from: start, sweeps: sweeps, number: read))
    }
  }

  private func sweepsThatFit(reads: Int, _ reader: FlipRun, _ start: [Int8]) throws -> Int {
    let before = try record.clock.left()
    let trial = 50
    try record.pass(try reader.run(from: start, sweeps: trial, number: Int(UInt32.max)))
    let each = max(before - (try record.clock.left()), 1e-7) / Double(trial)
    return max(trial, Int(min(try record.clock.left() / Double(reads) / each, 1e9)))
  }
}
