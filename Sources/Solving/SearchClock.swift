import Foundation

/// The time that a search has taken, and whether it is over: by time, by its target, or because it was asked to stop.
final class SearchClock {
  private let start: Double
  private let kind: SolverSettings.Clock
  private let limit: Double?
  private let shouldStop: () -> Bool
  /// Set when the target is reached.
  var hasReachedTarget = false
  /// Set once the search was asked to stop.
  private(set) var wasStopped = false

  init(_ settings: SolverSettings, shouldStop: @escaping () -> Bool) {
    kind = settings.clock
    limit = settings.time
    self.shouldStop = shouldStop
    start = Self.now(kind)
  }

  var seconds: Double { Self.now(kind) - start }

  /// Seconds that are left; infinite without a limit.
  var left: Double { limit.map { max($0 - seconds, 0) } ?? .infinity }

  var isOver: Bool {
    if hasReachedTarget || wasStopped { return true }
    wasStopped = shouldStop()
    return wasStopped || left <= 0
  }

  static func now(_ kind: SolverSettings.Clock) -> Double {
    var time = timespec()
    clock_gettime(kind == .wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
