import Kernels
import Networks
import TestTools
import Testing

@testable import Learning

/// Numbers in the place of classes: the solution of a linear problem by every rule, and the errors that are told.
@Suite struct TargetTests {
  /// Two features of each sample, and two numbers that are no exact function of them.
  private static let samples = 24
  private static let features: [Float] = {
    var random = Philox(seed: 21, stream: 0).sequence()
    return (0..<2 * samples).map { _ in 2 * random.uniform() - 1 }
  }()
  private static let measured: [Double] = {
    var random = Philox(seed: 22, stream: 0).sequence()
    return (0..<samples).flatMap { sample in
      let (a, b) = (Double(features[2 * sample]), Double(features[2 * sample + 1]))
      func noise() -> Double { Double(random.uniform()) - 0.5 }
      return [100 + 30 * a - 20 * b + 8 * noise(), -3 + 0.5 * a * b + 0.25 * b + 0.1 * noise()]
    }
  }()
  private static let table = TargetTable(measured, mean: [100, -3], deviation: [20, 0.25])
  private static let cost = Cost(.squaredError, targets: table)

  /// The output alone, which sees the features: a linear regression.
  private static let layout = try! NetworkLayout(
    NetworkDescription(
      input: ImageShape(channels: 2, rows: 1, columns: 1),
      layers: [LayerDescription(name: "output", channels: 2, edges: [EdgeDescription(from: "input", kind: .dense, gain: 1)])]))

  private static func settings(_ rule: LearningRule, _ estimator: Estimator = .centred) -> LearningSettings {
    var settings = LearningSettings()
    settings.cost = cost
    settings.rule = rule
    settings.estimator = estimator
    settings.batch = .init(size: samples, shard: samples)
    return settings
  }

  private static var shard: MicroShard {
    MicroShard(pixels: features, labels: Array(0..<samples)[...], index: 0, batch: samples, step: 0)
  }

  enum Rule: String, CaseIterable { case centred, oneSided, negative, linearResponse, throughTime, backpropagation }

  /// The parameters, and what a gradient of them is added to.
  private static func learner(_ rule: Rule) throws -> (AlignedBuffer<Float>, (AlignedBuffer<Float>) throws -> ShardReport) {
    let parameters = layout.initialParameters(seed: 3)
    let relaxation = RelaxationSettings(free: .init(sweeps: 6), nudged: .init(sweeps: 6))
    switch rule {
    case .backpropagation:
      let learner = try BackpropagationLearner(layout, parameters: parameters, cost: cost, capacity: samples)
      return (
        parameters,
        {
          learner.parametersChanged()
          return try learner.addGradient(of: shard, into: [$0])
        }
      )
    case .throughTime:
      let learner = try UnrolledLearner(
        layout, parameters: parameters, relaxation: relaxation, settings: settings(.backpropagationThroughTime))
      return (
        parameters,
        {
          learner.parametersChanged()
          return try learner.addGradient(of: shard, into: [$0])
        }
      )
    case .centred, .oneSided, .negative, .linearResponse:
      let settings = settings(.equilibriumPropagation, Estimator(rawValue: rule.rawValue)!)
      let network = HopfieldNetwork(
        layout: layout, parameters: parameters, cost: cost, capacity: EquilibriumPropagation.capacity(settings))
      let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
      return (
        parameters,
        { gradient in
          network.parametersChanged()
          network.reset()
          var report = ShardReport()
          try propagation.relaxFreely(features, labels: shard.labels, first: 0, report: &report)
          try propagation.addGradient(labels: shard.labels, batch: samples, into: gradient, report: &report)
          return report
        }
      )
    }
  }

  /// The least squares of a column of normalised numbers: coefficients of both features, and the constant.
  private static func leastSquares(_ column: Int) -> [Double] {
    var matrix = Array(repeating: Array(repeating: 0.0, count: 4), count: 3)
    for sample in 0..<samples {
      let row = [Double(features[2 * sample]), Double(features[2 * sample + 1]), 1, Double(table[sample, column])]
      for i in 0..<3 { for j in 0..<4 { matrix[i][j] += row[i] * row[j] } }
    }
    for pivot in 0..<3 {
      for other in 0..<3 where other != pivot {
        let factor = matrix[other][pivot] / matrix[pivot][pivot]
        for j in 0..<4 { matrix[other][j] -= factor * matrix[pivot][j] }
      }
    }
    return (0..<3).map { matrix[$0][3] / matrix[$0][$0] }
  }

