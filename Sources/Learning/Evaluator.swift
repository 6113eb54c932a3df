import Cluster
import Hopfield
import MPI

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

/// Evaluates a network, micro-shards shared out over the data groups of a grid; every free phase starts from zero.
public struct Evaluator {
  public let network: HopfieldNetwork
  private let relaxation: any NetworkRelaxation
  private let shard: Int

  /// - Parameters:
  ///   - shard: images that relax together, at most the network's capacity. The residual stop is theirs, so results
  ///   depend on it in the last digits; they do not depend on the number of ranks.
  ///   - seed: of the machine's noise, if there is any; the same images always feel the same.
  public init(network: HopfieldNetwork, relaxation: RelaxationSettings, shard: Int, seed: UInt64 = 0) {
    precondition(shard > 0 && shard <= network.capacity)
    self.network = network
    self.relaxation = relaxation.relaxation(of: network, seed: seed, stream: Self.noiseStream)
    self.shard = shard
  }

  /// Apart from a training's.
  private static let noiseStream: UInt32 = 1

  /// Collective; every rank gets the whole result. `progress` is called with the share that this rank has done.
  public func evaluate(_ images: any TrainingImages, over grid: ProcessGrid, progress: ((Double) -> Void)? = nil) throws
    -> Evaluation
  {
    let group = grid.data
    let shards = (images.count + shard - 1) / shard
    var pixels: [Float] = []
    var labels: [Int] = []
    var losses: [Double] = []
    var predictions: [Int] = []
    var right: [Int] = []
    var sweeps = 0
    let all = Array(0..<images.count)
    for index in group.rank * shards / group.size..<(group.rank + 1) * shards / group.size {
      let chosen = all[index * shard..<min((index + 1) * shard, images.count)]
      images.load(chosen, epoch: 0, into: &pixels, labels: &labels)
      network.reset()
      network.clamp(pixels, samples: chosen.count)
      relaxation.select(index)
      sweeps += try relaxation.run(network, samples: chosen.count, nudge: nil, observe: nil).sweeps
      for sample in 0..<chosen.count {
        let prediction = network.prediction(sample: sample)
        losses.append(network.cost.value(prediction: prediction, label: labels[sample]))
        predictions.append(prediction.firstIndex(of: prediction.max()!) ?? -1)
        right.append(labels[sample])
      }
      progress?(Double(predictions.count) / Double(max(1, images.count / group.size)))
    }
    // Gathered in order and added up alike on every rank: the digits do not depend on the number of ranks.
    let allLosses = try group.allgatherVarying(losses).flatMap { $0 }
    let allPredictions = try group.allgatherVarying(predictions).flatMap { $0 }
    let allRight = try group.allgatherVarying(right).flatMap { $0 }
    let totalSweeps = try group.allreduce(sweeps, .sum)
    let correct = zip(allPredictions, allRight).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    return Evaluation(
      loss: allLosses.reduce(0, +) / Double(max(1, images.count)), accuracy: Double(correct) / Double(max(1, images.count)),
      images: images.count, sweeps: Double(totalSweeps) / Double(max(1, shards)), predictions: allPredictions)
  }
}
