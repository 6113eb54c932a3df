import Configuration
import Files
import Foundation

/// The weights of a checkpoint alone, or their average where it has one: a file that can be evaluated and begun with, but not
/// resumed.
package struct WeightExport {
  /// Of what is written.
  package var tensors: [String: Tensor] { checkpoint.tensors }
  private let source: String
  private let checkpoint: Checkpoint

  /// - Parameter path: a checkpoint or a run folder.
  /// - Throws: `CheckpointError` if it is none; `TensorError` that names the first tensor that is missing, has another shape, or
  ///   holds a number beyond the range of `precision`.
  package init(_ path: String, precision: WeightPrecision = .f32) throws {
    source = try CheckpointLocation.file(of: path)
    var checkpoint = try Checkpoint(contentsOf: source)
    let layout = try ConfiguredNetwork(Configuration(yaml: checkpoint.configuration, source: source)).layout
    let weights = try TensorFile(tensors: checkpoint.tensors).weights(of: layout, in: source)
    checkpoint.tensors = [:]
    for (name, tensor) in weights.sorted(by: { $0.key < $1.key }) {
      do {
        checkpoint.tensors[name] = try tensor.rounded(to: precision)
      } catch let error as TensorError {
        throw TensorError("\(source): tensor `\(name)`: \(error); export with a precision of a wider range, such as f32")
      }
    }
    // No training continues from here.
    checkpoint.extra = checkpoint.extra.filter { !$0.key.hasPrefix("position.") && $0.key != TrainingRun.epochMeansKey }
    self.checkpoint = checkpoint
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Returns: whether an older file was replaced.
  /// - Throws: `FileError`, also where the file is the checkpoint itself.
  package func write(to path: String) throws -> Bool {
    let files = FileManager.default
    let exists = files.fileExists(atPath: path)
    guard !exists || !Self.isSame(path, source) else {
      throw FileError(path: path, reason: "is the checkpoint that is exported; name another file to write")
    }
    try checkpoint.write(to: path)
    return exists
  }

  /// Whether two paths name one file, by links too.
  private static func isSame(_ path: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(path, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
