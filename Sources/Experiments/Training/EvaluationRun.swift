import Configuration
import Datasets
import Files
import Host
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// A trained network measured on one part of its data set. The checkpoint carries its configuration.
package struct EvaluationRun {
  package let configuration: Configuration
  package let classNames: [String]
  private let evaluator: Evaluator
  private let images: ImageSampler
  private let grid: ProcessGrid

  /// - Parameters:
  ///   - path: a checkpoint or a run folder.
  ///   - raw: the weights that training goes on with, also where the checkpoint holds their average.
  ///   - mirror: average what the network says of an image and of its mirror image.
  ///   - overrides: of the checkpoint's configuration: where the data lie, how far to relax.
  /// - Throws: whatever is wrong with checkpoint, configuration or data.
  package init(
    checkpoint path: String, raw: Bool = false, mirror: Bool = false, overrides: [ConfigurationOverride] = [],
    over world: Communicator
  ) throws {
    let file = try CheckpointLocation.file(of: path)
    let checkpoint = try Checkpoint(contentsOf: file)
    configuration = try Configuration(yaml: checkpoint.configuration, source: file, overrides: overrides)
    try checkpoint.requireNetwork(configuration.networkSignature, source: file)
    let network = try ConfiguredNetwork(configuration)
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: network.layout, raw: raw, in: file)
    let dataset = try Dataset.load(configuration.data, parts: [.test], over: world)
    classNames = dataset.classNames
    images = try DatasetSamplers(dataset, settings: configuration.data, seed: configuration.seed).test
    grid = try network.grid(networks: world.size, predicts: false, over: world).grid
    let evaluator = try network.evaluator(parameters, on: grid)
    self.evaluator =
      mirror
      ? Evaluator(
        MirroredClassifier(
          evaluator.classifier, shape: images.images.shape, cost: configuration.learning.cost),
        shard: configuration.run.evaluation.batch) : evaluator
  }

  /// Collective; every rank gets the result, or `nil` if a signal stopped it.
  package func run(progress: ((Double) -> Void)? = nil) throws -> Evaluation? {
    try evaluator.evaluate(images, over: grid, shouldStop: { StopSignal.isRequested }, progress: progress)
  }
}
