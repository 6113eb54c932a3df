import ArgumentParser
import Host
import Kernels
import Networks

/// What a sweep costs on each machine, against one by the network's own rule.
struct MachineSweeps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machines",
    abstract: "Time a sweep on every machine against a sweep by the network's own rule.",
    discussion: """
      Each repeat times the network's own rule and the machine one after the other, from the same states; the median of the
      ratios counts. Oscillators take no max-pooling: both sides run without it there, and they need two fields.

        equilibria-benchmark machines --channels 32,64,128,128 --samples 8 --sweeps 20
      """)

  @Option(help: "Channels of the 3×3 convolutions under 2×2 pooling, first to last.") var channels = "32,64,128,128"
  @Option(help: "Images that relax together.") var samples = 8
  @Option(help: "Sweeps of a phase.") var sweeps = 20
  @Option(help: "Gain of the weights.") var gain: Float = 0.8
  @Option(help: "Repeats; the median counts.") var repeats = 5

  func run() throws {
    print("kernels \(InstructionSet.current.name), network \(channels), \(samples) images, \(sweeps) sweeps a phase")
    for kind in MachineSettings.Kind.allCases where kind != .hopfield {
      let pooling = kind == .oscillator ? "average" : "max"
      let ratios = try (0..<repeats).map { _ in try ratio(kind, pooling: pooling) }.sorted()
      print("\(kind.rawValue): \(Double((ratios[repeats / 2] * 100).rounded()) / 100) times hopfield, \(pooling) pooling")
    }
  }

  private func ratio(_ kind: MachineSettings.Kind, pooling: String) throws -> Double {
    let seconds = try [MachineSettings.Kind.hopfield, kind].map { try time($0, pooling: pooling) }
    return seconds[1] / seconds[0]
  }

  /// Seconds of a free phase that starts where another has ended.
  private func time(_ kind: MachineSettings.Kind, pooling: String) throws -> Double {
    let layout = try NetworkLayout(pyramid(channels: channels, pooling: pooling, gain: gain))
    let network = HopfieldNetwork(layout: layout, parameters: layout.initialParameters(seed: 1), capacity: samples)
    var machine = MachineSettings(kind)
    machine.langevin.temperature = 0
    let settings = RelaxationSettings(free: .init(sweeps: sweeps), machine: machine)
    let relaxation = settings.relaxation(of: network)
    var random = Philox(seed: 2, stream: 0).sequence()
    network.clamp((0..<samples * layout.input.spins).map { _ in 2 * random.uniform() - 1 }, samples: samples)
    try relaxation.run(network, samples: samples, nudge: nil, observe: nil)
    let start = Profile.now
    try relaxation.run(network, samples: samples, nudge: nil, observe: nil)
    return Profile.now - start
  }
}
