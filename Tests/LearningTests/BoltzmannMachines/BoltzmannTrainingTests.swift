import Files
import Foundation
import Kernels
import MPI
import Networks
import Parallel
import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  /// Trainings of Boltzmann machines over ranks, which every rank makes once more by itself.
  @Suite struct BoltzmannTrainingTests {
    let world: Communicator

    init() throws { world = try AcrossRanks.environment.get().world }

    struct Case: CustomTestStringConvertible, Sendable {
      var graph = BoltzmannGraph.restricted
      var hidden = [12]
      var spinsPerClass = 1
      var estimator = BoltzmannSettings.Estimator.persistent
      var testDescription: String { "\(graph), \(estimator)" }
    }

    static let cases =
      BoltzmannSettings.Estimator.allCases.map { Case(estimator: $0) } + [
        Case(graph: .complete, hidden: [7]), Case(graph: .layered, hidden: [8, 5], estimator: .tempered),
        Case(graph: .bilayer(side: 10, jumps: [1, 3])),
      ]

    private func trainer(
      _ test: Case, over group: Communicator, rate: Float = 0.02, changing change: (inout BoltzmannSettings) -> Void = { _ in }
    ) throws -> (trainer: Trainer, layout: BoltzmannLayout) {
      let images = PatternImages()
      var description = BoltzmannDescription(input: images.shape, classes: 4)
      description.graph = test.graph
      description.hidden = test.hidden
      description.spinsPerClass = test.spinsPerClass
      let layout = try BoltzmannLayout(description)
      var settings = BoltzmannSettings()
      settings.estimator = test.estimator
      settings.temperatures = 3
      settings.data = .init(warmUp: 1, samples: 2)
      settings.model = .init(samples: 3)
      change(&settings)
      var learning = LearningSettings()
      learning.batch = .init(size: 24, shard: 2)
      learning.optimiser.learningRate = rate
      learning.optimiser.momentum = 0
      let grid = ProcessGrid(dataOver: group)
      let learner = try BoltzmannLearner(
        layout, parameters: layout.initialParameters(seed: 4), settings: settings, learning: learning, seed: 6, on: grid)
      return (try Trainer(learner, settings: learning, seed: 6, images: images, grid: grid), layout)
    }

    @Test(arguments: cases) func bitsDoNotDependOnTheRanks(_ test: Case) throws {
      let (together, alone) = (try trainer(test, over: world).trainer, try trainer(test, over: .selfOnly).trainer)
      let reports = try together.steps(4)
      #expect(try alone.steps(4) == reports)
      #expect(together.bits == alone.bits)
      #expect(reports.allSatisfy { $0.gradientNorm > 0 })
    }

    /// A state of any number of ranks goes on to the same bits on one.
    @Test(arguments: cases) func restoredTrainingsContinueToTheSameBits(_ test: Case) throws {
      let uninterrupted = try trainer(test, over: world).trainer
      _ = try uninterrupted.steps(2)
      var state = try uninterrupted.state()
      for name in state.tensors.keys.sorted() where name.hasPrefix("warm.") {
        let shape = try world.broadcastVarying(state.tensors[name]!.shape, root: 0)
        state.tensors[name] = Tensor(try world.broadcastVarying(state.tensors[name]!.floats(), root: 0), shape: shape)
      }
      let reports = try uninterrupted.steps(2)
      for group in [world, .selfOnly] {
        let restored = try trainer(test, over: group).trainer
        try restored.restore(state)
        #expect(try restored.steps(2) == reports)
        #expect(restored.bits == uninterrupted.bits)
      }
    }

    /// ln Z and classes, evaluated over ranks.
    @Test func evaluationsDoNotDependOnTheRanks() throws {
      for spinsPerClass in [0, 1] {
        func evaluate(over group: Communicator) throws -> Evaluation {
          let test = Case(spinsPerClass: spinsPerClass)
          let (trainer, layout) = try trainer(test, over: .selfOnly)
          _ = try trainer.steps(3)
          var settings = BoltzmannSettings()
          (settings.partition.steps, settings.partition.runs) = (20, 50)
          (settings.partition.rounds, settings.partition.temperatures) = (4, 8)
          settings.labels = .init(warmUp: 5, samples: 5)
          let classifier = try BoltzmannClassifier(
            layout, parameters: trainer.network.parameters, settings: settings, capacity: 4, seed: 2)
          return try Evaluator(classifier, shard: 4).evaluate(PatternImages(), over: ProcessGrid(dataOver: group))
        }
        let together = try evaluate(over: world)
        #expect(try evaluate(over: .selfOnly) == together)
        #expect(together.tellsClasses == (spinsPerClass > 0) && together.partition.isEmpty == (spinsPerClass > 0))
      }
    }

    /// The exact log-likelihood of the images, by enumeration.
    private func likelihood(_ trainer: Trainer, _ layout: BoltzmannLayout) throws -> Double {
      let classifier = try BoltzmannClassifier(
        layout, parameters: trainer.network.parameters, settings: BoltzmannSettings(), capacity: 56, seed: 1)
      let result = try Evaluator(classifier, shard: 56).evaluate(PatternImages(), over: ProcessGrid(dataOver: .selfOnly))
      #expect(result.partition.first?.method == .enumeration)
      return result.merit
    }

    /// At first any estimator raises it.
    @Test func learningRaisesTheLikelihood() throws {
      let (trainer, layout) = try trainer(Case(spinsPerClass: 0), over: world)
      let before = try likelihood(trainer, layout)
      _ = try trainer.steps(40)
      #expect(try likelihood(trainer, layout) > before + 10)
    }

    /// Chains that cross between the modes raise it all the way to what four patterns allow, −ln 4; chains that stay in one do not, and
    /// let it fall again.
    @Test func likelihoodKeepsRisingWhereChainsMix() throws {
      // The bits are those of any number of ranks, and one is enough.
      guard world.size == 1 else { return }
      let (trainer, layout) = try trainer(Case(spinsPerClass: 0, estimator: .tempered), over: world, rate: 0.005) {
        $0.temperatures = 16
        $0.data = .init(warmUp: 1, samples: 20)
        $0.model = .init(warmUp: 50, samples: 40, interval: 5)
      }
      var likelihoods = [try likelihood(trainer, layout)]
      for _ in 0..<4 {
        _ = try trainer.steps(120)
        likelihoods.append(try likelihood(trainer, layout))
      }
      #expect(zip(likelihoods, likelihoods.dropFirst()).allSatisfy { $0 < $1 }, "\(likelihoods)")
      #expect(likelihoods[4] > -6 && likelihoods[4] < -log(4))
    }
  }
}
