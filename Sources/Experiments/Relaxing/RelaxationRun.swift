import Configuration
import Datasets
import Files
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// One relaxation of given weights on given inputs, written down for comparison with another implementation
/// (docs/guide/relax-format.md).
package struct RelaxationRun {
  /// With the targets in its cost, where numbers are predicted.
  private var configuration: Configuration
  private let layout: NetworkLayout
  private let parameters: AlignedBuffer<Float>
  private let input: RelaxationInput
  /// Whether the result holds the inputs too, since no other file does.
  private let writesInput: Bool

  /// - Parameters:
  ///   - labels: a file for the labels alone; `nil` where they lie with the inputs, or there are none.
  /// - Throws: `TensorError` or `FileError` that names file and tensor, and what was expected.
  package init(_ configuration: Configuration, weights: String, input: String, labels: String? = nil) throws {
    self.configuration = configuration
    layout = try configuration.hopfieldLayout(for: "relax")
    let file = try TensorFile(contentsOf: weights)
    parameters = try file.parameters(of: layout, in: weights)
    try file.requireNoOthers(than: layout, of: configuration.name, in: weights)
    self.input = try RelaxationInput(input, labels: labels, layout: layout)
    guard !configuration.data.predictsNumbers || self.input.labels == nil else {
      throw TensorError(
        "\(labels ?? input): labels are of classes, and this network predicts numbers; leave them out, or use --images")
    }
    writesInput = false
  }

  /// Of the first test images of the configuration's own data. Collective.
  package init(_ configuration: Configuration, weights: String, images: Int, over world: Communicator) throws {
    self.configuration = configuration
    layout = try configuration.hopfieldLayout(for: "relax")
    parameters = try TensorFile(contentsOf: weights).parameters(of: layout, in: weights)
    let dataset = try Dataset.load(configuration.data, parts: [.test], over: configuration.loading(over: world))
    let samplers = try DatasetSamplers(dataset, settings: configuration.data, seed: configuration.seed)
    input = try RelaxationInput(samplers.test, count: images)
    self.configuration.learning.cost.targets = samplers.targets?.table
    writesInput = true
  }

  /// The configuration and the weights of a run or checkpoint.
  ///
  /// - Returns: the file of the weights.
  package static func run(
    _ path: String, overrides: [ConfigurationOverride]
  ) throws -> (configuration: Configuration, weights: String) {
    let file = try CheckpointLocation.file(of: path)
    let checkpoint = try Checkpoint(contentsOf: file)
    return (try Configuration(yaml: checkpoint.configuration, source: file, overrides: overrides), file)
  }

  /// Relaxes, and returns everything that docs/guide/relax-format.md lists, on world rank 0.
  ///
  /// One batch relaxes as a whole: on a grid it is the first network's strips that do it. Collective.
  package func run(over world: Communicator) throws -> TensorFile? {
    let world = try configuration.loading(over: world)
    let shape = try GridChoice.forOneNetwork(configuration, layout: layout, over: world)
    let grid = try ProcessGrid(shape, over: world, deadline: Duration(limit: configuration.timeouts.exchange))
    guard grid.data.rank == 0 else { return nil }
    var file = try relax(on: grid)
    if writesInput { file.tensors.merge(input.tensors(of: layout)) { own, _ in own } }
    return grid.spin.rank == 0 ? file : nil
  }

  private func relax(on grid: ProcessGrid) throws -> TensorFile {
    let count = input.count
    var settings = configuration.learning
    settings.batch = .init(size: count, shard: count)
    try layout.checkCapacity(EquilibriumPropagation.capacity(settings))
    let network = try HopfieldNetwork(
      layout, parameters: parameters, cost: settings.cost, capacity: EquilibriumPropagation.capacity(settings),
      order: configuration.relaxation.effectiveOrder, on: grid, exchange: configuration.exchange)
    let propagation = EquilibriumPropagation(
      network: network, relaxation: configuration.trainingRelaxation, settings: settings, seed: configuration.seed)
    var energies: [[Double]] = []
    propagation.observe = { nudge in
      let samples = nudge?.labels.count ?? count
      energies.append(try network.energies(samples: samples, nudge: nudge))
    }
    var report = ShardReport()
    try propagation.relaxFreely(
      input.pixels, labels: (input.labels ?? Array(repeating: 0, count: count))[...], first: 0, report: &report)
    let residuals = try propagation.relaxation.residuals(of: network, samples: count)
    var file = TensorFile(metadata: ["sweeps.free": "\(report.free.sweeps)", "change.free": "\(report.free.change)"])
    file.metadata["residual.free"] = residuals.map { "\($0)" }.joined(separator: ",")
    try store(network, samples: 0..<count, as: "free", on: grid, in: &file)
    file.tensors["energy.free"] = try table(energies, columns: 0..<count)
    guard let labels = input.labels else { return file }

    energies = []
    let partition = network.strip.partition
    let reduction = try GridReduction(
      count: layout.parameterCount, shards: 1, subtrees: (0..<partition.strips).map(partition.subtrees),
      over: grid.onlyThisNetwork)
    let sums = reduction.buffers()
    try propagation.relaxNudged(labels: labels[...], report: &report)
    let phases = propagation.betas()
    let nudges = phases.filter { $0 != 0 }
    for (index, beta) in phases.enumerated() {
      let name = beta == 0 ? "kept" : "nudged.\(index)"
      try store(network, samples: index * count..<(index + 1) * count, as: name, on: grid, in: &file)
      file.tensors["energy.\(name)"] = try table(energies, columns: index * count..<(index + 1) * count)
    }
    if phases.isEmpty { try store(network, samples: 0..<count, as: "response", on: grid, in: &file) }
    try propagation.addDifference(samples: count, batch: count, into: sums)
    try reduction.add(sums, shard: 0)
    let gradient = try reduction.sum()
    for block in layout.blocks {
      file.tensors["gradient.\(block.name)"] = Tensor(layout.tensor(block, of: gradient), shape: block.shape)
    }
    file.metadata["nudges"] = nudges.map { "\($0)" }.joined(separator: ",")
    file.metadata["sweeps.nudged"] = "\(report.nudged.sweeps)"
    file.metadata["change.nudged"] = "\(report.nudged.change)"
    return file
  }

  private func store(
    _ network: HopfieldNetwork, samples: Range<Int>, as prefix: String, on grid: ProcessGrid, in file: inout TensorFile
  ) throws {
    for (index, layer) in layout.layers.enumerated() {
      let isImage = layout.edges.first { $0.post == index + 1 }?.description.drivesImages ?? true
      let shape = [samples.count, layer.shape.channels] + (isImage ? [layer.shape.rows, layer.shape.columns] : [])
      let values = try network.unpackedSpins(layer: index + 1, samples: samples, over: grid)
      if grid.spin.rank == 0 { file.tensors["\(prefix).\(layer.name)"] = Tensor(values, shape: shape) }
    }
  }

  private func table(_ rows: [[Double]], columns: Range<Int>) throws -> Tensor {
    Tensor(rows.flatMap { $0[columns] }, shape: [rows.count, columns.count])
  }
}
