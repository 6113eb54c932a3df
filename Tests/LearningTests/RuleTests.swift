import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// The rules that other rules are compared with, against central finite differences of the loss.
@Suite struct RuleTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var pooling: EdgeDescription.Pooling = .max
    var cost: Cost = .squaredError
    var order: RelaxationSettings.Order = .checkerboard
    var activation: Activation = .sigmoid
    var skip = false
    var feedback: [Float] = [1]
    var testDescription: String { "\(pooling) \(cost) \(order) \(activation) skip \(skip) feedback \(feedback)" }
  }

  static let cases: [Case] = [
    Case(cost: GradientTests.numbers),
    Case(), Case(pooling: .average), Case(pooling: .none), Case(cost: .crossEntropy), Case(cost: .crossEntropyReadout),
    Case(activation: .tanh), Case(skip: true), Case(cost: Cost(.crossEntropy, smoothing: 0.2)),
  ]
  static let orders: [Case] = [
    Case(order: .synchronous), Case(order: .sequential), Case(cost: .crossEntropyReadout, order: .sequential),
    Case(pooling: .none, order: .synchronous, skip: true),
  ]
  static let graded: [Case] = [
    Case(skip: true, feedback: [0.25]), Case(pooling: .average, order: .synchronous, skip: true, feedback: [0.05]),
    Case(cost: .crossEntropyReadout, skip: true, feedback: [1, 0.5, 0.1]),
  ]

  private let labels = [0, 3]
  private let pixels: [Float]

  init() {
    var random = Philox(seed: 11, stream: 0).sequence()
    pixels = (0..<64).map { _ in 2 * random.uniform() - 1 }
  }

  private func layout(_ test: Case) throws -> NetworkLayout {
    try NetworkLayout(
      GradientTests.description(test.pooling, activation: test.activation, skip: test.skip, feedback: test.feedback))
  }

  private var shard: MicroShard { MicroShard(pixels: pixels, labels: labels[...], index: 0, batch: 2, step: 0) }

  private func settings(_ test: Case) -> LearningSettings {
    var settings = LearningSettings()
    settings.cost = test.cost
    settings.batch = .init(size: 2, shard: 2)
    return settings
  }

  /// Compares a network's gradient with finite differences of the loss that it reports itself.
  private func check(_ network: any TrainableNetwork, _ layout: NetworkLayout, tolerance: Double = 0.02) throws {
    let unused = AlignedBuffer<Float>(count: layout.parameterCount)
    func loss() throws -> Double {
      network.parametersChanged()
      unused.clear()
      return try network.addGradient(of: shard, into: [unused]).loss / 2
    }
    let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
    let centre = try network.addGradient(of: shard, into: [gradient]).loss / 2
    let parameters = network.parameters
    for block in layout.blocks {
      let compared = try DifferenceComparison(
        block, of: parameters, gradient: gradient, elements: 12, step: 0.01, centre: centre, loss: loss)
      network.parametersChanged()
      #expect(
        2 * compared.smooth >= compared.chosen,
        "\(block.name): only \(compared.smooth) of \(compared.chosen) derivatives can be compared")
      #expect(compared.cosine > 0.999, "\(block.name): cosine \(compared.cosine)")
      expectClose(compared.normRatio, 1, absolute: tolerance, "\(block.name): norm ratio")
    }
  }

  @Test(arguments: cases) func backpropagationIsTheGradient(_ test: Case) throws {
    let layout = try layout(test)
    try check(
      BackpropagationLearner(layout, parameters: layout.initialParameters(seed: 7), cost: test.cost, capacity: 2), layout)
  }

  /// The gradient goes back through half of the sweeps: the states that it begins with are constants to it, whose influence has
  /// died away at the end.
  @Test(arguments: cases + orders + graded) func unrollingIsTheGradientOfTheRelaxation(_ test: Case) throws {
    let layout = try layout(test)
    let relaxation = RelaxationSettings(order: test.order, free: .init(sweeps: 40), nudged: .init(sweeps: 40))
    try check(
      UnrolledLearner(
        layout, parameters: layout.initialParameters(seed: 7), relaxation: relaxation, settings: settings(test)), layout)
  }

  @Test(arguments: cases) func predictiveNetworksLearnTheGradientOfTheirForwardPass(_ test: Case) throws {
    let layout = try layout(test)
    var settings = settings(test)
    settings.nudge = 0.02
    let relaxation = RelaxationSettings(nudged: .init(sweeps: 8))
    try check(
      PredictiveLearner(
        layout, parameters: layout.initialParameters(seed: 7), relaxation: relaxation, settings: settings,
        capacity: PredictiveLearner.capacity(settings)), layout, tolerance: 0.03)
  }

  @Test(arguments: [Estimator.oneSided, .negative, .randomSign])
  func predictiveEstimatorsAgree(_ estimator: Estimator) throws {
    let layout = try layout(Case())
    func gradient(_ estimator: Estimator) throws -> AlignedBuffer<Float> {
      var settings = settings(Case())
      settings.nudge = 0.01
      settings.estimator = estimator
      let learner = try PredictiveLearner(
        layout, parameters: layout.initialParameters(seed: 7), relaxation: RelaxationSettings(nudged: .init(sweeps: 8)),
        settings: settings, capacity: PredictiveLearner.capacity(settings))
      let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
      _ = try learner.addGradient(of: shard, into: [gradient])
      return gradient
    }
    let (ours, centred) = (try gradient(estimator), try gradient(.centred))
    let all = 0..<layout.parameterCount
    let cosine =
      ours.product(with: centred, range: all)
      / (ours.squaredNorm(count: all.count) * centred.squaredNorm(count: all.count)).squareRoot()
    #expect(cosine > 0.999)
  }

  /// One or two sweeps carry the nudge all the way down, and over the whole span of nudges the gradient stays near that of
  /// back-propagation: activities do not leave the range of σ, whatever the nudge pulls at them.
  @Test(arguments: [Float(2e-4), 0.02, 0.1], [Cost.squaredError, .crossEntropy])
  func predictiveNetworksTakeWeakAndStrongNudges(_ nudge: Float, _ cost: Cost) throws {
    let layout = try NetworkLayout(GradientTests.description(.max, activation: .relu6))
    let exact = AlignedBuffer<Float>(count: layout.parameterCount)
    _ = try BackpropagationLearner(layout, parameters: layout.initialParameters(seed: 7), cost: cost, capacity: 2)
      .addGradient(of: shard, into: [exact])
    for (estimator, sweeps) in [(Estimator.centred, 1), (.centred, 2), (.randomSign, 2)] {
      var settings = LearningSettings()
      settings.batch = .init(size: 2, shard: 2)
      (settings.nudge, settings.cost, settings.estimator) = (nudge, cost, estimator)
      let learner = try PredictiveLearner(
        layout, parameters: layout.initialParameters(seed: 7), relaxation: RelaxationSettings(nudged: .init(sweeps: sweeps)),
        settings: settings, capacity: PredictiveLearner.capacity(settings))
      let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
      _ = try learner.addGradient(of: shard, into: [gradient])
      let all = 0..<layout.parameterCount
      let cosine =
        gradient.product(with: exact, range: all)
        / (gradient.squaredNorm(count: all.count) * exact.squaredNorm(count: all.count)).squareRoot()
      #expect(cosine > 0.98, "\(estimator), \(sweeps) sweeps: \(cosine)")
      for (layer, planes) in learner.network.passes.activities.dropLast().enumerated() {
        #expect(planes.unpacked(samples: 0..<2).allSatisfy { 0...6 ~= $0 }, "layer \(layer + 1)")
      }
    }
  }
}
