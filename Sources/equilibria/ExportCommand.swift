import ArgumentParser
import Experiments
import Files

extension WeightPrecision: ExpressibleByArgument {}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes only the weights of a checkpoint, optionally at half precision.",
    discussion: """
      The configuration is included, so that evaluate, train --initial and inspect accept the file; the optimiser's moments and \
      the position in the training are not. For a run folder, the best checkpoint is used. If a checkpoint holds an average of the \
      weights (learning.averaging), the average is written.

        equilibria export runs/mine --output mine.safetensors
        equilibria export runs/mine --output mine.safetensors --precision bf16
      """)

  @Argument(help: "A checkpoint or a run folder.", completion: .file(extensions: ["safetensors"]))
  var checkpoint: String

  @Option(help: "Where to write.", completion: .file(extensions: ["safetensors"])) var output: String

  @Option(help: "Precision of the numbers, rounded to nearest; a number beyond the range of f16 or bf16 is an error.")
  var precision = WeightPrecision.f32

  func run() throws {
    let export = try WeightExport(checkpoint, precision: precision)
    let isReplaced = try export.write(to: output)
    let (numbers, bytes) = export.tensors.values.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.bytes.count) }
    print(
      "wrote \(output)\(isReplaced ? ", in place of an older file" : ""): \(counted(numbers, "weight")) in \(counted(export.tensors.count, "tensor")), "
        + "\(precision.rawValue), \(bytes) bytes")
  }
}
