import Configuration
import Datasets
import Files
import Foundation
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
  /// Relaxes on, where that was asked for.
  private let equilibrium: Evaluator?
  private let images: ImageSampler
  private let grid: ProcessGrid

  /// - Parameters:
  ///   - path: a checkpoint or a run folder.
  ///   - raw: the weights that training goes on with, also where the checkpoint holds their average.
  ///   - mirror: average what the network says of an image and of its mirror image.
  ///   - atEquilibrium: measure once more at the equilibrium.
  ///   - overrides: of the checkpoint's configuration: where the data lie, how far to relax.
  /// - Throws: whatever is wrong with checkpoint, configuration or data.
  package init(
    checkpoint path: String, raw: Bool = false, mirror: Bool = false, atEquilibrium: Bool = false,
    overrides: [ConfigurationOverride] = [], over world: Communicator
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
    let (cost, shape, batch) = (configuration.learning.cost, images.images.shape, configuration.run.evaluation.batch)
    func made(_ evaluator: Evaluator) -> Evaluator {
      guard mirror else { return evaluator }
      return Evaluator(MirroredClassifier(evaluator.classifier, shape: shape, cost: cost), shard: batch)
    }
    evaluator = made(try network.evaluator(parameters, on: grid))
    guard !atEquilibrium || network.relaxes else {
      throw TrainingError.setting(
        key: "--at-equilibrium", reason: "this network has no equilibrium to relax to; leave the option out")
    }
    equilibrium =
      atEquilibrium
      ? made(try network.evaluator(parameters, on: grid, relaxation: configuration.equilibriumRelaxation)) : nil
  }

  /// Collective; every rank gets the result, or `nil` if a signal stopped it.
  package func run(progress: ((Double) -> Void)? = nil) throws -> Evaluation? {
    try evaluator.evaluate(images, over: grid, shouldStop: { StopSignal.isRequested }, progress: progress)
  }

  /// The same at the equilibrium; `nil` too where it was not asked for. Collective.
  package func runAtEquilibrium(progress: ((Double) -> Void)? = nil) throws -> Evaluation? {
    try equilibrium?.evaluate(images, over: grid, shouldStop: { StopSignal.isRequested }, progress: progress)
  }
}

/// Said of an evaluation whose images were classified before they had settled.
package struct TransientWarning: CustomStringConvertible {
  package let description: String
  /// The residual above which states count as transient where no tolerance is asked for.
  private static let greatest = 1e-2

  /// - Returns: `nil` where the mean residual is at most the tolerance of the evaluation, or 1e-2 without one, or nothing relaxes.
  package init?(_ evaluation: Evaluation, of configuration: Configuration) {
    let tolerance = Double(configuration.inferenceRelaxation.free.tolerance)
    let greatest = tolerance > 0 ? tolerance : Self.greatest
    guard let residual = evaluation.residual, !(residual.mean <= greatest) else { return nil }
    description =
      String(
        format: "after %.1f sweeps the residual is %.1e on average, above %.1e: ", evaluation.sweeps, residual.mean, greatest)
      + "these are not equilibria; `evaluate --at-equilibrium` measures what lies beyond"
  }
}
