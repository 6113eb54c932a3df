import Configuration
import Datasets
import Experiments
import Files
import Foundation
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// Training steps of a network: one mini-batch each. A unit is a sample.
package struct TrainingSubject: ScalingSubject {
  private let configuration: Configuration
  private let layout: NetworkLayout

  package let unit = "samples"
  package let fileName = "configuration.yaml"

  /// - Parameter configuration: what a user would train.
  /// - Throws: `ConfigurationError` if it is none of a layered network.
  package init(_ configuration: Configuration) throws {
    self.configuration = configuration
    layout = try configuration.hopfieldLayout(for: "scaling")
  }

  package func store(in folder: String) throws -> String {
    let file = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: file) else {
      try AtomicFile.write(try configuration.resolved, to: file)
      return file
    }
    let before = try Configuration(contentsOf: file)
    if let difference = configuration.differences(from: before).first {
      throw RunFolderError("\(folder): holds a study of another configuration (key: now, then): \(difference)")
    }
    return file
  }

  package func cuts(_ mode: ScalingMode, ranks: Int) throws -> [StepCut] {
    let scaled = scaled(mode, ranks: ranks)
    let batch = scaled.learning.batch
    let possible = GridShape.possible(
      ranks: ranks, networks: batch.size / batch.shard, strips: StripPartition.greatestCount(layout))
    return try possible.map { try cut(scaled, $0) }
  }

  private func cut(_ scaled: Configuration, _ grid: GridShape) throws -> StepCut {
    StepCut(
      grid: grid, work: try StepWork(scaled, layout: layout, grid: grid), units: Double(scaled.learning.batch.size))
  }

  package func prepare(_ mode: ScalingMode, grid: GridShape?, over world: Communicator) throws -> MeasuredSteps {
    let scaled = scaled(mode, ranks: world.size, grid: grid)
    let networks = scaled.learning.batch.size / scaled.learning.batch.shard
    let shape = try GridChoice(scaled, layout: layout, networks: networks, over: world).shape
    let processes = try ProcessGrid(shape, over: world, deadline: Duration(limit: scaled.timeouts.exchange))
    let samplers = try DatasetSamplers(
      try Dataset.load(scaled.data, parts: [.train]), settings: scaled.data, seed: scaled.seed)
    let trainer = try Trainer(
      layout: layout, parameters: layout.initialParameters(seed: scaled.seed), relaxation: scaled.trainingRelaxation,
      settings: scaled.learning, seed: scaled.seed, images: samplers.training,
      grid: processes, exchange: scaled.exchange)
    return MeasuredSteps(
      cut: try cut(scaled, shape), spinUpdates: Double(scaled.learning.batch.size) * updatesPerSample, times: trainer.times
    ) { _ = try trainer.step() }
  }

  /// Spins moved for one sample: every sweep moves each once, in each of the states that relax after the free phase.
  private var updatesPerSample: Double {
    let spins = layout.layers.reduce(0) { $0 + $1.shape.spins }
    let nudged = configuration.relaxation.nudged.sweeps * configuration.learning.estimator.relaxedStates
    return Double(spins * (configuration.relaxation.free.sweeps + nudged))
  }

  /// The configuration of one point: one mini-batch, or with weak scaling one a rank; the same work whatever the images, so both
  /// tolerances are 0, on images that are drawn.
  func scaled(_ mode: ScalingMode, ranks: Int, grid: GridShape? = nil) -> Configuration {
    var scaled = configuration
    if mode == .weak { scaled.learning.batch.size *= ranks }
    if let grid { scaled.grid = GridSettings(data: grid.data, spin: grid.spin) }
    scaled.relaxation.free.tolerance = 0
    scaled.relaxation.nudged.tolerance = 0
    scaled.data.name = .synthetic
    scaled.data.normalisation = nil
    scaled.data.augmentation = .init()
    scaled.data.validation = 0
    scaled.data.limit = nil
    scaled.data.limitPerClass = nil
    scaled.data.testPerClass = nil
    scaled.data.size = nil
    if let network = scaled.network {
      scaled.data.synthetic = .init(
        shape: network.input, classes: network.layers.last?.channels ?? 2, train: scaled.learning.batch.size, test: 0)
    }
    return scaled
  }
}

extension StepWork {
  /// - Throws: `NetworkError` if the network cannot be cut into the grid's strips.
  init(_ configuration: Configuration, layout: NetworkLayout, grid: GridShape) throws {
    let batch = configuration.learning.batch
    let ranks = grid.data * grid.spin
    let shards = TreeReduction.shardRange(of: 0, ranks: grid.data, shards: batch.size / batch.shard).count
    let partition = try StripPartition(layout, strips: grid.spin)
    let products = (0..<grid.spin).map { partition.multiplyAddsOfSweep(strip: $0) }
    let whole = max(layout.multiplyAdds.sweep, 1)
    units = Double(shards * batch.shard) * Double(products.max() ?? whole) / Double(whole)

    let plan = RowPlan(partition, order: configuration.relaxation.effectiveOrder)
    let traffic = (0..<grid.spin).map { plan.traffic(from: $0) }
    let free = configuration.relaxation.free.sweeps
    let nudged = configuration.relaxation.nudged.sweeps
    let nudges = configuration.learning.estimator.relaxedStates
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
