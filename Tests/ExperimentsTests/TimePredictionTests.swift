import Configuration
import Learning
import Networks
import Parallel
import TestSupport
import Testing

@testable import Experiments

/// How long a training is predicted to take.
@Suite struct TimePredictionTests {
  private let speed = MachineSpeed(operations: 1e11, latency: 1e-6, bandwidth: 1e9)

  private func prediction(
    _ overrides: String..., validation: Int = 0, test: Int = 0
  ) throws -> (time: TimePrediction, products: StepPrediction, configuration: Configuration) {
    let configuration = try Configuration(
      yaml: exampleYAML, source: "example.yaml", overrides: try overrides.map { try ConfigurationOverride($0) })
    let layout = try NetworkLayout(#require(configuration.network))
    let shape = GridShape(data: 1, spin: 1)
    let time = try TimePrediction(
      configuration, layout, on: shape, speed: speed,
      images: .init(training: 3200, validation: validation, test: test, shape: [3, 32, 32], bytes: 0), checkpointBytes: 0)
    let products = try StepPrediction(
      shape, layout: layout, relaxation: configuration.relaxation, settings: configuration.learning, speed: speed)
    return (time, products, configuration)
  }

  /// Products are nearly all of a large network's time, and nearly nothing of a tiny one's.
  @Test func productsAreNotAll() throws {
    let large = try prediction()
    #expect(large.time.step > large.products.total && large.time.step < 1.25 * large.products.total)
    let tiny = try prediction("network.layers=[{name: hidden, units: 8}, {name: output, units: 10}]")
    #expect(tiny.time.step > 5 * tiny.products.total && tiny.time.step > 8e-5)
  }

  /// 3200 images in mini-batches of 32, ten epochs; a checkpoint every second one.
  @Test func epochsAddUp() throws {
    let bare = try prediction("learning.epochs=10", "run.checkpoint.epochs=0").time
    #expect(abs(bare.epoch - 100 * bare.step) < 1e-9)
    #expect(abs(bare.training - 10 * bare.epoch - 0.1) < 1e-9)
    let saving = try prediction("learning.epochs=10", "run.checkpoint.epochs=2").time
    #expect(abs(saving.epoch - bare.epoch - 0.0025) < 1e-9)
    // A validation of as many images takes as long as the test at the end, every second epoch half of that.
    let tested = try prediction("learning.epochs=10", "run.checkpoint.epochs=0", test: 500).time
    let validated = try prediction("learning.epochs=10", "run.checkpoint.epochs=0", "run.evaluation.epochs=2", validation: 500)
      .time
    let evaluation = tested.training - bare.training
    #expect(evaluation > 0 && abs(validated.epoch - bare.epoch - evaluation / 2) < 1e-9)
  }
}
