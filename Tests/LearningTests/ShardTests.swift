import Kernels
import Networks
import Testing

@testable import Learning

@Suite struct ShardTests {
  /// The gradient of a batch is the sum of those of its micro-shards, however it is cut; so are loss and number of right answers.
  @Test(arguments: Estimator.allCases, Cost.Kind.allCases.map { Cost($0) })
  func gradientsAddUp(_ estimator: Estimator, _ cost: Cost) throws {
    let results = try [12, 4, 1].map { shard -> (gradient: [Float], loss: Double, correct: Int) in
      var settings = LearningSettings()
      (settings.estimator, settings.cost) = (estimator, cost)
      settings.batch = .init(size: 12, shard: shard)
      let relaxation = RelaxationSettings(free: .init(sweeps: 8), nudged: .init(sweeps: 4))
      let network = HopfieldNetwork(
        layout: Problem.layout, parameters: Problem.layout.initialParameters(seed: 4), cost: cost,
        capacity: EquilibriumPropagation.capacity(settings))
      let propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
      var (pixels, labels): ([Float], [Int]) = ([], [])
      PatternImages().load(ArraySlice(0..<12), epoch: 0, into: &pixels, labels: &labels)
      let gradient = AlignedBuffer<Float>(count: Problem.layout.parameterCount)
      var (loss, correct) = (0.0, 0)
      for first in stride(from: 0, to: 12, by: shard) {
        network.reset()
        var report = ShardReport()
        try propagation.relaxFreely(pixels, labels: labels[first..<first + shard], first: first, report: &report)
        try propagation.addGradient(labels: labels[first..<first + shard], batch: 12, sign: -1, into: gradient, report: &report)
        loss += report.loss
        correct += report.correct
      }
      return (gradient.elements, loss, correct)
    }
    let scale = results[0].gradient.map(abs).max()!
    #expect(scale > 0)
    for result in results.dropFirst() {
      let error = zip(result.gradient, results[0].gradient).map { abs($0 - $1) }.max()!
      // A gradient is a difference of much larger sums, each divided by β.
      #expect(error < 1e-3 * scale)
      #expect(abs(result.loss - results[0].loss) < 1e-5 && result.correct == results[0].correct)
    }
  }

  /// Two ranks that are slow in turns wait, though both compute as long in all.
  @Test func balanceIsThatOfSteps() {
    var balance = StepBalance()
    #expect(balance.ratio == 1)
    balance.add(greatest: 3, mean: 2)
    balance.add(greatest: 3, mean: 2)
    #expect(balance.greatest == 6 && balance.mean == 4 && balance.ratio == 1.5)
  }
}
