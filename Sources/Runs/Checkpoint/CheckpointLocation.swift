import Foundation

/// Where the checkpoint is that a user means by a file or by a run folder.
public enum CheckpointLocation {
  /// The file itself, or of a run folder the best checkpoint, or the last one where none is the best.
  ///
  /// - Throws: `CheckpointError` if there is no such file, or no checkpoint in the folder.
  public static func file(of path: String) throws -> String {
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
