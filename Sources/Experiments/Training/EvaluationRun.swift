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

/// Which images a trained network is measured on.
package enum EvaluatedImages: Sendable {
  /// What was learned from, as the files hold it.
  case training
  /// What was held out of it to choose the weights.
  case validation
  case test
  /// A file or a folder of other images, as `data.files.test` names it, with its labels in it, in a file of their own, or without any.
  case other(String, labels: String?, isLabelled: Bool)
}

/// A trained network measured on one part of its data set. The checkpoint carries its configuration.
package struct EvaluationRun {
  package let configuration: Configuration
  package let classNames: [String]
  /// The class of each image, in their order; `nil` where the images have none.
  package let labels: [Int]?
  private let evaluator: Evaluator
  /// Relaxes on, where that was asked for.
  private let equilibrium: Evaluator?
  private let images: ImageSampler
  private let grid: ProcessGrid

  /// - Parameters:
  ///   - path: a checkpoint or a run folder.
  ///   - part: the images.
  ///   - raw: the weights that training goes on with, also where the checkpoint holds their average.
  ///   - mirror: average what the network says of an image and of its mirror image.
  ///   - atEquilibrium: measure once more at the equilibrium.
  ///   - overrides: of the checkpoint's configuration: where the data lie, how far to relax.
  /// - Throws: whatever is wrong with checkpoint, configuration or data.
  package init(
    checkpoint path: String, on part: EvaluatedImages = .test, raw: Bool = false, mirror: Bool = false,
    atEquilibrium: Bool = false,
    overrides: [ConfigurationOverride] = [], over world: Communicator
  ) throws {
    let file = try CheckpointLocation.file(of: path)
    let checkpoint = try Checkpoint(contentsOf: file)
    configuration = try Configuration(yaml: checkpoint.configuration, source: file, overrides: overrides)
    try checkpoint.requireNetwork(configuration.networkSignature, source: file)
    let network = try ConfiguredNetwork(configuration)
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: network.layout, raw: raw, in: file)
    (images, classNames) = try Self.images(part, of: configuration, over: world)
    if case .other(_, _, false) = part { labels = nil } else { labels = images.labels }
    grid = try network.grid(networks: world.size, predicts: false, over: world).grid
    let (cost, shape, batch) = (configuration.learning.cost, images.images.shape, configuration.run.evaluation.batch)
    func made(_ evaluator: Evaluator) -> Evaluator {
      guard mirror else { return evaluator }
      return Evaluator(MirroredClassifier(evaluator.classifier, shape: shape, cost: cost), shard: batch)
    }
    evaluator = made(try network.evaluator(parameters, on: grid))
    guard !mirror || evaluator.classifier.tellsClasses else {
      throw TrainingError.setting(
        key: "--mirror", reason: "this machine gives images a likelihood and no class; leave the option out")
    }
    guard !atEquilibrium || network.relaxes else {
      throw TrainingError.setting(
        key: "--at-equilibrium", reason: "this network has no equilibrium to relax to; leave the option out")
    }
    equilibrium =
      atEquilibrium
      ? made(try network.evaluator(parameters, on: grid, relaxation: configuration.equilibriumRelaxation)) : nil
  }

  private static func images(
    _ part: EvaluatedImages, of configuration: Configuration, over world: Communicator
  ) throws -> (ImageSampler, [String]) {
    var data = configuration.data
    data.augmentation = Augmentation()
    var parts: Set<DatasetPart> = [.test]
    switch part {
    case .training, .validation: parts = [.train]
    case .test: break
    case .other(let path, let labels, let isLabelled):
      data = data.with(test: UserPath.absolute(path), labels: labels.map { UserPath.absolute($0) }, isLabelled: isLabelled)
    }
    let dataset = try Dataset.load(data, parts: parts, over: world)
    let samplers = try DatasetSamplers(dataset, settings: data, seed: configuration.seed)
    let images =
      switch part {
      case .training: samplers.training
      case .validation: samplers.validation
      case .test, .other: samplers.test
      }
    guard images.count > 0 else {
      throw DatasetError.setting(key: "validation", reason: "is \(data.validation), so there are no validation images to measure")
    }
    return (images, dataset.classNames)
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
