import ArgumentParser
import Experiments
import MPI

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
      """)

  @Argument(
    help: "The configuration: its network, relaxation, cost, estimator and nudge are used.",
    completion: .file(extensions: ["yaml"]))
  var config: String

  @Option(help: "Weights and biases.", completion: .file(extensions: ["safetensors"])) var weights: String
  @Option(
    help: "Inputs x [B, C, H, W], and labels [B] unless --labels names them.", completion: .file(extensions: ["safetensors"]))
  var input: String
  @Option(help: "A file with labels [B]; without it only the free phase runs.", completion: .file(extensions: ["safetensors"]))
  var labels: String?
  @Option(help: "Where to write.", completion: .file(extensions: ["safetensors"])) var output: String
  @Option(name: .customLong("set"), parsing: .singleValue, help: "Overrides one key of the configuration. May be repeated.")
  var overrides: [String] = []

  func run() {
    Job.run { world in
      let configuration = try Job.configuration(config, overrides: overrides, over: world)
      let relaxation = try RelaxationRun(configuration, weights: weights, input: input, labels: labels)
      if let result = try relaxation.run(over: world) {
        try result.write(to: output)
        print("wrote \(output)")
      }
      return 0
    }
  }
}
