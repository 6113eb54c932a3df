import ArgumentParser
import Experiments
import Files
import Foundation
import MPI

/// Where a long search or sampling is kept, so that it can go on.
struct LongRunOptions: ParsableArguments {
  @Option(help: "A folder for checkpoints and the result.", completion: .directory)
  var runDir: String?

  @Flag(help: "Resume from the checkpoint in --run-dir, on any number of ranks, or begin if there is none.")
  var resume = false

  @Option(help: ArgumentHelp("Between two checkpoints.", valueName: "minutes"))
  var checkpointEvery = 15.0

  func validate() throws {
    if resume, runDir == nil { throw ValidationError("--resume needs --run-dir, the folder of the run to resume") }
    guard checkpointEvery > 0, checkpointEvery.isFinite else {
      throw ValidationError("--checkpoint-every \(checkpointEvery): expected minutes, more than 0")
    }
  }

  /// The folder of a run, which rank 0 locks.
  struct Opened {
    let path: String
    let resumes: Bool
    let minutes: Double
    let lock: RunLock?

    /// The result, for programs and for people.
    func write(json: String, text: String) throws {
      try AtomicFile.write(json + "\n", to: "\(path)/result.json")
      try AtomicFile.write(text + "\n", to: "\(path)/result.txt")
    }
  }

  /// Collective.
  func open(on world: Communicator) throws -> Opened? {
    guard let runDir else { return nil }
    var lock: RunLock?
    if world.rank == 0 {
      try FileBytes.createFolder(runDir)
      lock = try RunLock(folder: runDir) { FileHandle.standardError.write(Data("warning: \($0)\n".utf8)) }
    }
    // Others look when the folder is there.
    try world.barrier()
    return Opened(path: runDir, resumes: resume, minutes: checkpointEvery, lock: lock)
  }
}
