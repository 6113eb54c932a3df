import ArgumentParser
import Configuration
import Datasets
import Experiments
import Foundation
import Host
import Learning
import MPI

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a trained network on the test set, or on other images.",
    discussion: """
      The checkpoint carries its configuration. Of a run folder the best checkpoint is taken. The last line reads \
      `test accuracy NN.NN %`. A warning says when the images were classified before their states had settled; \
      --at-equilibrium lets them settle and measures once more. Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP end it without a result \
      (exit code \(Exit.stopped)). Other images are files or folders as data.files has them (docs/guide/data.md); they are scaled, \
      sized and normalised as the training images were.

        equilibria evaluate models/cifar10-small.safetensors
        mpirun -n 2 equilibria evaluate runs/mine --json
        equilibria evaluate runs/mine --set run.evaluation.sweeps=50
        equilibria evaluate runs/mine --at-equilibrium
        equilibria evaluate runs/mine --part validation \\
          --predictions validation.csv --confusion confusion.csv
      """)

  @Argument(help: "A checkpoint or a run folder.", completion: .file(extensions: ["safetensors"]))
  var checkpoint: String

  @Option(
    name: .customLong("set"), parsing: .singleValue, help: "Overrides one key of the checkpoint's configuration. May be repeated."
  )
  var overrides: [String] = []

  enum Part: String, CaseIterable, ExpressibleByArgument { case training, validation, test }

  @Option(help: "Which part of the data set: training (not augmented), validation or test.")
  var part: Part?

  @Option(help: "Images of your own: .npz, .npy, .safetensors, idx, CSV, or a folder of pictures.", completion: .file())
  var images: String?

  @Option(help: "A file for the labels of --images, where they are not with them.", completion: .file())
  var labels: String?

  @Flag(help: "The images of --images have no labels; --predictions says what they were taken for.")
  var unlabelled = false

  @Option(
    help: "Write what each image was taken for: a table (.csv), or arrays labels, predictions and confusion (.npz).",
    completion: .file(extensions: ["csv", "npz"]))
  var predictions: String?

  @Option(help: "Write how often each class was taken for each, as a table.", completion: .file(extensions: ["csv"]))
  var confusion: String?

  @Flag(help: "Use the raw weights even if the checkpoint also holds their average (learning.averaging).")
  var raw = false

  @Flag(help: "Average the prediction over each image and its mirror image, left and right exchanged.")
  var mirror = false

  @Flag(help: "Measure also at the equilibrium, to which states relax for up to a thousand sweeps.")
  var atEquilibrium = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func validate() throws {
    guard images != nil || (labels == nil && !unlabelled) else {
      throw ValidationError("--labels and --unlabelled are about --images; name the images")
    }
    guard images == nil || part == nil else { throw ValidationError("--part and --images exclude each other") }
    guard !unlabelled || (labels == nil && confusion == nil) else {
      throw ValidationError("--unlabelled excludes --labels and --confusion")
    }
  }

  /// What is measured.
  private var evaluated: EvaluatedImages {
    if let images { return .other(images, labels: labels, isLabelled: !unlabelled) }
    return switch part ?? .test {
    case .training: .training
    case .validation: .validation
    case .test: .test
    }
  }

  /// What the images are called.
  private var noun: String { images == nil ? (part ?? .test).rawValue : "own" }

  func run() {
    Job.run { world in
      StopSignal.install()
      let evaluation = try EvaluationRun(
        checkpoint: checkpoint, on: evaluated, raw: raw, mirror: mirror, atEquilibrium: atEquilibrium,
        overrides: try overrides.map { try ConfigurationOverride($0) }, over: world)
      let display = world.rank == 0 ? ProgressDisplay(interval: .seconds(10)) : nil
      if evaluation.configuration.data.folder == nil, !evaluation.configuration.data.description.folders.isEmpty,
        let warning = DatasetSearch.warning()
      {
        display?.message("warning: \(warning)")
      }
      let measured = try evaluation.run { display?.update(noun, fraction: $0) }
      let settled = measured == nil ? nil : try evaluation.runAtEquilibrium { display?.update("at equilibrium", fraction: $0) }
      display?.finish()
      guard let result = measured, settled != nil || !atEquilibrium else {
        display?.message("\(StopSignal.name ?? "a signal on another rank"): stopped before the result")
        return try Job.stopped()
      }
      guard let display else { return 0 }
      let table = TestPredictions(labels: evaluation.labels ?? [], predictions: result.predictions)
      try predictions.map { try table.write(to: $0, classNames: evaluation.classNames, isLabelled: evaluation.labels != nil) }
      try confusion.map { try table.writeConfusion(to: $0, classNames: evaluation.classNames) }
      if !atEquilibrium, let warning = evaluation.warning(result) { display.message("warning: \(warning)") }
      if json {
        let report = Report(
          checkpoint: checkpoint, name: evaluation.configuration.name, images: result.images, part: noun, mirror: mirror,
          figures: Figures(result, isLabelled: !unlabelled), equilibrium: settled.map { Figures($0, isLabelled: !unlabelled) })
        print(try jsonText(report))
      } else if unlabelled {
        print("\(evaluation.configuration.name): \(result.images) images without labels, \(Self.relaxation(result))")
      } else {
        let images = "\(result.images) \(noun) images\(mirror ? ", each averaged with its mirror image" : "")"
        print("\(evaluation.configuration.name): \(images), \(Self.relaxation(result))")
        if let settled {
          print(
            "at the equilibrium: \(noun) accuracy " + String(format: "%.2f %%, ", 100 * settled.accuracy) + "\(noun) loss "
              + LossFigure.text(settled.loss) + ", " + Self.relaxation(settled))
        }
        print("\(noun) loss " + LossFigure.text(result.loss))
        if let warning = LossFigure.warning(of: result.loss, in: evaluation.configuration) {
          display.message("warning: \(warning)")
        }
        print("\(noun) accuracy " + String(format: "%.2f %%", 100 * result.accuracy))
      }
      return 0
    }
  }

  private static func relaxation(_ result: Evaluation) -> String {
    String(format: "%.1f sweeps", result.sweeps)
      + (result.residual.map { String(format: ", residual %.1e, 90th percentile %.1e", $0.mean, $0.percentile90) } ?? "")
  }

  private struct Report: Encodable {
    let checkpoint: String
    let name: String
    let images: Int
    let part: String
    let mirror: Bool
    let figures: Figures
    let equilibrium: Figures?

    private enum Key: CodingKey { case checkpoint, name, images, part, mirror, equilibrium }

    /// The figures stand beside the name; those at the equilibrium are an object of their own.
    func encode(to encoder: any Encoder) throws {
      try figures.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(checkpoint, forKey: .checkpoint)
      try container.encode(name, forKey: .name)
      try container.encode(images, forKey: .images)
      try container.encode(part, forKey: .part)
      try container.encode(mirror, forKey: .mirror)
      try container.encodeIfPresent(equilibrium, forKey: .equilibrium)
    }
  }

  private struct Figures: Encodable {
    /// Absent where there are no labels.
    let accuracy: Double?
    let loss: Double?
    let sweeps: Double
    /// Mean over the images; absent where nothing relaxes.
    let residual: Double?
    let residual90: Double?

    init(_ result: Evaluation, isLabelled: Bool) {
      (accuracy, loss) = isLabelled ? (result.accuracy, result.loss) : (nil, nil)
      sweeps = result.sweeps
      (residual, residual90) = (result.residual?.mean, result.residual?.percentile90)
    }
  }
}
