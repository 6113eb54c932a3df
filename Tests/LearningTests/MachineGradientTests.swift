import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// Equilibrium propagation on every machine against central finite differences of its own loss at its own equilibrium.
@Suite struct MachineGradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var machine: MachineSettings
    var pooling: EdgeDescription.Pooling = .average
    var activation: Activation
    var cost: Cost = .squaredError
    var estimator: Estimator = .centred
    var feedback: Float
    var testDescription: String {
      "\(machine.kind.rawValue) \(pooling) \(activation) \(cost) \(estimator) feedback \(feedback)"
    }

    init(
      _ kind: MachineSettings.Kind, _ activation: Activation, pooling: EdgeDescription.Pooling = .average,
      cost: Cost = .squaredError, estimator: Estimator = .centred, feedback: Float = 1,
      _ change: (inout MachineSettings) -> Void = { _ in }
    ) {
      self.feedback = feedback
      machine = MachineSettings(kind)
      change(&machine)
      (self.activation, self.pooling, self.cost, self.estimator) = (activation, pooling, cost, estimator)
    }
  }

  static let cases: [Case] = [
    Case(.conjugate, .clamp), Case(.conjugate, .linear, cost: .crossEntropy),
    Case(.conjugate, .relu6, cost: .crossEntropyReadout),
    Case(.conjugate, .clamp) { ($0.conjugate.isAdaptive, $0.conjugate.step, $0.conjugate.friction) = (false, 0.8, 0.7) },
    Case(.leaky, .sigmoid), Case(.leaky, .tanh, pooling: .none), Case(.leaky, .sigmoid, pooling: .max),
    Case(.leaky, .sigmoid, cost: .crossEntropy), Case(.leaky, .sigmoid, cost: .crossEntropyReadout),
    Case(.coherentIsing, .linear), Case(.coherentIsing, .clamp, pooling: .max),
    Case(.coherentIsing, .linear, cost: .crossEntropy),
    Case(.coherentIsing, .linear, estimator: .oneSided) { ($0.coherentIsing.pump, $0.coherentIsing.coupling) = (0.5, 0.7) },
    Case(.adam, .linear), Case(.adam, .clamp, pooling: .max),
    Case(.oscillator, .clamp) { $0.oscillator.locking = -1 },
    Case(.oscillator, .clamp, pooling: .none, cost: .crossEntropy) { $0.oscillator.locking = -1 },
    Case(.oscillator, .clamp, pooling: .none) { ($0.oscillator.locking, $0.oscillator.coupling) = (-1, 0.8) },
    Case(.langevin, .clamp) { $0.langevin.temperature = 0 },
    Case(.conjugate, .clamp, feedback: 0.25),
    Case(.conjugate, .clamp, feedback: 0.25) {
      ($0.conjugate.isAdaptive, $0.conjugate.step, $0.conjugate.friction) = (false, 0.8, 0.7)
    },
    // Potentials of sigmoids hardly move in the lowest layer: at a smaller γ rounding is a good part of their difference.
    Case(.leaky, .sigmoid, feedback: 0.5),
    Case(.coherentIsing, .linear, feedback: 0.25), Case(.adam, .linear, feedback: 0.25),
    Case(.oscillator, .clamp, feedback: 0.25) { $0.oscillator.locking = -1 },
    Case(.langevin, .clamp, feedback: 0.25) { $0.langevin.temperature = 0 },
  ]

  @Test(arguments: cases) func matchesFiniteDifferences(_ test: Case) throws {
    let layout = try NetworkLayout(
      GradientTests.description(test.pooling, activation: test.activation, feedback: [test.feedback]))
    let parameters = layout.initialParameters(seed: 7)
    var settings = LearningSettings()
    (settings.cost, settings.estimator) = (test.cost, test.estimator)
    // Every estimate is off by rounding over β, a one-sided one by a term of the order of β; and where spins have walls, a larger
    // nudge moves more of them across.
    let isSmooth =
      test.estimator == .centred && (test.machine.kind == .oscillator || ![.clamp, .relu6].contains(test.activation))
    settings.nudge = isSmooth ? 0.05 : 0.01
    // What reaches the lowest layer is weaker by γ², and rounding is not.
    if isSmooth { settings.nudge /= test.feedback.squareRoot() }
    settings.batch = .init(size: 2, shard: 2)
    let relaxation = RelaxationSettings(free: .init(sweeps: 800), nudged: .init(sweeps: 800), machine: test.machine)
    try relaxation.machine.check(layout, cost: test.cost)
    let network = HopfieldNetwork(
      layout: layout, parameters: parameters, cost: settings.cost, capacity: EquilibriumPropagation.capacity(settings))
    let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
    var random = Philox(seed: 11, stream: 0).sequence()
    let pixels = (0..<2 * layout.input.spins).map { _ in 2 * random.uniform() - 1 }
    let labels = [0, 3]

    func loss() throws -> Double {
      network.parametersChanged()
      network.reset()
      var report = ShardReport()
      try propagation.relaxFreely(pixels, labels: labels[...], first: 0, report: &report)
      #expect(report.free.change < 1e-4)
      return report.loss / 2
    }
    _ = try loss()
    var report = ShardReport()
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    try propagation.addGradient(labels: labels[...], batch: 2, into: gradient, report: &report)
    #expect(report.nudged.change < 1e-4)

    let centre = try loss()
    for block in layout.blocks {
      let compared = try DifferenceComparison(
        block, of: parameters, gradient: gradient, elements: 8, step: isSmooth ? 0.01 : 0.003, centre: centre, loss: loss)
      guard !compared.isZero else { continue }
      #expect(
        2 * compared.smooth >= compared.chosen,
        "\(block.name): only \(compared.smooth) of \(compared.chosen) derivatives can be compared")
      #expect(compared.cosine > 0.99, "\(block.name): cosine \(compared.cosine)")
      expectClose(compared.normRatio, 1, absolute: 0.06, "\(block.name): norm ratio")
    }
  }

  /// Walls and maxima together leave the loss few smooth places, so that differences say little; but both machines settle where the
  /// Hopfield network does, and so have its gradient.
  @Test(arguments: [MachineSettings.Kind.conjugate, .leaky])
  func gradientUnderMaxPoolingIsThatOfTheHopfieldRelaxation(_ kind: MachineSettings.Kind) throws {
    let layout = try NetworkLayout(GradientTests.description(.max, activation: .clamp))
    var settings = LearningSettings()
    settings.nudge = 0.05
    settings.batch = .init(size: 2, shard: 2)
    var random = Philox(seed: 11, stream: 0).sequence()
    let pixels = (0..<2 * layout.input.spins).map { _ in 2 * random.uniform() - 1 }

    func gradient(_ machine: MachineSettings) throws -> [Float] {
      let relaxation = RelaxationSettings(free: .init(sweeps: 800), nudged: .init(sweeps: 800), machine: machine)
      let network = HopfieldNetwork(
        layout: layout, parameters: layout.initialParameters(seed: 7), cost: settings.cost,
        capacity: EquilibriumPropagation.capacity(settings))
      let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
      var report = ShardReport()
      let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
      network.reset()
      try propagation.relaxFreely(pixels, labels: [0, 3], first: 0, report: &report)
      try propagation.addGradient(labels: [0, 3], batch: 2, into: gradient, report: &report)
      return gradient.elements
    }
    let ours = try gradient(MachineSettings(kind))
    let theirs = try gradient(MachineSettings())
    for block in layout.blocks {
      let positions = (0..<block.shape.reduce(1, *)).map { block.position($0) }
      let size = positions.reduce(0) { $0 + Double(theirs[$1]) * Double(theirs[$1]) }.squareRoot()
      let distance = positions.reduce(0) { $0 + Double(ours[$1] - theirs[$1]) * Double(ours[$1] - theirs[$1]) }.squareRoot()
      #expect(size > 0 && distance < 0.01 * size, "\(block.name): \(distance) of \(size)")
    }
  }
}
