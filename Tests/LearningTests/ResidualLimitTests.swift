import Kernels
import Networks
import Parallel
import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  /// Images that are far from equilibrium count less.
  @Suite struct ResidualLimitTests {
    init() throws { _ = try AcrossRanks.environment.get() }

    /// The gradient of one image, and its residual, where the free phase ends early.
    private func gradient(_ limit: Float?, estimator: Estimator) throws -> (values: [Float], residual: Double) {
      let layout = try NetworkLayout(GradientTests.description(.max))
      var settings = LearningSettings()
      settings.batch = .init(size: 1, shard: 1)
      (settings.estimator, settings.residualLimit) = (estimator, limit)
      let learner = try HopfieldLearner(
        layout, parameters: layout.initialParameters(seed: 7),
        relaxation: RelaxationSettings(free: .init(sweeps: 2), nudged: .init(sweeps: 3)), settings: settings, seed: 1,
        on: ProcessGrid(dataOver: .selfOnly))
      var random = Philox(seed: 11, stream: 0).sequence()
      let pixels = (0..<layout.input.spins).map { _ in 2 * random.uniform() - 1 }
      let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
      let shard = MicroShard(pixels: pixels, labels: [2], index: 0, batch: 1, step: 0, measuresResiduals: true)
      let report = try learner.addGradient(of: shard, into: [gradient])
      return (gradient.elements, report.residuals[0])
    }

    @Test(arguments: [Estimator.centred, .linearResponse])
    func anImageCountsAsItsResidualAllows(_ estimator: Estimator) throws {
      let plain = try gradient(nil, estimator: estimator)
      #expect(plain.residual > 1e-4 && plain.values.contains { $0 != 0 })
      #expect(try gradient(2 * Float(plain.residual), estimator: estimator).values == plain.values)
      let scaled = try gradient(Float(plain.residual) / 4, estimator: estimator).values
      for (value, whole) in zip(scaled, plain.values) { expectClose(value, whole / 4, relative: 4e-5) }
    }
  }
}
