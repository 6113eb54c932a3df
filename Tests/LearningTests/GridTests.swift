import Kernels
import MPI
import Networks
import Parallel
import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  /// A network cut into strips against the whole one, which every rank computes by itself: bit for bit.
  @Suite struct GridTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    struct Case: CustomTestStringConvertible, Sendable {
      var network: String
      var order: RelaxationSettings.Order
      var cost: Cost = .squaredError
      var estimator: Estimator = .centred
      var overlaps = true
      var testDescription: String { "\(network), \(order), \(cost), \(estimator), \(overlaps ? "overlapped" : "in turn")" }
    }

    /// Every boundary with every order and both ways to exchange, then every cost and every estimator. Costs and estimators concern the
    /// output alone, which each strip has whole, so pairs of them show nothing more.
    static let cases: [Case] =
      GridNetworks.names.flatMap { name in
        RelaxationSettings.Order.allCases.flatMap { order in
          [true, false].map { Case(network: name, order: order, overlaps: $0) }
        }
      }
      + Cost.Kind.allCases.map { Case(network: "max-pooled chain", order: .checkerboard, cost: Cost($0)) }
      + Estimator.allCases.map { Case(network: "max-pooled chain", order: .checkerboard, estimator: $0) }

    /// What one relaxation comes to.
    struct Result {
      var states: [[Float]]
      var gradient: [Float]
      var energies: [Double]
      var report: ShardReport
      var residuals: [Double]
      var traffic: (sent: (messages: Int, bytes: Int), predicted: (messages: Int, bytes: Int))
    }

    private static let samples = 3

    private func relax(
      _ test: Case, on grid: ProcessGrid, exchange: ExchangeSettings = ExchangeSettings(), tolerance: Float = 1e-2,
      sweeps: Int = 9
    ) throws -> Result {
      let layout = try NetworkLayout(GridNetworks.all[test.network]!)
      var settings = LearningSettings()
      (settings.cost, settings.estimator) = (test.cost, test.estimator)
      settings.batch = .init(size: Self.samples, shard: Self.samples)
      // The free phase ends by its residual in most cases, the nudged one by its sweeps.
      let relaxation = RelaxationSettings(
        order: test.order, free: .init(sweeps: sweeps, tolerance: tolerance), nudged: .init(sweeps: max(3, sweeps / 2)))
      let network = try HopfieldNetwork(
        layout, parameters: layout.initialParameters(seed: 7), cost: test.cost,
        capacity: EquilibriumPropagation.capacity(settings), order: test.order, on: grid, exchange: exchange)
      let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
      var random = Philox(seed: 8, stream: 0).sequence()
      let pixels = (0..<Self.samples * layout.input.spins).map { _ in 2 * random.uniform() - 1 }
      let labels = (0..<Self.samples).map { $0 % layout.output.shape.channels }
      var report = ShardReport()
      try propagation.relaxFreely(pixels, labels: labels[...], first: 0, report: &report)
      let energies = try network.energies(samples: Self.samples, nudge: nil)
      let residuals = try propagation.relaxation.residuals(of: network, samples: Self.samples)
      let partition = network.strip.partition
      let reduction = try GridReduction(
        count: layout.parameterCount, shards: 1, subtrees: (0..<partition.strips).map(partition.subtrees),
        over: grid.onlyThisNetwork)
      let sums = reduction.buffers()
      try propagation.addGradient(labels: labels[...], batch: Self.samples, into: sums, report: &report)
      try reduction.add(sums, shard: 0)
      let gradient = try reduction.sum().elements
      let states = try (1...layout.layers.count).map {
        try network.unpackedSpins(layer: $0, samples: 0..<2 * Self.samples, over: grid)
      }
      return Result(
        states: states, gradient: gradient, energies: energies, report: report, residuals: residuals,
        traffic: network.traffic)
    }

    /// Of at most two networks, which relax the same images: more of them would not know of each other either, and their strips are
    /// those of fewer ranks.
    private func grids(_ test: Case) throws -> [GridShape] {
      let layout = try NetworkLayout(GridNetworks.all[test.network]!)
      return GridShape.possible(ranks: world.size, networks: 2, strips: StripPartition.greatestCount(layout))
    }

    @Test(arguments: casesTaken(cases)) func stripsAreTheWhole(_ test: Case) throws {
      let alone = try relax(test, on: ProcessGrid(dataOver: .selfOnly))
      #expect(alone.gradient.contains { $0 != 0 })
      for shape in try grids(test) {
        let grid = try ProcessGrid(shape, over: world)
        let result = try relax(test, on: grid, exchange: ExchangeSettings(overlap: test.overlaps))
        #expect(result.report == alone.report, "\(shape)")
        #expect(result.gradient.map(\.bitPattern) == alone.gradient.map(\.bitPattern), "\(shape)")
        #expect(result.energies == alone.energies, "\(shape)")
        #expect(result.residuals == alone.residuals && alone.residuals.allSatisfy { $0 > 0 }, "\(shape)")
        #expect(result.traffic.sent == result.traffic.predicted, "\(shape)")
        #expect((result.traffic.sent.bytes > 0) == (shape.spin > 1) || shape.spin > 4, "\(shape)")
        guard grid.spin.rank == 0 else { continue }
        for (states, expected) in zip(result.states, alone.states) {
          #expect(states.map { $0 + 0 } == expected, "\(shape)")
        }
      }
    }

    /// Rows that are refreshed now and then lead to a fixed point of the whole network, if the phases are long enough. Under
    /// max-pooling there are several, and it may be another one.
    @Test(arguments: casesTaken([2, 3, 5]), ["max-pooled chain", "skip edges", "average pooling"])
    func lazyExchangeKeepsTheFixedPoint(_ every: Int, _ network: String) throws {
      let test = Case(network: network, order: .checkerboard)
      let alone = try relax(test, on: ProcessGrid(dataOver: .selfOnly), tolerance: 1e-6, sweeps: 300)
      for shape in try grids(test) {
        let grid = try ProcessGrid(shape, over: world)
        let result = try relax(test, on: grid, exchange: ExchangeSettings(every: every), tolerance: 1e-6, sweeps: 300)
        #expect(result.traffic.sent == result.traffic.predicted)
        #expect(result.report.free.change < 1e-6)
        guard grid.spin.rank == 0, network != "max-pooled chain" else { continue }
        for (states, expected) in zip(result.states, alone.states) {
          let error = zip(states, expected).map { abs($0 - $1) }.max() ?? 0
          #expect(error < 1e-4, "\(shape)")
        }
      }
    }

    /// Two steps, a state, and one more step from that state: the same on every grid, whichever the state was written on.
    @Test(arguments: casesTaken(Problem.all).map(\.short)) func trainingIsThatOfOneRank(_ problem: Problem) throws {
      let alone = try problem.trainer(over: .selfOnly)
      let reports = try alone.steps(2)
      let state = try alone.state()
      let bits = alone.bits
      let lastReport = try alone.steps(1)
      for shape in GridShape.possible(ranks: world.size, networks: 6, strips: 6) {
        let grid = try ProcessGrid(shape, over: world)
        let first = try problem.trainer(on: grid)
        #expect(try first.steps(2) == reports, "\(shape)")
        #expect(first.bits == bits, "\(shape)")
        let written = try first.state()
        if world.rank == 0 {
          #expect(Set(written.tensors.keys) == Set(state.tensors.keys))
          for (name, tensor) in state.tensors {
            #expect(written.tensors[name] == tensor, "\(name), \(shape)")
          }
        }
        let second = try problem.trainer(on: grid)
        try second.restore(state)
        #expect(try second.steps(1) == lastReport, "\(shape)")
        #expect(second.bits == alone.bits, "\(shape)")
      }
    }

    /// Sums that are taken inside nodes and then across them have the same bits, and so have states that are gathered so.
    @Test(arguments: [Problem("momentum"), Problem("Adam") { $0.optimiser.kind = .adam }].map(\.short), [2, 4])
    func nodesDoNotShow(_ problem: Problem, _ ranksPerNode: Int) throws {
      let alone = try problem.trainer(over: .selfOnly)
      let reports = try alone.steps(2)
      let state = try alone.state()
      for shape in GridShape.possible(ranks: world.size, networks: 6, strips: 6) where shape.data % ranksPerNode == 0 {
        let grid = try ProcessGrid(shape, over: world, ranksPerNode: ranksPerNode)
        #expect((grid.nodes?.inside.size == ranksPerNode) == (ranksPerNode < shape.data))
        let trainer = try problem.trainer(on: grid)
        #expect(try trainer.steps(2) == reports, "\(shape)")
        #expect(try trainer.state().tensors == state.tensors, "\(shape)")
        #expect(trainer.bits == alone.bits, "\(shape)")
      }
    }

    @Test func evaluationIsThatOfOneRank() throws {
      let layout = Problem.layout
      let relaxation = RelaxationSettings(free: .init(sweeps: 10, tolerance: 1e-3))
      func evaluate(on grid: ProcessGrid) throws -> Evaluation {
        let network = try HopfieldNetwork(
          layout, parameters: layout.initialParameters(seed: 4), cost: .squaredError, capacity: 5, order: relaxation.order,
          on: grid)
        let evaluator = Evaluator(network: network, relaxation: relaxation, shard: 5)
        return try evaluator.evaluate(PatternImages(count: 33), over: grid)
      }
      let alone = try evaluate(on: ProcessGrid(dataOver: .selfOnly))
      for shape in GridShape.possible(ranks: world.size, networks: 12, strips: 6) {
        #expect(try evaluate(on: try ProcessGrid(shape, over: world)) == alone, "\(shape)")
      }
    }

    @Test func ranksFormTheGrid() throws {
      for shape in GridShape.possible(ranks: world.size, networks: world.size, strips: world.size) {
        let grid = try ProcessGrid(shape, over: world)
        #expect(grid.shape == shape)
        let places = try world.allgather([grid.data.rank, grid.spin.rank])
        #expect(Set((0..<world.size).map { places[2 * $0] * shape.spin + places[2 * $0 + 1] }) == Set(0..<world.size))
        if world.rank == 0 { #expect(grid.data.rank == 0 && grid.spin.rank == 0) }
        #expect(grid.spinRanks.count == shape.spin && grid.spinRanks[grid.spin.rank] == world.rank)
      }
      #expect(throws: GridError.self) { try ProcessGrid(GridShape(data: world.size, spin: 2), over: world) }
    }
  }
}
