import Files
import Foundation
import MPI

/// Whether and how a long search or sampling is kept, so that it can go on.
package struct LongRunSettings {
  /// The folder; `nil`: it is kept nowhere.
  package var path: String?
  /// Whether a checkpoint that is there is gone on from.
  package var resumes = false
  /// Between two checkpoints.
  package var minutes = 15.0

  package init() {}

  /// Collective.
  func open(over world: Communicator) throws -> LongRunFolder? {
    try path.map { try LongRunFolder($0, resumes: resumes, minutes: minutes, over: world) }
  }
}

/// The folder of a long search or sampling, which rank 0 locks for as long as this lives: checkpoints, and at the end the result.
package struct LongRunFolder {
  package let path: String
  /// Whether a checkpoint that is there is gone on from.
  package let resumes: Bool
  /// Between two checkpoints.
  package let minutes: Double
  private let lock: RunLock?

  /// Collective.
  ///
  /// - Throws: `RunFolderError` if another process has locked it, `FileError` if it cannot be made.
  package init(_ path: String, resumes: Bool, minutes: Double, over world: Communicator) throws {
    (self.path, self.resumes, self.minutes) = (path, resumes, minutes)
    var lock: RunLock?
    if world.rank == 0 {
      try FileBytes.createFolder(path)
      lock = try RunLock(folder: path) { FileHandle.standardError.write(Data("warning: \($0)\n".utf8)) }
    }
    self.lock = lock
    // Others look when the folder is there.
    try world.barrier()
  }

  /// Writes the result, for programs and for people.
  package func write(json: String, text: String) throws {
    try AtomicFile.write(json + "\n", to: "\(path)/result.json")
    try AtomicFile.write(text + "\n", to: "\(path)/result.txt")
  }

  /// Lets others use the folder.
  package func release() { lock?.release() }
}
