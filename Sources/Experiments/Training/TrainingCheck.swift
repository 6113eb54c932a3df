import Configuration
import Datasets
import Files
import Foundation
import Host
import Learning
import MPI
import Networks
import Parallel

/// What a training would be and need, and what would go wrong with it, found out without training: what `train --check` prints.
package struct TrainingCheck: Encodable, Sendable {
  package struct Images: Encodable, Sendable {
    package var training: Int
    package var validation: Int
    package var test: Int
    /// Channels, rows, columns.
    package var shape: [Int]
    /// Absent where numbers are predicted.
    package var classes: Int?
    /// Of the numbers that are predicted; absent where there are classes.
    package var targets: [Target]?
    /// Bytes in memory, once a node.
    package var bytes: Int
  }

  /// A number that is predicted.
  package struct Target: Encodable, Sendable {
    package var name: String
    /// By which it is normalised.
    package var mean: Double
    package var deviation: Double
  }

  /// Seconds, predicted coarsely (`TimePrediction`).
  package struct Time: Encodable, Sendable {
    package var step: Double
    /// With its validation and checkpoints.
    package var epoch: Double
    /// With the start and the test.
    package var training: Double
  }

  package struct Memory: Encodable, Sendable {
    /// Of the rank that takes most, data included.
    package var bytes: Int
    /// That a rank of its host may take.
    package var limit: Int
  }

  package struct Disk: Encodable, Sendable {
    /// Where the run folder is, or would be made.
    package var folder: String
    package var checkpointBytes: Int
    package var checkpoints: Int
    package var freeBytes: Int
  }

  package var name: String
  /// The resolved configuration, as YAML.
  package var configuration: String
  /// What of it is not a default.
  package var changes: [String]
  package var ranks: Int
  package var parameters: Int?
  /// Absent where the network has none: spins of a graph.
  package var layers: [LayerSummary]?
  package var images: Images?
  /// Data × spin.
  package var grid: [Int]?
  package var gridReason: String?
  package var time: Time?
  package var memory: Memory?
  package var disk: Disk?
  package var warnings: [String] = []
  /// Why it would not begin; empty if it would.
  package var problems: [String] = []

  /// Collective; rank 0's is complete. What is wrong is among `problems` and not thrown.
  ///
  /// - Parameters: as of `TrainingRun`.
  package init(
    _ configuration: Configuration, folder: String? = nil, resume: Bool = false, initial: String? = nil, over world: Communicator
  ) throws {
    (name, self.configuration, changes, ranks) = (
      configuration.name, try configuration.resolved, configuration.changes, world.size
    )
    var network: ConfiguredNetwork?
    note { _ in network = try ConfiguredNetwork(configuration) }
    if world.rank == 0, let network { note { _ in try network.checkLearning() } }
    parameters = network?.layout.trainableCount
    if let description = configuration.network, let layout = network?.layout as? NetworkLayout {
      layers = LayerSummary.all(of: description, layout)
    }
    if world.rank == 0 {
      note { try $0.look(at: configuration, network) }
      note { try $0.lookAtDisk(configuration, folder: folder, resume: resume) }
      if let initial, let network { note { _ in _ = try network.parameters(from: initial) } }
    }
    let world = try configuration.loading(over: world)
    // From here on all ranks do the same.
    guard let network else { return }
    let batch = configuration.learning.batch
    var choice: GridChoice?
    note { _ in choice = try network.gridChoice(networks: batch.size / max(batch.shard, 1), over: world) }
    guard let choice else { return }
    grid = [choice.shape.data, choice.shape.spin]
    gridReason = choice.reason
    try predict(configuration, network, on: choice.shape, over: world)
  }

  /// What a part throws is a problem, and the check continues.
  private mutating func note(_ body: (inout TrainingCheck) throws -> Void) {
    do { try body(&self) } catch { problems.append("\(error)") }
  }
}

// MARK: - Parts

extension TrainingCheck {
  private static func targets(_ targets: SampledTargets, _ names: [String]) -> [Target] {
    names.enumerated().map { Target(name: $1, mean: targets.scale.mean[$0], deviation: targets.scale.deviation[$0]) }
  }

  private mutating func look(at configuration: Configuration, _ network: ConfiguredNetwork?) throws {
    if configuration.data.folder == nil, !configuration.data.description.folders.isEmpty, let warning = DatasetSearch.warning() {
      warnings.append(warning)
    }
    let dataset = try Dataset.load(configuration.data)
    let samplers = try DatasetSamplers(dataset, settings: configuration.data, seed: configuration.seed)
    images = Images(
      training: samplers.training.count, validation: samplers.validation.count, test: samplers.test.count,
      shape: [dataset.shape.channels, dataset.shape.rows, dataset.shape.columns],
      classes: samplers.targets == nil ? dataset.classes : nil,
      targets: samplers.targets.map { Self.targets($0, dataset.classNames) },
      bytes: dataset.train.pixels.count + dataset.test.pixels.count)
    if let network { _ = try network.predicting(samplers.targets) }
    let batch = configuration.learning.batch
    try Trainer.check(configuration.learning, images: samplers.training.count, ranks: 1)
    let left = samplers.training.count % batch.size
    if left > 0 {
      warnings.append(
        "an epoch has \(samplers.training.count / batch.size) × \(batch.size) images and leaves out \(left) of "
          + "\(samplers.training.count) training images, others every time")
    }
    if samplers.validation.count == 0 {
      warnings.append("no images are held out (data.validation): the last weights are tested, not the best ones")
    }
    if samplers.test.count == 0 { warnings.append("there are no test images") }
  }