  /// Every rule comes to the solution of the normal equations, which are solved here in double precision.
  @Test(arguments: Rule.allCases) func findsTheLeastSquares(_ rule: Rule) throws {
    let (parameters, addGradient) = try Self.learner(rule)
    let gradient = AlignedBuffer<Float>(count: Self.layout.parameterCount)
    for _ in 0..<400 {
      gradient.clear()
      _ = try addGradient(gradient)
      for index in 0..<gradient.count { parameters[index] -= 0.5 * gradient[index] }
    }
    let tensors = Self.layout.tensors(of: parameters)
    let weights = try #require(tensors["output.input.weight"]).floats()
    let biases = try #require(tensors["output.bias"]).floats()
    for column in 0..<2 {
      let expected = Self.leastSquares(column)
      expectClose(Double(weights[2 * column]), expected[0], absolute: 2e-5, "\(rule), weight")
      expectClose(Double(weights[2 * column + 1]), expected[1], absolute: 2e-5, "\(rule), weight")
      expectClose(Double(biases[column]), expected[2], absolute: 2e-5, "\(rule), bias")
    }
  }

  /// Sums over samples, in the units of the measured numbers; R² is about their mean.
  @Test(arguments: Rule.allCases) func reportsErrorsInUnits(_ rule: Rule) throws {
    let (parameters, addGradient) = try Self.learner(rule)
    let report = try addGradient(AlignedBuffer<Float>(count: Self.layout.parameterCount))
    let tensors = Self.layout.tensors(of: parameters)
    let weights = try #require(tensors["output.input.weight"]).floats().map(Double.init)
    let biases = try #require(tensors["output.bias"]).floats().map(Double.init)
    var (squared, absolute, explained) = (0.0, 0.0, 0.0)
    for column in 0..<2 {
      let values = stride(from: column, to: Self.measured.count, by: 2).map { Self.measured[$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      for (sample, value) in values.enumerated() {
        let output =
          weights[2 * column] * Double(Self.features[2 * sample]) + weights[2 * column + 1]
          * Double(Self.features[2 * sample + 1])
          + biases[column]
        let error = Self.table.mean[column] + Self.table.deviation[column] * output - value
        squared += error * error / 2
        absolute += abs(error) / 2
        explained += (1 - error * error / variance) / 2
      }
    }
    let errors = try #require(report.errors)
    expectClose(errors.squared / squared, 1, absolute: 1e-5, "squared")
    expectClose(errors.absolute / absolute, 1, absolute: 1e-5, "absolute")
    expectClose(errors.explained / explained, 1, absolute: 1e-5, "explained")
    #expect(report.correct == 0)
  }

  /// A score against the definitions, of samples that are some rows of the table in another order.
  @Test func scoresAreThoseOfTheDefinition() throws {
    let table = TargetTable([1, 10, 2, 10, 4, 10, 9, 10], mean: [2, 10], deviation: [2, 1])
    #expect(table.range == -0.5...3.5)
    let rows = [3, 0, 2]
    // Predictions 7, 3, 4 of 9, 1, 4, and 10.5 of 10 each.
    let outputs: [Float] = [2.5, 0.5, 0.5, 0.5, 1, 0.5]
    let score = TargetScore(outputs, rows: rows, table: table)
    #expect(score.predictions == [7, 10.5, 3, 10.5, 4, 10.5])
    expectClose(score.columns[0].meanSquaredError, 8.0 / 3, absolute: 1e-12)
    expectClose(score.columns[0].meanAbsoluteError, 4.0 / 3, absolute: 1e-12)
    let mean = 14.0 / 3
    let variance = ((9 - mean) * (9 - mean) + (1 - mean) * (1 - mean) + (4 - mean) * (4 - mean)) / 3
    expectClose(try #require(score.columns[0].r2), 1 - 8.0 / 3 / variance, absolute: 1e-12)
    // A column without variance has no R², and does not count in the mean.
    #expect(score.columns[1].r2 == nil && score.mean.r2 == score.columns[0].r2)
    expectClose(score.mean.meanAbsoluteError, (4.0 / 3 + 0.5) / 2, absolute: 1e-12)
  }

  /// `½ Σ variance / deviation²`, that of an output at the mean.
  @Test func theCostOfAConstantOutput() {
    let table = TargetTable([0, 0, 2, 8], mean: [5, 0], deviation: [2, 4])
    expectClose(Cost(.squaredError, targets: table).valueOfConstantOutput(classes: 2), (0.25 + 1) / 2, absolute: 1e-12)
  }
}
