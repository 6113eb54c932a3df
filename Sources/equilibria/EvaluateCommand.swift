import ArgumentParser
import Configuration
import Datasets
import Experiments
import Host
import Learning
import MPI

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a trained network on the test set, or on other images.",
    discussion: """
      The checkpoint contains its configuration. For a run folder, the best checkpoint is used. The last line reads \
      `test accuracy NN.NN %`. A warning is printed if images were classified before their states had settled; \
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
      if world.rank == 0 { for path in [predictions, confusion].compactMap({ $0 }) { try WritablePath.check(path) } }
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
      guard result.tellsClasses || (predictions == nil && confusion == nil) else {
        throw TrainingError.setting(
          key: "--predictions", reason: "this machine gives images a likelihood and no class; leave the option out")
      }
      let table = TestPredictions(labels: evaluation.labels ?? [], predictions: result.predictions)
      try predictions.map { try table.write(to: $0, classNames: evaluation.classNames, isLabelled: evaluation.labels != nil) }
      try confusion.map { try table.writeConfusion(to: $0, classNames: evaluation.classNames) }
      let answer = EvaluationAnswer(
        evaluation, checkpoint: checkpoint, part: noun, isLabelled: !unlabelled, isMirrored: mirror, result: result,
        settled: settled)
      for warning in answer.warnings { display.message("warning: \(warning)") }
      print(json ? try answer.json() : answer.text)
      return 0
    }
  }
}
