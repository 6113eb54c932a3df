import ArgumentParser
import Configuration
import Datasets
import Experiments
import Host
import MPI

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a trained network on the test set.",
    discussion: """
      The checkpoint contains its configuration. For a run folder, the best checkpoint is used. The last line reads \
      `test accuracy NN.NN %`. A warning is printed if images were classified before their states had settled; \
      --at-equilibrium lets them settle and measures once more. Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP end it without a result \
      (exit code \(Exit.stopped)).

        equilibria evaluate models/cifar10-small.safetensors
        mpirun -n 2 equilibria evaluate runs/mine --json
        equilibria evaluate runs/mine --set run.evaluation.sweeps=50
        equilibria evaluate runs/mine --at-equilibrium
      """)

  @Argument(help: "A checkpoint or a run folder.", completion: .file(extensions: ["safetensors"]))
  var checkpoint: String

  @Option(
    name: .customLong("set"), parsing: .singleValue, help: "Overrides one key of the checkpoint's configuration. May be repeated."
  )
  var overrides: [String] = []

  @Flag(help: "Use the raw weights even if the checkpoint also holds their average (learning.averaging).")
  var raw = false

  @Flag(help: "Average the prediction over each image and its mirror image, left and right exchanged.")
  var mirror = false

  @Flag(help: "Measure also at the equilibrium, to which states relax for up to a thousand sweeps.")
  var atEquilibrium = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() {
    Job.run { world in
      StopSignal.install()
      let evaluation = try EvaluationRun(
        checkpoint: checkpoint, raw: raw, mirror: mirror, atEquilibrium: atEquilibrium,
        overrides: try overrides.map { try ConfigurationOverride($0) }, over: world)
      let display = world.rank == 0 ? ProgressDisplay(interval: .seconds(10)) : nil
      if evaluation.configuration.data.folder == nil, let warning = DatasetSearch.warning() {
        display?.message("warning: \(warning)")
      }
      let measured = try evaluation.run { display?.update("test", fraction: $0) }
      let settled = measured == nil ? nil : try evaluation.runAtEquilibrium { display?.update("at equilibrium", fraction: $0) }
      display?.finish()
      guard let result = measured, settled != nil || !atEquilibrium else {
        display?.message("\(StopSignal.name ?? "a signal on another rank"): stopped before the result")
        return try Job.stopped()
      }
      guard let display else { return 0 }
      let answer = EvaluationAnswer(evaluation, checkpoint: checkpoint, isMirrored: mirror, result: result, settled: settled)
      for warning in answer.warnings { display.message("warning: \(warning)") }
      print(json ? try answer.json() : answer.text)
      return 0
    }
  }
}
