import Kernels
import Machines
import Solving

/// p-bits at one temperature: spins and their products averaged over many sweeps of several chains.
final class GibbsSampler: SpinAveraging {
  private let layout: IsingNetworkLayout
  private let settings: IsingMachineSettings
  private let device: ProgrammedSpins
  private let seed: UInt64
  private let stream: RandomStream
  private let start: RandomSpins
  private var sampler: FlipSampler
  private var spins = AlignedBuffer<Float>(count: 0)
  private var state: [Float] = []

  init(
    _ layout: IsingNetworkLayout, settings: IsingMachineSettings, hardware: IsingHardware, seed: UInt64, stream: RandomStream
  ) throws {
    self.layout = layout
    self.settings = settings
    self.seed = seed
    self.stream = stream
    device = try ProgrammedSpins(layout, hardware: hardware, seed: seed)
    start = RandomSpins(seed: seed ^ UInt64(stream.rawValue))
    sampler = Self.sampler(device, settings, seed: seed, stream: stream)
    state = Array(repeating: 0, count: layout.spinCount)
  }

  private static func sampler(
    _ device: ProgrammedSpins, _ settings: IsingMachineSettings, seed: UInt64, stream: RandomStream
  ) -> FlipSampler {
    FlipSampler.gibbs(device.flips, temperature: settings.temperature, fieldScale: 1, seed: seed, stream: stream.rawValue)
  }

  func program(_ couplings: [Float]) throws {
    try device.program(couplings)
    sampler = Self.sampler(device, settings, seed: seed, stream: stream)
    spins = AlignedBuffer(count: device.flips.identifiers.count)
  }

  var sweepsPerPhase: (free: Int, nudged: Int) {
    let sweeps = settings.reads * settings.sweepsOfChain
    return (sweeps, sweeps)
  }

  func sample(fields: [Float], number: Int, into correlations: SpinCorrelations) throws {
    device.take(fields: fields)
    correlations.clear()
    for read in 0..<settings.reads {
      let run = number * settings.reads + read
      try device.flips.reset(to: start.state(run: run, count: device.count))
      sampler.restart(replica: run)
      let sweeps = settings.sweepsOfChain
      for sweep in 0..<sweeps {
        try sampler.step(MachineTime(sweep, of: sweeps))
        if settings.counts(sweep) { add(to: correlations) }
      }
    }
    correlations.divide(by: settings.reads * settings.sweeps)
  }

  private func add(to correlations: SpinCorrelations) {
    let flips = device.flips
    flips.copySpins(to: spins)
    for position in state.indices { state[Int(flips.identifiers[position])] = spins[position] }
    for spin in state.indices { correlations.spins[spin] += state[spin] }
    for (index, (one, other)) in layout.pairs.enumerated() { correlations.pairs[index] += state[Int(one)] * state[Int(other)] }
  }
}
