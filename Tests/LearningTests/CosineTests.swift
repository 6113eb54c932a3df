import Kernels
import Networks
import Parallel
import Testing

@testable import Learning

extension AcrossRanks {
  @Suite struct CosineTests {
    init() throws { _ = try AcrossRanks.environment.get() }

    /// Equilibrium propagation's updates are those of back-propagation through time (Ernoult et al. 2019), and the metric says so.
    @Test(arguments: [MachineSettings.Kind.hopfield, .conjugate, .leaky, .langevin])
    func theCosineWithBackpropagationThroughTimeIsOneAtASmallNudge(_ kind: MachineSettings.Kind) throws {
      let layout = try NetworkLayout(GradientTests.description(.max, activation: kind == .hopfield ? .sigmoid : .clamp))
      var settings = LearningSettings()
      settings.nudge = 0.02
      settings.batch = .init(size: 2, shard: 2)
      settings.measuresCosine = true
      // Small steps take more of them.
      let sweeps = kind == .hopfield || kind == .conjugate ? 60 : 300
      var relaxation = RelaxationSettings(free: .init(sweeps: sweeps), nudged: .init(sweeps: sweeps))
      relaxation.machine = MachineSettings(kind)
      relaxation.machine.langevin.temperature = 0
      #expect(relaxation.machine.keepsEquilibria(of: layout))
      let learner = try HopfieldLearner(
        layout, parameters: layout.initialParameters(seed: 7), relaxation: relaxation, settings: settings, seed: 1,
        on: ProcessGrid(dataOver: .selfOnly))
      var random = Philox(seed: 11, stream: 0).sequence()
      let pixels = (0..<64).map { _ in 2 * random.uniform() - 1 }
      let shard = MicroShard(pixels: pixels, labels: [0, 3][...], index: 0, batch: 2, step: 0)
      let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
      let report = try learner.addGradient(of: shard, into: [gradient])
      #expect(learner.metricNames == ["cosine", "cosine.a.input", "cosine.b.a", "cosine.output.b"])
      #expect(report.metrics.count == 4)
      for cosine in report.metrics { #expect(cosine / 2 > 0.99 && cosine / 2 < 1.00001) }
      // Measuring leaves the gradient as it is without; linear response is the limit of no nudge.
      for (estimator, cost) in [
        (Estimator.centred, Cost.squaredError), (.linearResponse, .squaredError), (.linearResponse, .crossEntropy),
      ] {
        (settings.estimator, settings.cost) = (estimator, cost)
        // Too few for the output to stand still.
        relaxation.free.sweeps = 4
        let gradients = try [true, false].map { measures in
          settings.measuresCosine = measures
          let gradient = AlignedBuffer<Float>(count: layout.parameterCount)
          _ = try HopfieldLearner(
            layout, parameters: layout.initialParameters(seed: 7), relaxation: relaxation, settings: settings, seed: 1,
            on: ProcessGrid(dataOver: .selfOnly)
          ).addGradient(of: shard, into: [gradient])
          return gradient.elements
        }
        #expect(gradients[0] == gradients[1], "\(estimator)")
      }
    }
  }
}
