import Files
import Kernels
import MPI
import Networks
import Parallel
import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  @Suite struct TrainerTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    /// Every rank trains the same network once more, alone: weights, moments and reports have the same bits.
    @Test(arguments: Problem.all) func bitsDoNotDependOnTheRanks(_ problem: Problem) throws {
      let (together, alone) = (try problem.trainer(over: world), try problem.trainer(over: .selfOnly))
      let reports = try together.steps(5)
      #expect(try alone.steps(5) == reports)
      #expect(together.bits == alone.bits)
      #expect(together.position == TrainingPosition(epoch: 2, batch: 1, step: 5))
      #expect(reports.allSatisfy { $0.gradientNorm > 0 && $0.samples == 24 })
      #expect(together.bits[0] != Problem.layout.initialParameters(seed: 4).elements.map(\.bitPattern))
    }

    /// A state of any number of ranks continues to the same bits on any other.
    @Test(arguments: Problem.all) func restoredTrainingsContinueToTheSameBits(_ problem: Problem) throws {
      let uninterrupted = try problem.trainer(over: world)
      _ = try uninterrupted.steps(3)
      let state = try share(uninterrupted.state())
      let reports = try uninterrupted.steps(3)
      for group in [world, .selfOnly] {
        let restored = try problem.trainer(over: group)
        // What it did before must not show.
        _ = try restored.steps(1)
        try restored.restore(state)
        #expect(try restored.steps(3) == reports)
        #expect(restored.bits == uninterrupted.bits)
      }
      let single = try problem.trainer(over: .selfOnly)
      _ = try single.steps(3)
      let restored = try problem.trainer(over: world)
      try restored.restore(try single.state())
      #expect(try restored.steps(3) == reports)
    }

    /// Also where one rank's part is all parameters, and the others have moments of none: the state is whole on every rank.
    @Test(arguments: OptimiserSettings.Kind.allCases) func aPartMayBeAllOrNothing(_ kind: OptimiserSettings.Kind) throws {
      let problem = Problem.ofFewParameters(kind)
      let (together, alone) = (try problem.trainer(over: world), try problem.trainer(over: .selfOnly))
      let count = problem.network.parameterCount
      let parts = try world.allgather(together.optimiser.part.count)
      #expect(parts.filter { $0 == count }.count == 1 && parts.filter { $0 == 0 }.count == world.size - 1)
      #expect(try alone.steps(1) == together.steps(1))
      let state = try together.state()
      #expect(try state.tensors == alone.state().tensors)
      let report = try together.steps(1)
      for group in [world, .selfOnly] {
        let restored = try problem.trainer(over: group)
        try restored.restore(state)
        #expect(try restored.steps(1) == report)
        #expect(restored.bits == together.bits)
      }
    }

    /// Rank 0's state on every rank: warm states are complete only there.
    private func share(_ state: TrainingState) throws -> TrainingState {
      var shared = state
      for name in state.tensors.keys.sorted() {
        let values = try world.broadcastVarying(state.tensors[name]!.floats(), root: 0)
        shared.tensors[name] = Tensor(values, shape: state.tensors[name]!.shape == [] ? [] : shape(of: name, values))
      }
      return shared
    }

    private func shape(of name: String, _ values: [Float]) -> [Int] {
      Problem.layout.blocks.first { name.hasSuffix($0.name) && !name.hasPrefix("warm.") }?.shape ?? [values.count]
    }

    /// The parameters themselves train as without an average, which is measured in their place.
    @Test func averagingDoesNotDisturbTheTraining() throws {
      let plain = try Problem("plain").trainer(over: world)
      let averaged = try Problem("average") { $0.averaging = 0.9 }.trainer(over: world)
      #expect(try averaged.steps(3) == plain.steps(3))
      #expect(averaged.bits.dropLast() == plain.bits.dropLast())
      #expect(averaged.bits.last != plain.bits.last && plain.bits.last == plain.bits.first)
      let names = Set(try averaged.state().tensors.keys).subtracting(try plain.state().tensors.keys)
      #expect(names == Set(Problem.layout.blocks.map { "average.\($0.name)" }))
    }

    @Test func aStateThatDoesNotFitIsRefused() throws {
      let problem = Problem("warm start") { $0.warmStart = true }
      let trainer = try problem.trainer(over: .selfOnly)
      let state = try trainer.state()
      func message(_ change: (inout TrainingState) -> Void) throws -> String? {
        var changed = state
        change(&changed)
        return #expect(throws: NetworkError.self) { try trainer.restore(changed) }?.description
      }
      #expect(try message { $0.tensors["b.a.weight"] = nil } == "tensor b.a.weight is missing; expected shape [9, 6, 3, 3]")
      #expect(
        try message { $0.tensors["optimiser.velocity.b.bias"] = Tensor([Float](repeating: 0, count: 9), shape: [3, 3]) }
          == "tensor optimiser.velocity.b.bias has shape [3, 3]; this network expects [9]")
      #expect(
        try message { $0.tensors["b.bias"] = Tensor([Float](repeating: 0, count: 8)) }
          == "tensor b.bias has shape [8]; this network expects [9]")
      #expect(
        try message { $0.tensors["warm.b"] = Tensor(Array(try! $0.tensors["warm.b"]!.floats().dropLast())) }
          == "tensor warm.b is missing or has another size; \(24 * Problem.layout.layers[1].shape.stride) numbers were expected")
      for position in [
        TrainingPosition(batch: 2), TrainingPosition(batch: -1), TrainingPosition(epoch: -1), TrainingPosition(step: -1),
      ] {
        #expect(throws: NetworkError.self) { try trainer.restore(TrainingState(tensors: state.tensors, position: position)) }
      }
      try trainer.restore(state)
    }

    @Test func settingsThatCannotBeTrainedWith() throws {
      func message(ranks: Communicator = .selfOnly, _ change: (inout LearningSettings) -> Void) throws -> String? {
        let problem = Problem("wrong", change)
        return #expect(throws: TrainingError.self) { try problem.trainer(over: ranks) }?.description
      }
      #expect(
        try message { $0.batch = .init(size: 24, shard: 5) }
          == "learning.batch: a batch of 24 cannot be cut into micro-shards of 5; the size must be a multiple")
      #expect(try message { $0.batch = .init(size: 24, shard: 0) } != nil)
      #expect(
        try message { $0.batch = .init(size: 64, shard: 8) }
          == "learning.batch.size: a batch of 64 is larger than the training set of 56 images")
      #expect(try message { $0.nudge = 0 } == "learning.nudge: 0.0; expected a number above 0")
      #expect(try message { $0.nudge = .nan } != nil)
      #expect(
        try message { $0.nudge = 1 }
          == "learning.nudge: at −1.0 the output has no equilibrium under the squared error; a nudge of both signs must be below 1"
      )
      if world.size > 1 {
        #expect(
          try message(ranks: world) { $0.batch = .init(size: 2, shard: 2) }
            == "learning.batch: \(world.size) ranks share 1 micro-shards (a batch of 2 in shards of 2); use at most 1 ranks, a larger "
            + "batch or smaller shards")
      }
      // An output of phases, or of amplitudes under a quartic energy, is bounded.
      for kind in [MachineSettings.Kind.oscillator, .coherentIsing, .leaky, .langevin] {
        var problem = Problem("strong nudge", kind)
        problem.settings.nudge = 1.5
        if kind == .oscillator || kind == .coherentIsing {
          #expect(try problem.trainer(over: .selfOnly).step().gradientNorm > 0)
        } else {
          #expect(throws: TrainingError.self) { try problem.trainer(over: .selfOnly) }
        }
      }
      _ = try Problem("one-sided") {
        $0.nudge = 1
        $0.estimator = .oneSided
      }.trainer(over: .selfOnly)
    }

    /// A diverged training ends with an error, on all ranks at the same step.
    @Test func divergenceIsAnError() throws {
      let problem = Problem("diverging") { $0.optimiser.learningRate = 1e30 }
      let trainer = try problem.trainer(over: world)
      let error = #expect(throws: TrainingError.self) { _ = try trainer.steps(6) }
      guard case .nonFinite(_, let epoch, let step) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let steps = try world.allgather(step)
      #expect(Set(steps).count == 1 && epoch == (step - 1) / 2 + 1)
    }

    /// What one rank asks for, every rank learns at the same step.
    @Test func requestsReachEveryRank() throws {
      let trainer = try Problem("requests").trainer(over: world)
      let last = world.rank == world.size - 1
      trainer.requests = {
        last && trainer.position.step == 1 ? .stop : last && trainer.position.step == 2 ? [.stop, .checkpoint] : []
      }
      #expect(try trainer.steps(4).map(\.requests) == [[], .stop, [.stop, .checkpoint], []])
    }

    static let rules = Cost.Kind.allCases.map { Cost($0) }.flatMap { cost in Estimator.allCases.map { ($0, cost) } }

    /// Twenty epochs make a network that tells the patterns apart; every estimator and cost does. More ranks compute the same bits, as
    /// other tests show, so few cases are enough there.
    @Test(arguments: casesTaken(rules, upTo: 1)) func learns(_ estimator: Estimator, _ cost: Cost) throws {
      var problem = Problem("fit") {
        $0.estimator = estimator
        // An estimate from one side is off by a term of the order of β.
        $0.nudge = estimator == .centred ? 0.2 : 0.05
        $0.optimiser.learningRate = cost.isSquared ? 0.05 : 0.02
        $0.cost = cost
        $0.epochs = 20
      }
      // One side alone also takes what the free phase has still to move for the nudge's work.
      problem.relaxation = RelaxationSettings(
        free: .init(sweeps: 60, tolerance: 1e-5), nudged: .init(sweeps: 12), freezesPooling: estimator == .centred)
      problem.images.count = 96
      let trainer = try problem.trainer(over: world)
      let evaluator = Evaluator(network: trainer.hopfield, relaxation: problem.relaxation, shard: 2)
      var unseen = problem.images
      unseen.noise = 0.9
      let before = try evaluator.evaluate(unseen, over: ProcessGrid(dataOver: world))
      while !trainer.isFinished { _ = try trainer.step() }
      #expect(trainer.position == TrainingPosition(epoch: 20, batch: 0, step: 80))
      let after = try evaluator.evaluate(unseen, over: ProcessGrid(dataOver: world))
      #expect(
        after.loss < 0.6 * before.loss && after.accuracy > 0.95, "\(before.loss) → \(after.loss), accuracy \(after.accuracy)")
    }

    /// A mirrored evaluation averages both predictions: of images that are their own mirror images it is the plain one.
    @Test func mirroredEvaluationAveragesTwoPredictions() throws {
      let (network, shape) = (Spy(), ImageShape(channels: 2, rows: 2, columns: 3))
      let mirrored = MirroredClassifier(network, shape: shape, cost: .squaredError)
      let pixels = (0..<24).map { Float($0) }
      let result = try mirrored.classify(pixels, labels: [1, 0], first: 5)
      let turned: [Float] = [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7]
      #expect(network.seen == [pixels, turned + turned.map { $0 + 12 }])
      #expect(result.outputs == [[2, 0.5], [14, 0.5]] && result.predictions == [0, 0] && result.sweeps == 6)
      #expect(result.losses == [2.125, 84.625])
    }

    /// A network whose outputs are the first pixel and a half, and which notes what it is shown.
    final class Spy: Classifier {
      var seen: [[Float]] = []
      func parametersChanged() {}
      func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
        seen.append(pixels)
        var result = Classification(sweeps: 3)
        for (image, label) in labels.enumerated() {
          result.append([pixels[image * 12], 0.5], label: label, cost: .squaredError)
        }
        return result
      }
    }

    /// Where a tolerance ends free phases, every image ends by itself.
    @Test(arguments: [MachineSettings.Kind.hopfield, .conjugate]) func evaluationDoesNotDependOnTheShard(
      _ kind: MachineSettings.Kind
    ) throws {
      let layout = Problem.layout
      let relaxation = RelaxationSettings(free: .init(sweeps: 60, tolerance: 1e-3), machine: MachineSettings(kind))
      let network = HopfieldNetwork(layout: layout, parameters: layout.initialParameters(seed: 4), capacity: 16)
      let evaluations = try [1, 4, 8, 16].map { shard in
        try Evaluator(network: network, relaxation: relaxation, shard: shard)
          .evaluate(PatternImages(count: 45), over: ProcessGrid(dataOver: .selfOnly))
      }
      #expect(evaluations.allSatisfy { $0 == evaluations[0] })
      let first = evaluations[0]
      #expect(first.sweeps > 2 && first.sweeps < 60)
      // One state's distance is of the size of the last sweep's change, and the slowest tenth is no nearer than the mean.
      #expect(first.residual!.mean > 1e-5 && first.residual!.mean < 3e-3 && first.residual!.percentile90 >= first.residual!.mean)
    }

    @Test func percentilesAreThoseOfTheNearestRank() {
      #expect(ResidualSummary([]) == nil)
      #expect(ResidualSummary([3]) == ResidualSummary(mean: 3, percentile90: 3))
      #expect(ResidualSummary((1...10).reversed().map(Double.init)) == ResidualSummary(mean: 5.5, percentile90: 9))
      #expect(ResidualSummary((1...11).map(Double.init))?.percentile90 == 10)
      #expect(ResidualSummary([1, .nan])?.mean == .infinity)
    }

    /// In the first step, every tenth after it and the last of an epoch.
    @Test func residualsAreMeasuredNowAndThen() throws {
      var problem = Problem("momentum")
      problem.settings.batch = .init(size: 4, shard: 2)
      let reports = try problem.trainer(over: .selfOnly).steps(22)
      // Fourteen steps an epoch.
      #expect(reports.indices.filter { reports[$0].residual != nil } == [0, 10, 13, 20])
      #expect(reports[0].residual!.mean > 0)
    }

    @Test func evaluationDoesNotDependOnTheRanks() throws {
      let problem = Problem("evaluation")
      var images = problem.images
      images.count = 37
      let trainer = try problem.trainer(over: .selfOnly)
      let evaluator = Evaluator(network: trainer.hopfield, relaxation: problem.relaxation, shard: 3)
      let together = try evaluator.evaluate(images, over: ProcessGrid(dataOver: world))
      #expect(try evaluator.evaluate(images, over: ProcessGrid(dataOver: .selfOnly)) == together)
      #expect(together.images == 37 && together.predictions.count == 37)
      let right = together.predictions.enumerated().count { $0.element == $0.offset % 4 }
      #expect(together.accuracy == Double(right) / 37)
      images.count = 1
      #expect(try evaluator.evaluate(images, over: ProcessGrid(dataOver: world)).predictions == [together.predictions[0]])
      images.count = 0
      #expect(try evaluator.evaluate(images, over: ProcessGrid(dataOver: world)).predictions == [])
    }
  }
}
