import Files
import Foundation
import MPI

extension Question {
  /// Reads or draws a problem on every rank; what comes on standard input, `-`, the first rank reads for all. Notes on how it was read
  /// go to standard error, once. Collective.
  ///
  /// - Parameter use: what the problem is for. If ranks can share its spins for that, each draws or reads a part of a problem that is to be
  ///   spread, or that it cannot hold (`PartQuestion`).
  /// - Throws: `ProblemFileError` or `ProblemError` if the file holds no such problem.
  package init(file: String, _ settings: QuestionSettings, for use: (any ProblemUse)? = nil, over world: Communicator) throws {
    if let use, let parts = try PartQuestion(named: file, settings, for: use, over: world) {
      self = .parts(parts)
    } else if let use, let parts = try PartQuestion(file: file, settings, for: use, over: world) {
      self = .parts(parts)
    } else if file == "-" {
      let limit = ProblemFile.greatestSize
      let own = world.rank == 0 ? [UInt8](try FileHandle.standardInput.read(upToCount: limit) ?? Data()) : []
      guard own.count < limit else {
        throw FileError(
          path: "standard input",
          reason: "has \(limit) bytes or more, which is more of this machine's memory than a file may take")
      }
      // Whoever writes there may take any time.
      var readers = world
      if world.rank > 0 { readers.deadline = nil }
      self = try Question(try readers.broadcastVarying(own, root: 0), named: "standard input", settings)
    } else {
      self = try Question(file: file, settings)
    }
    if world.rank == 0 { for note in notes { FileHandle.standardError.write(Data("note: \(file): \(note)\n".utf8)) } }
  }

  /// What a user should know of how the file was read.
  private var notes: [String] {
    switch self {
    case .spins(let spins): spins.notes
    case .parts(let parts): parts.notes
    case .communities(let communities): communities.notes
    }
  }
}
