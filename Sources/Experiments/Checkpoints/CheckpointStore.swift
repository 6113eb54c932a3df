import Files
import Foundation

/// The checkpoints of one run: the last two, the best by validation, and those that the caller keeps for good.
///
/// `step-00001234.safetensors` is the state after that many steps; `best.safetensors` the best one so far. Every file is written
/// whole before an older one goes, so that a run that is killed at any moment finds one.
package struct CheckpointStore: Sendable {
  /// Where the files lie.
  package let folder: String

  package static let bestName = "best.safetensors"

  package init(folder: String) {
    self.folder = folder
  }

  /// Those of the run in a folder.
  package init(run folder: String) {
    self.init(folder: "\(folder)/\(RunFolder.FileName.checkpoints.rawValue)")
  }

  /// Writes a checkpoint, then removes those before the last two.
  ///
  /// - Parameters:
  ///   - isBest: also keep it as the best one.
  ///   - isKept: whether that of a step is never removed.
  /// - Returns: where it was written.
  /// - Throws: `FileError`; the older checkpoints are intact.
  @discardableResult
  package func save(_ checkpoint: Checkpoint, isBest: Bool = false, isKept: (Int) -> Bool = { _ in false }) throws -> String {
    try FileBytes.createFolder(folder)
    let path = path(ofStep: checkpoint.step)
    // The best one first: a run that is killed between the two goes back to the step before and comes here again, whereas one
    // that continues from this step would never write it.
    if isBest { try checkpoint.write(to: bestPath) }
    try checkpoint.write(to: path)
    removeOld(after: checkpoint.step, isKept: isKept)
    return path
  }

  /// The last checkpoint that is whole; `nil` if there is none at all.
  ///
  /// - Parameter warn: told about every later one that is not.
  /// - Throws: `CheckpointError` if there are checkpoints and all are damaged.
  package func latest(warn: (String) -> Void) throws -> Checkpoint? {
    let steps = steps()
    for step in steps.reversed() {
      do {
        return try Checkpoint(contentsOf: path(ofStep: step))
      } catch {
        warn("checkpoint left out: \(error)")
      }
    }
    guard steps.isEmpty else { throw CheckpointError("\(folder): none of its \(steps.count) checkpoints can be read") }
    return nil
  }

  /// The best checkpoint by validation; `nil` if there is none.
  package func best() throws -> Checkpoint? {
    guard FileManager.default.fileExists(atPath: bestPath) else { return nil }
    return try Checkpoint(contentsOf: bestPath)
  }

  package var bestPath: String { "\(folder)/\(Self.bestName)" }

  /// Where the checkpoint after `step` steps lies.
  package func path(ofStep step: Int) -> String {
    let digits = String(step)
    return "\(folder)/step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).safetensors"
  }

  /// The steps of which there are checkpoints, whole or not, in ascending order.
  package func steps() -> [Int] {
    names().compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst("step-".count).dropLast(".safetensors".count))
    }
    .sorted()
  }

  private func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }

  /// Keeps the checkpoint of `step` and the one before it. A later one is a damaged file that a resumed run went back from, and a
  /// partial one was being written when a job was killed.
  private func removeOld(after step: Int, isKept: (Int) -> Bool) {
    let steps = steps()
    let before = steps.last { $0 < step }
    for other in steps where other != step && other != before && !(other < step && isKept(other)) {
      // One that cannot be removed costs room and nothing else.
      try? FileManager.default.removeItem(atPath: path(ofStep: other))
    }
    for name in names() where name.hasSuffix(AtomicFile.partialSuffix) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}

/// Where the checkpoint is that a user means by a file or by a run folder.
package enum CheckpointLocation {
  /// The file itself, or of a run folder the best checkpoint, or the last one where none is the best.
  ///
  /// - Throws: `CheckpointError` if there is no such file, or no checkpoint in the folder.
  package static func file(of path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CheckpointError("\(path): there is no such checkpoint or run folder")
    }
    guard isFolder.boolValue else { return path }
    let store = CheckpointStore(run: path)
    if FileManager.default.fileExists(atPath: store.bestPath) { return store.bestPath }
    guard let last = store.steps().last else {
      throw CheckpointError("\(path): is a folder without checkpoints; expected a checkpoint or a run folder")
    }
    return store.path(ofStep: last)
  }
}
