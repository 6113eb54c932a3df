import ArgumentParser
import Configuration
import Experiments
import Files
import Host

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

  @OptionGroup var images: EvaluatedImagesOptions

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
    try images.validate()
    guard !images.unlabelled || confusion == nil else { throw ValidationError("--unlabelled excludes --labels and --confusion") }
  }

  func run() {
    Job.run { world in
      StopSignal.install()
      if world.rank == 0 { try AtomicFile.check([predictions, confusion]) }
      let evaluation = try EvaluationRun(
        checkpoint: checkpoint, on: images.asked,
        raw: raw, mirror: mirror, atEquilibrium: atEquilibrium,
        overrides: try overrides.map { try ConfigurationOverride($0) }, over: world)
      guard confusion == nil || !evaluation.configuration.data.predictsNumbers else {
        throw ValidationError("--confusion is of classes, and this network predicts numbers; use --predictions")
      }
      let display = world.rank == 0 ? ProgressDisplay(interval: .seconds(10)) : nil
      guard let answer = try evaluation.run(display: display) else {
        display?.message("\(StopSignal.name ?? "a signal on another rank"): stopped before the result")
        return try Job.stopped(on: world)
      }
      guard let display else { return 0 }
      try answer.write(predictions: predictions, confusion: confusion)
      for warning in answer.warnings { display.message("warning: \(warning)") }
      print(json ? try answer.json() : answer.text)
      return 0
    }
  }
}
