import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// Equilibrium propagation against central finite differences of the loss at the network's own equilibrium.
@Suite struct GradientTests {
  /// A network whose equilibrium is smooth in its parameters: a sigmoid never saturates exactly.
  static func description(
    _ pooling: EdgeDescription.Pooling, stride: Int = 1, activation: Activation = .sigmoid, skip: Bool = false,
    feedback: [Float] = [1]
  )
    -> NetworkDescription
  {
    var second = [
      EdgeDescription(from: "a", kind: .convolution, kernel: 3, stride: stride, padding: 1, pooling: pooling, gain: 0.7)
    ]
    if skip {
      second.append(
        EdgeDescription(
          from: NetworkDescription.inputName, kind: .convolution, kernel: 1, stride: pooling == .none ? stride : 2 * stride,
          gain: 0.7))
    }
    return NetworkDescription(
      input: ImageShape(channels: 2, rows: 4, columns: 4),
      layers: [
        LayerDescription(
          name: "a", channels: 3, activation: activation,
          edges: [EdgeDescription(from: NetworkDescription.inputName, kind: .convolution, kernel: 3, padding: 1, gain: 1)]),
        LayerDescription(name: "b", channels: 5, activation: activation, edges: second),
        LayerDescription(
          name: "output", channels: 4,
          edges: [EdgeDescription(from: "b", kind: .dense, gain: 0.7)]
            + (skip ? [EdgeDescription(from: "a", kind: .dense, gain: 0.7)] : [])),
      ], feedback: feedback)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var pooling: EdgeDescription.Pooling = .max
    var stride = 1
    var cost: Cost = .squaredError
    var order: RelaxationSettings.Order = .checkerboard
    var estimator: Estimator = .centred
    var activation: Activation = .sigmoid
    var skip = false
    var feedback: [Float] = [1]
    var testDescription: String {
      "\(pooling) stride \(stride) \(cost) \(order) \(estimator) \(activation) skip \(skip) feedback \(feedback)"
    }
  }

  /// Rows 0 and 3 are what the two samples of these tests are to be.
  static let numbers = Cost(
    .squaredError,
    targets: TargetTable((0..<16).map { Double($0 * $0 % 7) }, mean: [3, 2, 1, 0], deviation: [2, 1, 4, 3]))

  static let cases: [Case] = [
    Case(cost: numbers), Case(cost: numbers, estimator: .oneSided),
    Case(pooling: .average, cost: numbers, estimator: .linearResponse),
    Case(), Case(pooling: .average), Case(pooling: .none), Case(pooling: .none, stride: 2), Case(cost: .crossEntropy),
    Case(cost: .crossEntropyReadout), Case(order: .synchronous), Case(order: .sequential), Case(estimator: .oneSided),
    Case(estimator: .negative), Case(estimator: .randomSign), Case(cost: .crossEntropy, estimator: .oneSided),
    Case(cost: .crossEntropyReadout, estimator: .oneSided), Case(cost: .crossEntropyReadout, estimator: .negative),
    Case(activation: .tanh), Case(skip: true), Case(cost: Cost(.squaredError, smoothing: 0.2)),
    Case(cost: Cost(.crossEntropy, smoothing: 0.2)), Case(cost: Cost(.crossEntropyReadout, smoothing: 0.2)),
    Case(pooling: .none, stride: 2, skip: true), Case(pooling: .average, skip: true),
    Case(skip: true, feedback: [0.25]), Case(cost: .crossEntropy, skip: true, feedback: [0.05]),
    Case(pooling: .average, cost: .crossEntropyReadout, skip: true, feedback: [0.25]),
    Case(pooling: .none, order: .sequential, skip: true, feedback: [1, 0.5, 0.1]),
    Case(estimator: .oneSided, skip: true, feedback: [0.25]),
    Case(estimator: .linearResponse), Case(pooling: .average, order: .sequential, estimator: .linearResponse),
    Case(pooling: .none, stride: 2, cost: .crossEntropy, estimator: .linearResponse, skip: true),
    Case(cost: .crossEntropyReadout, order: .synchronous, estimator: .linearResponse, skip: true),
    Case(estimator: .linearResponse, skip: true, feedback: [0.25]),
    Case(pooling: .average, cost: .crossEntropyReadout, estimator: .linearResponse, skip: true, feedback: [0.1]),
    Case(order: .sequential, estimator: .linearResponse, activation: .tanh, skip: true, feedback: [1, 0.5, 0.1]),
  ]

  @Test(arguments: cases) func matchesFiniteDifferences(_ test: Case) throws {
    let layout = try NetworkLayout(
      Self.description(
        test.pooling, stride: test.stride, activation: test.activation, skip: test.skip, feedback: test.feedback))
    let parameters = layout.initialParameters(seed: 7)
    var settings = LearningSettings()
    settings.cost = test.cost
    settings.estimator = test.estimator
    // One-sided estimates are off by a term of the order of β, and by rounding over β.
    settings.nudge = test.estimator == .centred ? 0.02 : 0.03
    settings.batch = .init(size: 2, shard: 2)
    let relaxation = RelaxationSettings(order: test.order, free: .init(sweeps: 80), nudged: .init(sweeps: 80))
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
      return report.loss / 2
    }
    _ = try loss()
    var report = ShardReport()
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    try propagation.addGradient(labels: labels[...], batch: 2, into: gradient, report: &report)

    let centre = try loss()
    for block in layout.blocks {
      let compared = try DifferenceComparison(
        block, of: parameters, gradient: gradient, elements: 12, step: 0.01, centre: centre, loss: loss)
      #expect(
        2 * compared.smooth >= compared.chosen,
        "\(block.name): only \(compared.smooth) of \(compared.chosen) derivatives can be compared")
      #expect(compared.cosine > 0.995, "\(block.name): cosine \(compared.cosine)")
      expectClose(compared.normRatio, 1, absolute: 0.05, "\(block.name): norm ratio")
    }
  }
}
