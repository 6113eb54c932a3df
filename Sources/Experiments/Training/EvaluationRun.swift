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
  /// A part of the data set of its training.
  package enum Part: String, CaseIterable, Sendable {
    /// What was learned from, as the files hold it.
    case training
    /// What was held out of it to choose the weights.
    case validation
    case test
  }

  case part(Part)
  case other(OtherImages)

  /// What answers call them.
  var name: String {
    if case .part(let part) = self { part.rawValue } else { "own" }
  }

  var isLabelled: Bool {
    if case .other(let other) = self { other.isLabelled } else { true }
  }
}

/// A file or a folder of other images, as `data.files.test` names it, with its labels in it, in a file of their own, or without any.
package struct OtherImages: Sendable {
  package var path: String
  package var labels: String?
  package var isLabelled: Bool
  /// Names of the arrays, where they are not the usual ones.
  package var array: String?
  package var labelArray: String?

  package init(_ path: String, labels: String?, isLabelled: Bool, array: String?, labelArray: String?) {
    (self.path, self.labels, self.isLabelled, self.array, self.labelArray) = (path, labels, isLabelled, array, labelArray)
  }
}

/// A trained network measured on one part of its data set. The checkpoint carries its configuration.
package struct EvaluationRun {
  package let configuration: Configuration
  /// The file or folder that was named.
  let checkpoint: String
  let part: EvaluatedImages
  let isMirrored: Bool
  let classNames: [String]
  /// The class of each image, in their order; `nil` where the images have none.
  let labels: [Int]?
  /// The numbers to predict, `classNames.count` of each image; none where there are classes, or no labels.
  let targets: [Double]
  /// With the targets, where numbers are predicted.
  let cost: Cost
  private let evaluator: Evaluator
  /// Relaxes on, where that was asked for.
  private let equilibrium: Evaluator?
  private let images: ImageSampler
  private let grid: ProcessGrid

  /// - Parameters:
  ///   - path: a checkpoint or a run folder.
  ///   - part: the images.
  ///   - raw: the weights that training continues with, also where the checkpoint holds their average.
  ///   - mirror: average what the network says of an image and of its mirror image.
  ///   - atEquilibrium: measure once more at the equilibrium.
  ///   - overrides: of the checkpoint's configuration: where the data lie, how far to relax.
  /// - Throws: whatever is wrong with checkpoint, configuration or data.
  package init(
    checkpoint path: String, on part: EvaluatedImages = .part(.test), raw: Bool = false, mirror: Bool = false,
    atEquilibrium: Bool = false,
    overrides: [ConfigurationOverride] = [], over world: Communicator
  ) throws {
    (self.checkpoint, self.part, isMirrored) = (path, part, mirror)
    let file = try CheckpointLocation.file(of: path)
    let checkpoint = try Checkpoint(contentsOf: file)
    configuration = try Configuration(yaml: checkpoint.configuration, source: file, overrides: overrides)
    try checkpoint.requireNetwork(configuration.networkSignature, source: file)
    let bare = try ConfiguredNetwork(configuration)
    let sampled: SampledTargets?
    (images, classNames, sampled) = try Self.images(part, of: configuration, over: world)
    let network = try bare.predicting(sampled)
    let parameters = try TensorFile(tensors: checkpoint.tensors).parameters(of: network.layout, raw: raw, in: file)
    (labels, targets) = part.isLabelled ? (images.labels, images.targets) : (nil, [])
    grid = try network.grid(networks: world.size, predicts: false, over: world).grid
    let cost = network.configuration.learning.cost
    let (shape, batch) = (images.images.shape, configuration.run.evaluation.batch)
    self.cost = cost
    func made(_ evaluator: Evaluator) -> Evaluator {
      guard mirror else { return evaluator }
      return Evaluator(
        MirroredClassifier(evaluator.classifier, shape: shape, cost: cost), shard: batch, targets: cost.targets)
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
  ) throws -> (ImageSampler, [String], SampledTargets?) {
    var data = configuration.data
    data.augmentation = Augmentation()
    var parts: Set<DatasetPart> = [.test]
    switch part {
    case .part(.training), .part(.validation): parts = [.train]
    case .part(.test): break
    case .other(let other):
      data = data.with(
        test: UserPath.absolute(other.path), labels: other.labels.map { UserPath.absolute($0) }, isLabelled: other.isLabelled,
        array: other.array, labelArray: other.labelArray)
    }
    let dataset = try Dataset.load(data, parts: parts, over: configuration.loading(over: world))
    let samplers = try DatasetSamplers(dataset, settings: data, seed: configuration.seed)
    let images =
      switch part {
      case .part(.training): samplers.training
      case .part(.validation): samplers.validation
      case .part(.test), .other: samplers.test
      }
    guard images.count > 0 else {
      throw DatasetError.setting(key: "validation", reason: "is \(data.validation), so there are no validation images to measure")
    }
    return (images, dataset.classNames, samplers.targets)
  }

  /// Measures, and shows how far it is. Collective.
  ///
  /// - Returns: on every rank the answer, or `nil` if a signal came first.
  package func run(display: ProgressDisplay?) throws -> EvaluationAnswer? {
    if configuration.data.folder == nil, !configuration.data.description.folders.isEmpty, let warning = DatasetSearch.warning() {
      display?.message("warning: \(warning)")
    }
    func measure(_ evaluator: Evaluator, _ task: String) throws -> Evaluation? {
      try evaluator.evaluate(
        images, over: grid, shouldStop: { StopSignal.isRequested }, progress: { display?.update(task, fraction: $0) })
    }
    defer { display?.finish() }
    guard let result = try measure(evaluator, part.name) else { return nil }
    guard let equilibrium else { return EvaluationAnswer(self, result: result, settled: nil) }
    return try measure(equilibrium, "at equilibrium").map { EvaluationAnswer(self, result: result, settled: $0) }
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
