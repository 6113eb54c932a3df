import ArgumentParser
import Foundation
import Kernels
import Learning
import Networks

/// One training step on one core: the operations that the mathematics needs, over the time, over the core's measured peak.
struct TrainingStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time a training step against this core's measured single-precision peak.",
    discussion: """
      Operations are counted as the mathematics needs them: one forward and one transposed convolution a layer a sweep, the
      clamped input's once a sample, weight gradients once, all as direct convolutions. Everything else counts only as time.

      The gradient is checked in the same run: a short way along it the loss after the free phases must fall as fast as its norm
      says. Where it does not, no rate is printed. Phases of few sweeps end before the equilibrium, whose gradient is another
      one: they need a greater --tolerance.

        equilibria-benchmark --channels 32,64,128,128 --batch 32 --free 60 --nudged 20
        equilibria-benchmark --units 500 --machine oscillator --batch 32 --free 16 --nudged 10 --tolerance 0.8
      """)

  @Option(help: "Channels of the 3×3 convolutions under 2×2 max-pooling, first to last.") var channels = "32,64,128,128"
  @Option(help: "Dense hidden layers of so many units on 28×28 images, instead of convolutions.") var units: String?
  @Option(help: "The machine that relaxes it: \(MachineSettings.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var machine = MachineSettings.Kind.hopfield
  @Option(help: "The estimator: \(Estimator.allCases.map(\.rawValue).joined(separator: ", ")).")
  var estimator = Estimator.centred
  @Option(help: "The order of the layers: \(RelaxationSettings.Order.allCases.map(\.rawValue).joined(separator: ", ")).")
  var order = RelaxationSettings.Order.checkerboard
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Images per micro-shard.") var shard = 8
  @Option(help: "Free sweeps.") var free = 60
  @Option(help: "Sweeps of each state that relaxes after the free phase: two, or one with linear response.") var nudged = 20
  @Option(help: "Gain of the weights at the start.") var gain: Float = 0.5
  @Option(help: "Pooling: max, average or none (stride 2 instead).") var pooling = "max"
  @Option(help: "How far the fall of the loss along the gradient may be from the gradient's norm, as a share of it.")
  var tolerance = 0.2
  @Option(help: "Repeats; the median counts.") var repeats = 5

  func run() throws {
    let layout = try NetworkLayout(
      units.map { perceptron(units: $0, gain: gain) } ?? pyramid(channels: channels, pooling: pooling, gain: gain))
    let parameters = layout.initialParameters(seed: 1)
    var settings = LearningSettings()
    settings.batch = .init(size: batch, shard: shard)
    settings.estimator = estimator
    let network = HopfieldNetwork(
      layout: layout, parameters: parameters, capacity: EquilibriumPropagation.capacity(settings))
    let relaxation = RelaxationSettings(
      order: order, free: .init(sweeps: free), nudged: .init(sweeps: nudged), machine: MachineSettings(machine))
    let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
    let optimiser = Optimiser(settings.optimiser, layout: layout)
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    var random = Philox(seed: 2, stream: 0).sequence()
    let pixels = (0..<batch * layout.input.spins).map { _ in 2 * random.uniform() - 1 }
    let labels = (0..<batch).map { $0 % 10 }

    /// The gradient of the mini-batch, as every repeat computes it.
    func addGradient() throws {
      gradient.clear()
      for first in stride(from: 0, to: batch, by: shard) {
        var report = ShardReport()
        let shardLabels = labels[first..<min(first + shard, batch)]
        network.reset()
        try propagation.relaxFreely(pixels, labels: shardLabels, first: first, report: &report)
        try propagation.addGradient(labels: shardLabels, batch: batch, into: gradient, report: &report)
      }
    }
    /// The mean loss of the mini-batch after its free phases.
    func loss() throws -> Double {
      var report = ShardReport()
      for first in stride(from: 0, to: batch, by: shard) {
        network.reset()
        try propagation.relaxFreely(pixels, labels: labels[first..<min(first + shard, batch)], first: first, report: &report)
      }
      return report.loss / Double(batch)
    }

    try addGradient()
    let slope = try self.slope(of: loss, along: gradient, network: network)
    print("gradient: along it the loss falls by \(format(slope)) times its norm")
    guard abs(slope - 1) <= tolerance else {
      throw WrongGradient(slope: slope, tolerance: tolerance)
    }

    var times: [Double] = []
    var processorTimes: [Double] = []
    var peaks: [Double] = []
    for _ in 0..<repeats {
      peaks.append(InstructionSet.current.measuredPeak())
      let processorStart = clock()
      let time = try ContinuousClock().measure {
        try addGradient()
        let norm = gradient.squaredNorm(count: parameters.count).squareRoot()
        optimiser.update(parameters, gradient: gradient, norm: norm, factor: 0)
        network.parametersChanged()
      }
      processorTimes.append(Double(clock() - processorStart) / Double(CLOCKS_PER_SEC))
      times.append(Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
    }
    let work = layout.multiplyAdds
    // Oscillators need a field of their cosines and one of their sines.
    let sweeps = Double(free + estimator.relaxedStates * nudged) * (machine == .oscillator ? 2 : 1)
    // The weight gradient is one convolution for each edge and each of the two phases' difference.
    let products = Double(work.clamped) * 2 + Double(work.sweep) * (sweeps + 0.5)
    let operations = 2 * products * Double(batch)
    let seconds = times.sorted()[repeats / 2]
    let processorSeconds = processorTimes.sorted()[repeats / 2]
    let peak = peaks.max()!
    let rate = operations / seconds
    print("kernels \(InstructionSet.current.name); peak \(format(peak / 1e9)) GFLOP/s")
    let phases = "\(free) + \(estimator.relaxedStates)×\(nudged) sweeps"
    print("network \(units ?? channels), \(machine.rawValue), \(estimator.rawValue), batch \(batch), shard \(shard), \(phases)")
    print("a step \(format(seconds * 1e3)) ms; \(format(Double(batch) / seconds)) samples/s; \(format(rate / 1e9)) GFLOP/s")
    print("ratio to peak \(format(rate / peak))")
    // On a shared machine others take part of the core; the process's own time leaves that out.
    let processorRate = operations / processorSeconds
    print("processor time \(format(processorSeconds * 1e3)) ms; ratio to peak \(format(processorRate / peak))")
    let memory = network.memory
    let needed = memory.states + 3 * layout.parameterCount * 4
    let (fields, scratch) = (memory.fields / 1024, memory.work / 1024)
    print("memory: states, weights and optimiser \(needed / 1024) KiB; fields \(fields), work \(scratch) KiB")
  }

  /// The slope of the loss against the gradient, over the gradient's norm: 1 of an exact gradient. By a central difference over a way
  /// of a thousandth of the parameters' norm, long beside the rounding of the loss and short beside its curvature.
  private func slope(
    of loss: () throws -> Double, along gradient: AlignedBuffer<Float>, network: HopfieldNetwork
  ) throws -> Double {
    let parameters = network.parameters
    let before = parameters.elements
    func norm(_ buffer: AlignedBuffer<Float>) -> Double { Double(buffer.squaredNorm(count: parameters.count)).squareRoot() }
    let length = 1e-3 * norm(parameters)
    let factor = Float(length / norm(gradient))
    func moved(by step: Float) throws -> Double {
      for index in before.indices { parameters[index] = before[index] - step * gradient[index] }
      network.parametersChanged()
      return try loss()
    }
    let fall = try moved(by: -factor) - moved(by: factor)
    parameters.assign(before)
    network.parametersChanged()
    return fall / (2 * length) / norm(gradient)
  }

  private func format(_ value: Double) -> String { String(Double((value * 1000).rounded()) / 1000) }
}

/// A step whose gradient is not that of the loss.
private struct WrongGradient: Error, CustomStringConvertible {
  let slope: Double
  let tolerance: Double

  var description: String {
    "along the gradient the loss falls by \(slope) times its norm, expected 1 ± \(tolerance): the gradient is wrong, or its phases are "
      + "too short. No rate is printed; give more sweeps with --free and --nudged, or a greater --tolerance"
  }
}

extension MachineSettings.Kind: ExpressibleByArgument {}
extension Estimator: ExpressibleByArgument {}
extension RelaxationSettings.Order: ExpressibleByArgument {}
