import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGUSR1 (what batch systems send before the limit) as a flag that the training asks for between two steps.
///
/// A second SIGINT leaves at once.
package enum StopSignal {
  private static let received = Atomic<Int32>(0)
  private static let interruptions = Atomic<Int>(0)

  /// Takes over the signals from now on.
  package static func install() {
    for signal in [SIGINT, SIGTERM, SIGUSR1] { Foundation.signal(signal) { StopSignal.receive($0) } }
  }

  /// Whether a signal has come.
  package static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// "SIGTERM" and so on, `nil` before any has come.
  package static var name: String? {
    switch received.load(ordering: .relaxed) {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGUSR1: "SIGUSR1"
    default: nil
    }
  }

  /// Forgets a signal that came.
  package static func reset() {
    received.store(0, ordering: .relaxed)
    interruptions.store(0, ordering: .relaxed)
  }

  /// In a signal handler only lock-free atomics and `_exit` are allowed.
  private static func receive(_ signal: Int32) {
    received.store(signal, ordering: .relaxed)
    if signal == SIGINT, interruptions.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + SIGINT) }
  }
}

/// Exit codes besides 0, and 64 for a wrong command line.
package enum Exit {
  /// A signal came and the checkpoint is written: run the command again with --resume (`EX_TEMPFAIL`).
  package static let stopped: Int32 = 75
  /// A sampling run has not converged, and was asked to be (--require-converged).
  package static let notConverged: Int32 = 77

  private static let predecessor = Atomic<Int32>(0)

  /// Lets this process leave after another one of its node, or after two seconds, with `stopped`.
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