  private mutating func lookAtDisk(_ configuration: Configuration, folder: String?, resume: Bool) throws {
    let place = try RunFolder.check(folder, configuration: configuration, resume: resume)
    let numbers = (parameters ?? 0) * (1 + Self.copies(configuration.learning))
    let free = (try? FileManager.default.attributesOfFileSystem(forPath: place))?[.systemFreeSize] as? Int
    // The last two, and the best, of which one is written before another goes.
    let forGood = configuration.run.checkpoint.keep
    let kept = 4 + (forGood > 0 ? configuration.learning.epochs / forGood : 0)
    let disk = Disk(
      folder: folder ?? configuration.run.folder, checkpointBytes: 4 * numbers, checkpoints: kept, freeBytes: free ?? 0)
    self.disk = disk
    if let free, free < kept * disk.checkpointBytes {
      problems.append(
        "\(place): \(ByteCount(free)) are free, and \(kept) checkpoints take \(ByteCount(kept * disk.checkpointBytes)); name another "
          + "folder with --run-dir")
    }
    if resume, let folder {
      let store = CheckpointStore(run: folder)
      var damaged: [String] = []
      let checkpoint = try store.latest { damaged.append($0) }
      warnings += damaged
      try checkpoint?.requireNetwork(configuration.networkSignature, source: folder)
      if checkpoint == nil { warnings.append("--resume: there is no checkpoint in \(folder); a new run begins") }
    }
  }

  /// Copies of the parameters that a training keeps besides them, and a checkpoint holds.
  private static func copies(_ settings: LearningSettings) -> Int {
    (settings.optimiser.kind == .sgd ? 1 : 2) + (settings.averaging > 0 ? 1 : 0)
  }

  /// Collective.
  private mutating func predict(
    _ configuration: Configuration, _ network: ConfiguredNetwork, on shape: GridShape, over world: Communicator
  ) throws {
    let settings = configuration.learning
    let limit = try world.allreduce(MemoryLimit.bytesLeft, .min)
    let shards = max(settings.batch.size / max(settings.batch.shard, 1), 1)
    // The parameters, once more for the kernels of training and evaluation, and the partial sums of a tree over the micro-shards.
    let sums = Int(ceil(log2(Double(shards)))) + 2
    var bytes = 4 * network.layout.parameterCount * (3 + Self.copies(settings) + sums) + (images?.bytes ?? 0)
    if let layout = network.dividedLayout {
      let strips = try StripPartition(layout, strips: shape.spin)
      bytes += strips.greatestBytes(capacity: EquilibriumPropagation.capacity(settings))
      bytes += strips.greatestBytes(capacity: configuration.run.evaluation.batch)
      let speed = try MachineSpeed.measured(over: world)
      if let images {
        let time = try TimePrediction(
          configuration, layout, on: shape, speed: speed, images: images, checkpointBytes: disk?.checkpointBytes ?? 0)
        self.time = Time(step: time.step, epoch: time.epoch, training: time.training)
      }
    }
    memory = Memory(bytes: bytes, limit: limit)
    if bytes > limit {
      problems.append(
        "a rank takes \(ByteCount(bytes)), and \(ByteCount(limit)) are available to it; use fewer ranks per host, more hosts, more strips "
          + "(grid.spin) or a smaller learning.batch.shard")
    }
  }
}

// MARK: - Text

extension TrainingCheck {
  package var text: String {
    var lines: [(String, String)] = [("configuration", "\(name), on \(counted(ranks, "rank"))")]
    if let images {
      let shape = images.shape.map(String.init).joined(separator: "×")
      lines.append(
        (
          "data",
          "\(images.training) training, \(images.validation) validation and \(images.test) test images of \(shape), "
            + (images.classes.map { "\($0) classes" } ?? counted(images.targets?.count ?? 0, "target"))
        ))
      for target in images.targets?.prefix(20) ?? [] {
        lines.append(("target", String(format: "\(target.name): mean %.6g, deviation %.6g", target.mean, target.deviation)))
      }
    }
    if let parameters {
      let layers = layers.map { " in \(counted($0.count, "layer"))" } ?? ""
      lines.append(("network", "\(parameters) parameters\(layers)"))
      lines += layerLines.map { ("", $0) }
    }
    if let grid { lines.append(("grid", gridReason ?? "\(grid[0])×\(grid[1]) (data × spin)")) }
    if let memory { lines.append(("memory", "about \(ByteCount(memory.bytes)) a rank, of \(ByteCount(memory.limit))")) }
    if let time {
      lines.append(
        (
          "time",
          "about \(durationText(time.training)) in all, \(durationText(time.epoch)) an epoch, \(durationText(time.step)) a step "
            + "(coarse: from a quarter to twice as long)"
        ))
    }
    if let disk {
      lines.append(
        (
          "disk",
          "up to \(disk.checkpoints) checkpoints of \(ByteCount(disk.checkpointBytes)) in \(disk.folder), "
            + "\(ByteCount(disk.freeBytes)) free"
        ))
    }
    var text = lines.map { $0.0.padding(toLength: 15, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    func list(_ title: String, _ items: [String]) {
      if !items.isEmpty { text += "\n\(title)\n" + items.map { "  \($0)" }.joined(separator: "\n") }
    }
    list("not the defaults (which stand in parentheses):", changes)
    list("warnings", warnings)
    list("problems", problems)
    return text + (problems.isEmpty ? "\nthe training can begin" : "\nthe training cannot begin")
  }

  private var layerLines: [String] {
    guard let layers else { return [] }
    var table = TextTable(
      ["layer", "shape", "activation", "driven by", "parameters"], numeric: [false, false, false, false, true])
    for layer in layers {
      table.add([
        layer.name, LayerSummary.size(layer.shape, sign: "×"), layer.activation, layer.drivenBy, "\(layer.parameters)",
      ])
    }
    return table.lines
  }
}
