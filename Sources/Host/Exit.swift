import Foundation
import Synchronization

/// Exit codes besides 0 (docs/guide/exit-codes.md); the first five are those of sysexits.h.
package enum Exit {
  /// The command line is wrong (`EX_USAGE`).
  package static let usage: Int32 = 64
  /// A file that was given cannot be read or used: configuration, data, weights, problem (`EX_DATAERR`).
  package static let input: Int32 = 65
  /// Any other error (`EX_SOFTWARE`).
  package static let error: Int32 = 70
  /// A file cannot be written (`EX_OSERR`).
  package static let disk: Int32 = 71
  /// A signal came and the state is saved: run the command again, a training with --resume (`EX_TEMPFAIL`).
  package static let stopped: Int32 = 75
  /// A training has left the numbers.
  package static let diverged: Int32 = 76
  /// The result is there, and has not converged.
  package static let notConverged: Int32 = 77

  private static let predecessor = Atomic<Int32>(0)

  /// Lets this process leave after another one of its host, or after two seconds, with `stopped`.
  ///
  /// Once MPICH's launcher (4.0) has passed a signal on, it takes the exit codes only of processes that leave while another one of
  /// their node is still there; those of the last ones count as 0. A process is gone when the launcher has asked for its code.
  /// For use at the very end, after `MPI_Finalize`.
  package static func leave(after process: Int32) {
    predecessor.store(process, ordering: .relaxed)
    atexit { Exit.awaitPredecessor() }
  }

  private static func awaitPredecessor() -> Never {
    let process = predecessor.load(ordering: .relaxed)
    for round in 0..<200 {
      guard kill(process, 0) == 0 else { break }
      // The launcher asks when a stream is closed, and may have done so a moment too early: the end of this process's output, of
      // which libraries keep copies, makes it ask again.
      if round == 10 { for descriptor in 1..<1024 where descriptor != STDERR_FILENO { close(Int32(descriptor)) } }
      usleep(10_000)
    }
    _exit(stopped)
  }
}
