import Kernels
import Networks
import Parallel

/// Loss and accuracy of free phases over a set of images.
public struct Evaluation: Equatable, Sendable {
  /// Mean over the images.
  public var loss: Double
  /// The share of images whose class was right, 0 to 1; not a number where there are no classes.
  public var accuracy: Double
  /// Images that were evaluated.
  public var images: Int
  /// Mean over the images.
  public var sweeps: Double
  /// How far the images were from equilibrium, in networks that relax.
  public var residual: ResidualSummary?
  /// What each image was taken for, in order; -1 where there are no classes.
  public var predictions: [Int]
  /// Of numbers that were predicted in the place of classes.
  public var targets: TargetScore? = nil
  /// Whether there are classes.
  public var tellsClasses = true
  /// ln Z by several methods, of a machine whose losses are counted from the first of them.
  public var partition: [PartitionEstimate] = []

  /// Whether the loss is the negative log-likelihood of the images.
  public var isOfLikelihood: Bool { !tellsClasses && targets == nil }

  /// What the best of several evaluations has most of: accuracy, or where there are no classes the negative loss.
  public var merit: Double { tellsClasses ? accuracy : -loss }
}

/// How far images are from equilibrium: their residuals (`NetworkRelaxation.residuals`) in two numbers.
public struct ResidualSummary: Equatable, Sendable {
  /// Mean over the images.
  public var mean: Double
  /// The 90th percentile: the least residual that nine tenths of the images do not exceed.
  public var percentile90: Double

  /// Numbers that were computed elsewhere.
  public init(mean: Double, percentile90: Double) {
    self.mean = mean
    self.percentile90 = percentile90
  }

  /// - Returns: `nil` where nothing was measured. What is not finite is larger than any number.
  public init?(_ residuals: [Double]) {
    guard !residuals.isEmpty else { return nil }
    let sorted = residuals.map { $0.isFinite ? $0 : .infinity }.sorted()
    // The rank ⌈.9 n⌉, in whole numbers.
    self.init(mean: sorted.reduce(0, +) / Double(sorted.count), percentile90: sorted[(9 * sorted.count + 9) / 10 - 1])
  }
}

/// Evaluates a network, micro-shards shared out over the data groups of a grid.
public struct Evaluator {
  /// What is evaluated.
  public let classifier: any Classifier
  private let shard: Int
  private let targets: TargetTable?
  /// Images from one question whether to stop to the next. Where images end one by one, slots are refilled before they run empty.
  private var part: Int { classifier.endsImageByImage ? 4 * shard : shard }

  /// - Parameters:
  ///   - shard: images that are classified together. Where machines end by a tolerance they end together, so results depend on
  ///     it; in all other networks they do not. They never depend on the number of ranks.
  ///   - targets: the numbers that the network predicts in the place of classes: those of the classifier's cost.
  public init(_ classifier: any Classifier, shard: Int, targets: TargetTable? = nil) {
    precondition(shard > 0)
    self.classifier = classifier
    self.shard = shard
    self.targets = targets
  }

  /// Of a Hopfield network, whose free phases start from zero; `shard` is at most its capacity.
  ///
  /// - Parameter seed: of the machine's noise, if there is any; the same images always feel the same.
  public init(network: HopfieldNetwork, relaxation: RelaxationSettings, shard: Int, seed: UInt64 = 0) {
    precondition(shard <= network.capacity)
    self.init(HopfieldClassifier(network, relaxation: relaxation, seed: seed), shard: shard, targets: network.cost.targets)
  }

  /// Collective; every rank gets the whole result. `progress` is called with the share that this rank has done.
  ///
  /// - Throws: `DatasetError` if images cannot be read, or the failure of an exchange between ranks.
  public func evaluate(
    _ images: any TrainingImages, over grid: ProcessGrid, progress: ((Double) -> Void)? = nil
  ) throws -> Evaluation {
    guard let evaluation = try evaluate(images, over: grid, shouldStop: nil, progress: progress) else {
      preconditionFailure("an evaluation that nothing stops has a result")
    }
    return evaluation
  }

