import Foundation
import Synchronization

/// SIGINT, SIGTERM, SIGUSR1 (what batch systems send before the limit) and SIGHUP (a terminal that closes) as a flag that the training asks
/// for between two steps.
///
/// A second SIGINT leaves at once. SIGHUP that is ignored, as under `nohup`, stays ignored. A reader of the output that goes away (SIGPIPE)
/// and SIGUSR2, which means nothing here, do no harm.
package enum StopSignal {
  private static let received = Atomic<Int32>(0)
  private static let interruptions = Atomic<Int>(0)

  /// Takes over the signals from now on.
  package static func install() {
    for signal in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] where signal != SIGHUP || !isIgnored(signal) {
      Foundation.signal(signal) { StopSignal.receive($0) }
    }
    for signal in [SIGPIPE, SIGUSR2] { Foundation.signal(signal, SIG_IGN) }
  }

  /// Whether a signal has come.
  package static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// "SIGTERM" and so on, `nil` before any has come.
  package static var name: String? {
    switch received.load(ordering: .relaxed) {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGUSR1: "SIGUSR1"
    case SIGHUP: "SIGHUP"
    default: nil
    }
  }

  /// Forgets a signal that came.
  package static func reset() {
    received.store(0, ordering: .relaxed)
    interruptions.store(0, ordering: .relaxed)
  }

  /// As Linux tells it: bit n − 1 of `SigIgn` stands for signal n.
  private static func isIgnored(_ signal: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigIgn:") }),
      let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) })
    else { return false }
    return mask >> UInt64(signal - 1) & 1 == 1
  }

  /// In a signal handler only lock-free atomics and `_exit` are allowed.
  private static func receive(_ signal: Int32) {
    received.store(signal, ordering: .relaxed)
    if signal == SIGINT, interruptions.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + SIGINT) }
  }
}
