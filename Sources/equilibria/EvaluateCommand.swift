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
    abstract: "Measures a trained network on the test set.",
    discussion: """
      The checkpoint carries its configuration. Of a run folder the best checkpoint is taken. The last line reads \
      `test accuracy NN.NN %`. A warning says when the images were classified before their states had settled; \
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
      if !atEquilibrium, let warning = evaluation.warning(result) { display.message("warning: \(warning)") }
      if json {
        let report = Report(
          checkpoint: checkpoint, name: evaluation.configuration.name, images: result.images, mirror: mirror,
          figures: Figures(result), equilibrium: settled.map(Figures.init))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
      } else {
        let images = "\(result.images) test images\(mirror ? ", each averaged with its mirror image" : "")"
        print("\(evaluation.configuration.name): \(images), \(Self.relaxation(result))")
        if let settled {
          print(
            String(format: "at the equilibrium: test accuracy %.2f %%, test loss ", 100 * settled.accuracy)
              + LossFigure.text(settled.loss) + ", " + Self.relaxation(settled))
        }
        print("test loss " + LossFigure.text(result.loss))
        if let warning = LossFigure.warning(of: result.loss, in: evaluation.configuration) {
          display.message("warning: \(warning)")
        }
        print("test accuracy " + String(format: "%.2f %%", 100 * result.accuracy))
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
    let mirror: Bool
    let figures: Figures
    let equilibrium: Figures?

    private enum Key: CodingKey { case checkpoint, name, images, mirror, equilibrium }

    /// The figures stand beside the name; those at the equilibrium are an object of their own.
    func encode(to encoder: any Encoder) throws {
      try figures.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(checkpoint, forKey: .checkpoint)
      try container.encode(name, forKey: .name)
      try container.encode(images, forKey: .images)
      try container.encode(mirror, forKey: .mirror)
      try container.encodeIfPresent(equilibrium, forKey: .equilibrium)
    }
  }

  private struct Figures: Encodable {
    let accuracy: Double
    let loss: Double
    let sweeps: Double
    /// Mean over the images; absent where nothing relaxes.
    let residual: Double?
    let residual90: Double?

    init(_ result: Evaluation) {
      (accuracy, loss, sweeps) = (result.accuracy, result.loss, result.sweeps)
      (residual, residual90) = (result.residual?.mean, result.residual?.percentile90)
    }
  }
}