  /// The same, which ends on every rank as soon as `shouldStop` returns true on one of them.
  ///
  /// - Returns: `nil` if it was stopped.
  /// - Throws: `DatasetError` if images cannot be read, or the failure of an exchange between ranks.
  public func evaluate(
    _ images: any TrainingImages, over grid: ProcessGrid, shouldStop: (() -> Bool)?, progress: ((Double) -> Void)? = nil
  ) throws -> Evaluation? {
    try classifier.prepare(for: images, over: grid)
    let shares = (0..<grid.data.size).map { share(of: images.count, rank: $0, ranks: grid.data.size) }
    let own = shares[grid.data.rank]
    // The ranks ask each other between parts of their shares.
    let part = shouldStop == nil ? max(1, own.count) : self.part
    let rounds = shouldStop == nil ? 1 : ((shares.map(\.count).max() ?? 0) + part - 1) / part
    // A rank that has a whole network to itself need not even end its part.
    let abandons = grid.spin.size == 1 ? shouldStop : nil
    var isAbandoned = false
    var result = Classification()
    for round in 0...rounds {
      if let shouldStop, try grid.anyRank(isAbandoned || shouldStop(), "requests to stop") { return nil }
      guard round < rounds else { break }
      let begin = min(own.lowerBound + round * part, own.upperBound)
      let images = ImageSource(
        images, images: begin..<min(begin + part, own.upperBound), shouldStop: abandons ?? { false })
      guard !images.images.isEmpty else { continue }
      let before = result.predictions.count
      do {
        result.append(
          try classifier.classify(images, together: shard) { done in
            progress?(Double(before + done) / Double(max(1, own.count)))
          })
      } catch is ImageSource.Stopped {
        isAbandoned = true
      }
    }
    // Gathered in order and added up alike on every rank: the digits do not depend on the number of ranks.
    let all = try gather(result, images: images.count, over: grid)
    let correct = zip(all.predictions, all.labels).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    let count = Double(max(1, images.count))
    var evaluation = Evaluation(
      loss: all.losses.reduce(0, +) / count, accuracy: Double(correct) / count, images: images.count,
      sweeps: Double(all.sweeps) / count, residual: ResidualSummary(all.residuals), predictions: all.predictions,
      tellsClasses: classifier.tellsClasses && targets == nil, partition: classifier.partitionEstimates)
    guard let targets else { return evaluation }
    let outputs = try grid.gatherOverData(result.outputs.flatMap { $0.map(Double.init) }, "predictions")
    evaluation.accuracy = .nan
    evaluation.predictions = all.predictions.map { _ in -1 }
    evaluation.targets = TargetScore(outputs.map { Float($0) }, rows: all.labels, table: targets)
    return evaluation
  }

  /// The images of a data group: whole micro-shards.
  private func share(of images: Int, rank: Int, ranks: Int) -> Range<Int> {
    let shards = (images + shard - 1) / shard
    return min(rank * shards / ranks * shard, images)..<min((rank + 1) * shards / ranks * shard, images)
  }

  /// What all ranks have found, in the order of the images.
  private func gather(_ own: Classification, images: Int, over grid: ProcessGrid) throws -> Classification {
    let counts = (0..<grid.data.size).map { share(of: images, rank: $0, ranks: grid.data.size).count }
    // A network without residuals says so on every rank.
    let residuals = own.residuals.count == own.losses.count ? own.residuals : own.losses.map { _ in -1 }
    let whole = try grid.gatherOverData(
      own.losses + own.predictions.map(Double.init) + own.labels.map(Double.init) + residuals + [Double(own.sweeps)],
      "evaluations")
    var all = Classification()
    var place = 0
    for count in counts {
      func part(_ number: Int) -> ArraySlice<Double> { whole[place + number * count..<place + (number + 1) * count] }
      all.losses += part(0)
      all.predictions += part(1).map { Int($0) }
      all.labels += part(2).map { Int($0) }
      all.residuals += part(3)
      all.sweeps += Int(whole[place + 4 * count])
      place += 4 * count + 1
    }
    if all.residuals.contains(-1) { all.residuals = [] }
    return all
  }
}
