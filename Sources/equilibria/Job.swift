import ArgumentParser
import Files
import Foundation
import Host
import Kernels
import MPI

/// What a command does on every rank.
enum Job {
  /// Seconds that a rank waits for the others where nothing else is said.
  static let usualTimeout = 1800.0

  /// Runs `body` under MPI; what it throws ends the whole job with one message.
  ///
  /// - Parameters:
  ///   - timeout: seconds that a rank waits for the others.
  ///   - body: takes the communicator of all ranks, and returns the exit code.
  static func run(timeout: Double = usualTimeout, _ body: (Communicator) throws -> Int32) -> Never {
    Environment.run(deadline: Duration(limit: timeout), exitCodeForError: code) { world in
      try InstructionSet.checkEnvironment()
      let code = try body(world)
      try flushOutput()
      return code
    }
  }

  /// Brings to its end what was printed: a full disk is an error, a reader that has gone away, such as `head`, is none.
  static func flushOutput() throws {
    guard let reason = StandardOutput.flush() else { return }
    throw FileError(path: "standard output", reason: "cannot be written: \(reason)", writing: true)
  }

  /// The exit code of a job that a signal stopped, with which the first rank of each node leaves before the others, see
  /// `Exit.leave(after:)`. Collective.
  static func stopped(on world: Communicator) throws -> Int32 {
    guard var node = Environment.current?.node else { return Exit.stopped }
    (node.deadline, node.rollCall) = (world.deadline, world.rollCall)
    let first = try node.broadcast(getpid(), root: 0)
    if node.rank > 0 { Exit.leave(after: first) }
    return Exit.stopped
  }

  /// Ends a process that has not started MPI: with a message, or with the help or the version that was asked for. Where a launcher
  /// has started several, one speaks.
  static func end(_ error: any Error) -> Never {
    let known = Equilibria.exitCode(for: error)
    let code = known == .failure ? code(for: error) : known.rawValue
    guard Environment.launchedRank ?? 0 == 0 else {
      // The launcher ends the job with the first that leaves, which is the one that speaks.
      usleep(300_000)
      exit(code)
    }
    guard known == .failure else { Equilibria.exit(withError: error) }
    say("Error: \(error)")
    exit(code)
  }

  private static func code(for error: any Error) -> Int32 { error is ValidationError ? Exit.usage : Exit.code(for: error) }

  /// Writes a line to standard error.
  static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
}
