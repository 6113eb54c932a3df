import Kernels
import Machines

/// One run of a sequential sampler, of which the best state of its second half is kept, or the last one.
final class FlipRun {
  let sampler: FlipSampler
  let record: SearchRecord
  private let couplings: any FlipOperator
  private let best: AlignedBuffer<Float>
  private var bestEnergy = Double.infinity
  private let keep: SolverSettings.Keep

  /// Sweeps between two looks at the clock: about a tenth of a millisecond. Ranks that share spins look together.
  private let sweepsPerLook: Int

  /// - Parameter spinCount: of all ranks.
  init(_ sampler: FlipSampler, record: SearchRecord, spinCount: Int, keep: SolverSettings.Keep) {
    self.keep = keep
    self.sampler = sampler
    self.record = record
    couplings = sampler.couplings
    best = AlignedBuffer(count: couplings.identifiers.count)
    sweepsPerLook = max(1, 50_000 / max(spinCount, 1))
  }

  /// Sweeps through the sampler's course from `spins`. If the best state is kept, it goes downhill from there until no flip helps.
  ///
  /// - Parameter number: the number of the run, which no other of the search has.
  /// - Returns: the last state, or the best one, which is a local minimum if the time was enough.
  func run(from spins: [Int8], sweeps: Int, number: Int) throws -> [Int8] {
    try couplings.reset(to: spins)
    sampler.restart(replica: number)
    bestEnergy = .infinity
    var sweep = 0
    while sweep < sweeps {
      if sweep % sweepsPerLook == 0, try record.clock.isOver() { break }
      try sampler.step(MachineTime(sweep, of: sweeps))
      // A reverse anneal begins at a good state, and is to tell where it went, not where it began.
      if keep == .best, 2 * sweep >= sweeps, couplings.energy < bestEnergy { take() }
      sweep += 1
    }
    record.spinUpdates += Double(sweep) * Double(couplings.spinCount)
    if keep == .best { try descend(after: sweep) } else { couplings.copySpins(to: best) }
    return try couplings.collect(best)
  }

  /// Every flip lowers an energy that is a whole number, so this ends.
  private func descend(after sweep: Int) throws {
    let time = MachineTime(step: UInt32(truncatingIfNeeded: sweep), fraction: 1)
    while try sampler.descend(time) > 0 {}
    if couplings.energy < bestEnergy { take() }
  }

  private func take() {
    bestEnergy = couplings.energy
    couplings.copySpins(to: best)
  }
}
