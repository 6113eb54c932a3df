import Kernels
import Machines
import Solving

/// Simulated annealing: the free phase keeps the read of the lowest energy, and nudged phases anneal in reverse from it.
final class Annealer: SpinRelaxation {
  private let layout: IsingNetworkLayout
  private let settings: IsingMachineSettings
  private let device: ProgrammedSpins
  private let seed: UInt64
  private let stream: RandomStream
  private let start: RandomSpins
  private var free: FlipSampler
  private var nudged: FlipSampler
  /// The lowest of the present phase's reads, and that of the last free phase.
  private var lowest: [Int8] = []
  private var freeState: [Int8] = []
  private var spins = AlignedBuffer<Float>(count: 0)
  private(set) var chainBreakFraction = 0.0

  init(
    _ layout: IsingNetworkLayout, settings: IsingMachineSettings, hardware: IsingHardware, seed: UInt64, stream: RandomStream
  ) throws {
    self.layout = layout
    self.settings = settings
    self.seed = seed
    self.stream = stream
    device = try ProgrammedSpins(layout, hardware: hardware, seed: seed)
    start = RandomSpins(seed: seed ^ UInt64(stream.rawValue))
    free = Self.sampler(device, .constant(settings.hot), seed: seed, stream: stream)
    nudged = free
  }

  private static func sampler(
    _ device: ProgrammedSpins, _ course: Course, seed: UInt64, stream: RandomStream
  ) -> FlipSampler {
    FlipSampler.annealing(device.flips, temperature: course, fieldScale: 1, seed: seed, stream: stream.rawValue)
  }

  func program(_ couplings: [Float]) throws {
    try device.program(couplings)
    let anneal = Course.linear(from: settings.hot, to: settings.cold)
    let reverse = settings.reversal.map {
      FlipSampler.reverseCourse(peak: settings.cold + $0 * (settings.hot - settings.cold), end: settings.cold)
    }
    free = Self.sampler(device, anneal, seed: seed, stream: stream)
    nudged = Self.sampler(device, reverse ?? anneal, seed: seed, stream: .isingNudged)
    spins = AlignedBuffer(count: device.flips.identifiers.count)
  }

  var sweepsPerPhase: (free: Int, nudged: Int) { (settings.reads * settings.sweeps, settings.reads * settings.sweeps) }

  func relaxFreely(fields: [Float], number: Int, into correlations: SpinCorrelations) throws {
    try anneal(free, fields: fields, from: nil, number: number)
    freeState = lowest
    chainBreakFraction = device.chainBreakFraction(lowest)
    correlations.take(device.logical(lowest), layout.pairs)
  }

  func relaxNudged(fields: [Float], number: Int, into correlations: SpinCorrelations) throws {
    try anneal(nudged, fields: fields, from: settings.reversal == nil ? nil : freeState, number: number)
    correlations.take(device.logical(lowest), layout.pairs)
  }

  /// All reads, of which `lowest` keeps the best.
  ///
  /// - Parameter state: where they begin; `nil`: at random.
  private func anneal(_ sampler: FlipSampler, fields: [Float], from state: [Int8]?, number: Int) throws {
    device.take(fields: fields)
    let flips = device.flips
    var best = Double.infinity
    for read in 0..<settings.reads {
      let run = number * settings.reads + read
      try flips.reset(to: state ?? start.state(run: run, count: device.count))
      sampler.restart(replica: run)
      for sweep in 0..<settings.sweeps { try sampler.step(MachineTime(sweep, of: settings.sweeps)) }
      try descend(sampler)
      if flips.energy < best {
        best = flips.energy
        flips.copySpins(to: spins)
        lowest = try flips.collect(spins)
      }
    }
  }

  /// Flips what lowers the energy until nothing does. Rounding cannot keep that going for ever.
  private func descend(_ sampler: FlipSampler) throws {
    let time = MachineTime(step: UInt32(truncatingIfNeeded: settings.sweeps), fraction: 1)
    for _ in 0..<device.count where try sampler.descend(time) == 0 { return }
  }
}
