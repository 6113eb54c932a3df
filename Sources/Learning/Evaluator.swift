import Kernels
import Networks
import Parallel

/// Loss and accuracy of free phases over a set of images.
public struct Evaluation: Equatable, Sendable {
  /// Mean over the images.
  public var loss: Double
  public var accuracy: Double
  public var images: Int
  /// Mean over micro-shards.
  public var sweeps: Double
  /// What each image was taken for, in order.
  public var predictions: [Int]
}

/// Evaluates a network, micro-shards shared out over the data groups of a grid.
public struct Evaluator {
  public let classifier: any Classifier
  private let shard: Int

  /// - Parameter shard: images that are classified together. Where a residual stops them it is theirs, so results depend on it
  ///   in the last digits; they do not depend on the number of ranks.
  public init(_ classifier: any Classifier, shard: Int) {
    precondition(shard > 0)
    self.classifier = classifier
    self.shard = shard
  }

  /// Of a Hopfield network, whose free phases start from zero; `shard` is at most its capacity.
  ///
  /// - Parameter seed: of the machine's noise, if there is any; the same images always feel the same.
  public init(network: HopfieldNetwork, relaxation: RelaxationSettings, shard: Int, seed: UInt64 = 0) {
    precondition(shard <= network.capacity)
    self.init(HopfieldClassifier(network, relaxation: relaxation, seed: seed), shard: shard)
  }

  /// Collective; every rank gets the whole result. `progress` is called with the share that this rank has done.
  public func evaluate(
    _ images: any TrainingImages, over grid: ProcessGrid, progress: ((Double) -> Void)? = nil
  ) throws -> Evaluation {
    guard let evaluation = try evaluate(images, over: grid, shouldStop: nil, progress: progress) else {
      preconditionFailure("an evaluation that nothing stops has a result")
    }
    return evaluation
  }

  /// The same, which ends on every rank as soon as `shouldStop` says so on one of them; the ranks ask each other after every micro-shard.
  ///
  /// - Returns: `nil` if it was stopped.
  public func evaluate(
    _ images: any TrainingImages, over grid: ProcessGrid, shouldStop: (() -> Bool)?, progress: ((Double) -> Void)? = nil
  ) throws -> Evaluation? {
    let group = grid.data
    let shards = (images.count + shard - 1) / shard
    var pixels: [Float] = []
    var labels: [Int] = []
    var losses: [Double] = []
    var predictions: [Int] = []
    var right: [Int] = []
    var sweeps = 0
    let all = Array(0..<images.count)
    let own = group.rank * shards / group.size..<(group.rank + 1) * shards / group.size
    // Ranks have a shard more or less; all ask as often.
    for round in 0..<(shards + group.size - 1) / group.size {
      if let shouldStop, try grid.world.allreduce(shouldStop() ? 1 : 0, .max) > 0 { return nil }
      guard round < own.count else { continue }
      let index = own.lowerBound + round
      let chosen = all[index * shard..<min((index + 1) * shard, images.count)]
      images.load(chosen, epoch: 0, into: &pixels, labels: &labels)
      let result = try classifier.classify(pixels, labels: labels[0..<chosen.count], first: index * shard)
      sweeps += result.sweeps
      losses += result.losses
      predictions += result.predictions
      right += labels[0..<chosen.count]
      progress?(Double(predictions.count) / Double(max(1, images.count / group.size)))
    }
    // Gathered in order and added up alike on every rank: the digits do not depend on the number of ranks.
    let gathered = try gather(losses, predictions, right, sweeps, images: images.count, over: grid)
    let (allLosses, allPredictions, allRight, totalSweeps) = gathered
    let correct = zip(allPredictions, allRight).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    return Evaluation(
      loss: allLosses.reduce(0, +) / Double(max(1, images.count)), accuracy: Double(correct) / Double(max(1, images.count)),
      images: images.count, sweeps: Double(totalSweeps) / Double(max(1, shards)), predictions: allPredictions)
  }

  /// What all ranks have found, in the order of the images.
  private func gather(
    _ losses: [Double], _ predictions: [Int], _ right: [Int], _ sweeps: Int, images: Int, over grid: ProcessGrid
  ) throws -> (losses: [Double], predictions: [Int], right: [Int], sweeps: Int) {
    let group = grid.data
    let shards = (images + shard - 1) / shard
    let counts = (0..<group.size).map { rank in
      min((rank + 1) * shards / group.size * shard, images) - min(rank * shards / group.size * shard, images)
    }
    let whole = try grid.gatherOverData(
      losses + predictions.map(Double.init) + right.map(Double.init) + [Double(sweeps)], counts: counts.map { 3 * $0 + 1 },
      "evaluations")
    var all: (losses: [Double], predictions: [Int], right: [Int], sweeps: Int) = ([], [], [], 0)
    var place = 0
    for count in counts {
      func part(_ number: Int) -> Range<Int> { place + number * count..<place + (number + 1) * count }
      all.losses += part(0).map { whole[$0] }
      all.predictions += part(1).map { Int(whole[$0]) }
      all.right += part(2).map { Int(whole[$0]) }
      all.sweeps += Int(whole[place + 3 * count])
      place += 3 * count + 1
    }
    return all
  }
}
