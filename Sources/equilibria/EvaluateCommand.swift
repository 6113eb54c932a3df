import ArgumentParser
import Configuration
import Datasets
import Experiments
import Foundation
import Host
import MPI

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a trained network on the test set.",
    discussion: """
      The checkpoint carries its configuration. Of a run folder the best checkpoint is taken. The last line reads \
      `test accuracy NN.NN %`. Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP end it without a result (exit code \(Exit.stopped)).

        equilibria evaluate models/cifar10-small.safetensors
        mpirun -n 2 equilibria evaluate runs/mine --json
        equilibria evaluate runs/mine --set run.evaluation.sweeps=50
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

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() {
    Job.run { world in
      StopSignal.install()
      let evaluation = try EvaluationRun(
        checkpoint: checkpoint, raw: raw, mirror: mirror,
        overrides: try overrides.map { try ConfigurationOverride($0) }, over: world)
      let display = world.rank == 0 ? ProgressDisplay(interval: .seconds(10)) : nil
      if evaluation.configuration.data.folder == nil, let warning = DatasetSearch.warning() {
        display?.message("warning: \(warning)")
      }
      let measured = try evaluation.run { display?.update("test", fraction: $0) }
      display?.finish()
      guard let result = measured else {
        display?.message("\(StopSignal.name ?? "a signal on another rank"): stopped before the result")
        return try Job.stopped()
      }
      guard let display else { return 0 }
      if json {
        let report = Report(
          checkpoint: checkpoint, name: evaluation.configuration.name, images: result.images, accuracy: result.accuracy,
          loss: result.loss, sweeps: result.sweeps, mirror: mirror)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
      } else {
        let images = "\(result.images) test images\(mirror ? ", each averaged with its mirror image" : "")"
        print("\(evaluation.configuration.name): \(images), \(String(format: "%.1f", result.sweeps)) sweeps")
        print("test loss " + LossFigure.text(result.loss))
        if let warning = LossFigure.warning(of: result.loss, in: evaluation.configuration) {
          display.message("warning: \(warning)")
        }
        print("test accuracy " + String(format: "%.2f %%", 100 * result.accuracy))
      }
      return 0
    }
  }

  private struct Report: Encodable {
    let checkpoint: String
    let name: String
    let images: Int
    let accuracy: Double
    let loss: Double
    let sweeps: Double
    let mirror: Bool
  }
}
