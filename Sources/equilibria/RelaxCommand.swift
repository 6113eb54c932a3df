import ArgumentParser
import Configuration
import Experiments
import Files

struct RelaxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relax",
    abstract: "Relaxes given weights on given inputs and writes states, energies and the EP gradient.",
    discussion: """
      This is how another implementation is compared with this one: all files are safetensors, their tensors are named in \
      docs/guide/relax-format.md, and scripts/reference/hopfield.py reads and writes the same.

        python3 scripts/reference/make_case.py configs/mnist.yaml --batch 4 \\
          --weights w.safetensors --input x.safetensors
        equilibria relax configs/mnist.yaml --weights w.safetensors \\
          --input x.safetensors --output out.safetensors
        equilibria relax runs/mine --images 8 --output out.safetensors
      """)

  @Argument(
    help: "The configuration: its network, relaxation, cost, estimator and nudge are used. Or a run folder or checkpoint.",
    completion: .file(extensions: ["yaml", "safetensors"]))
  var config: String

  @Option(help: "Weights and biases; those of the run or checkpoint by default.", completion: .file(extensions: ["safetensors"]))
  var weights: String?
  @Option(
    help: "Inputs x [B, C, H, W], and labels [B] unless --labels names them.", completion: .file(extensions: ["safetensors"]))
  var input: String?
  @Option(help: "Take so many test images of the configuration's data in the place of --input; they are written too.")
  var images: Int?
  @Option(help: "A file with labels [B]; without it only the free phase runs.", completion: .file(extensions: ["safetensors"]))
  var labels: String?
  @Option(help: "Where to write.", completion: .file(extensions: ["safetensors"])) var output: String
  @Option(name: .customLong("set"), parsing: .singleValue, help: "Overrides one key of the configuration. May be repeated.")
  var overrides: [String] = []

  /// Whether the configuration is that of a run, whose weights are there too.
  private var isRun: Bool { config.hasSuffix(".safetensors") || UserPath.isFolder(config) }

  func validate() throws {
    guard weights != nil || isRun else { throw ValidationError("--weights is missing: a configuration has none of its own") }
    guard (input == nil) != (images == nil) else { throw ValidationError("expected either --input or --images") }
    guard labels == nil || input != nil else { throw ValidationError("--labels goes with --input; --images have their own") }
  }

  func run() {
    Job.run { world in
      let run = isRun ? try RelaxationRun.run(config, overrides: try overrides.map { try ConfigurationOverride($0) }) : nil
      let configuration = try run?.configuration ?? Configuration(config, overrides: overrides, over: world)
      let weights = weights ?? run?.weights ?? ""
      let relaxation =
        if let input {
          try RelaxationRun(configuration, weights: weights, input: input, labels: labels)
        } else {
          try RelaxationRun(configuration, weights: weights, images: images ?? 1, over: world)
        }
      if let result = try relaxation.run(over: world) {
        try result.write(to: output)
        print("wrote \(output)")
      }
      return 0
    }
  }
}
