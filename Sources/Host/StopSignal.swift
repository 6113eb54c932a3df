import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGUSR1 (what batch systems send before the limit) as a flag that the training asks for between two steps.
///
/// A second SIGINT leaves at once.
public enum StopSignal {
  private static let received = Atomic<Int32>(0)
  private static let interruptions = Atomic<Int>(0)

  /// Takes over the signals from now on.
  public static func install() {
    for signal in [SIGINT, SIGTERM, SIGUSR1] { Foundation.signal(signal) { StopSignal.receive($0) } }
  }

  /// Whether a signal has come.
  public static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// "SIGTERM" and so on, `nil` before any has come.
  public static var name: String? {
    switch received.load(ordering: .relaxed) {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGUSR1: "SIGUSR1"
    default: nil
    }
  }

  /// Forgets a signal that came.
  public static func reset() {
    received.store(0, ordering: .relaxed)
    interruptions.store(0, ordering: .relaxed)
  }

  /// In a signal handler only lock-free atomics and `_exit` are allowed.
  private static func receive(_ signal: Int32) {
    received.store(signal, ordering: .relaxed)
    if signal == SIGINT, interruptions.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + SIGINT) }
  }
}
