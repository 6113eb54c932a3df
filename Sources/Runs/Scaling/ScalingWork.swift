import Cluster
import Hopfield
import Learning

/// How a study's work grows with the ranks.
public enum ScalingMode: String, CaseIterable, Sendable, Codable {
  /// The configuration's mini-batch on any number of ranks.
  case strong
  /// One mini-batch of the configuration's size a rank.
  case weak

  /// The configuration of one point: the same work whatever the images, so both tolerances are 0, on images that are drawn.
  func configuration(_ base: Configuration, ranks: Int, grid: GridShape?) -> Configuration {
    var configuration = base
    if self == .weak { configuration.learning.batch.size *= ranks }
    if let grid { configuration.grid = GridSettings(data: grid.data, spin: grid.spin) }
    configuration.relaxation.free.tolerance = 0
    configuration.relaxation.nudged.tolerance = 0
    configuration.data.name = .synthetic
    configuration.data.normalisation = nil
    configuration.data.augmentation = .init()
    configuration.data.validation = 0
    configuration.data.limit = nil
    configuration.data.limitPerClass = nil
    configuration.data.testPerClass = nil
    configuration.data.size = nil
    configuration.data.synthetic = .init(
      shape: base.network.input, classes: base.network.layers.last?.channels ?? 2, train: configuration.learning.batch.size,
      test: 0)
    return configuration
  }
}

/// What the busiest rank does in one mini-batch: the part of a step's time that can be counted beforehand.
public struct StepWork: Equatable, Sendable {
  /// Samples relaxed and learned; a strip counts its share of a sample's products.
  public var samples: Double
  /// Messages that it sends.
  public var messages: Double
  /// Bytes that it sends.
  public var bytes: Double

  /// - Throws: `NetworkError` if the network cannot be cut into the grid's strips.
  public init(_ configuration: Configuration, layout: NetworkLayout, grid: GridShape) throws {
    let batch = configuration.learning.batch
    let ranks = grid.data * grid.spin
    let shards = TreeReduction.run(of: 0, ranks: grid.data, shards: batch.size / batch.shard).count
    let partition = try StripPartition(layout, strips: grid.spin)
    let products = (0..<grid.spin).map { partition.multiplyAddsOfSweep(strip: $0) }
    let whole = max(layout.multiplyAdds.sweep, 1)
    samples = Double(shards * batch.shard) * Double(products.max() ?? whole) / Double(whole)

    let plan = HaloPlan(partition, order: configuration.relaxation.effectiveOrder)
    let traffic = (0..<grid.spin).map { plan.traffic(from: $0) }
    let free = configuration.relaxation.free.sweeps
    let nudged = configuration.relaxation.nudged.sweeps
    let nudges = configuration.learning.estimator == .centred ? 2 : 1
    messages = Double(shards * (free + nudged) * (traffic.map(\.messages).max() ?? 0))
    bytes = Double(shards * batch.shard * (free + nudges * nudged) * (traffic.map(\.bytesPerSample).max() ?? 0))

    // Gradients, in single precision: whole subtrees of shards go to the ranks that add them up, and the sums to all.
    let gradient = Double(layout.parameterCount * 4)
    if grid.spin > 1 {
      messages += Double(2 * (shards + 1) * (grid.spin - 1))
      bytes += Double(shards + 1) * gradient
    }
    if grid.data > 1 {
      let subtrees = Double(shards.nonzeroBitCount)
      let share = Double(grid.data - 1) / Double(grid.data)
      messages += Double(2 * (grid.data - 1))
      bytes += (subtrees + 1) * gradient / Double(grid.spin) * share
    }
    if ranks == 1 { (messages, bytes) = (0, 0) }
  }
}
