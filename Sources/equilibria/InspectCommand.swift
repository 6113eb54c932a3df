import ArgumentParser
import Experiments
import Files
import Reports

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what a checkpoint, or any other safetensors file, holds.",
    discussion: """
      Lists tensors with their shapes and norms; for a checkpoint also its position in the training, its network and its \
      configuration. The checksum is verified. For a run folder, the best checkpoint is shown, or the last one if there is no best.

        equilibria inspect models/cifar10-small.safetensors
        equilibria inspect runs/mine
        equilibria inspect models/cifar10-small.safetensors --config > again.yaml
      """)

  @Argument(help: "A safetensors file or a run folder.", completion: .file(extensions: ["safetensors"]))
  var file: String

  @Flag(help: "Print only the checkpoint's configuration, as YAML that `train` takes.")
  var config = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() throws {
    let path = try CheckpointLocation.file(of: file)
    let report = try TensorFileReport(contentsOf: path)
    guard config else {
      print(json ? try jsonText(report) : report.text)
      return
    }
    guard let configuration = report.configuration else {
      throw CheckpointError("\(path): is not a checkpoint, so it carries no configuration")
    }
    print(configuration, terminator: "")
  }
}
