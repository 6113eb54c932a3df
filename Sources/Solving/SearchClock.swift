import Foundation

/// The time that a search has taken, and whether it is over: by time, by its target, or because it was asked to stop.
///
/// Ranks that share spins ask together, and get one answer.
final class SearchClock {
  private let start: Double
  private let kind: SolverSettings.Clock
  private let limit: Double?
  private let shouldStop: () -> Bool
  /// Set when the target is reached.
  var hasReachedTarget = false
  /// Set once the search was asked to stop.
  private(set) var wasStopped = false

  private let agree: (Double) throws -> Double

  /// - Parameter agree: makes one number of those that the ranks give.
  init(
    _ settings: SolverSettings, shouldStop: @escaping () -> Bool, agree: @escaping (Double) throws -> Double = { $0 }
  ) {
    self.agree = agree
    kind = settings.clock
    limit = settings.time
    self.shouldStop = shouldStop
    start = Self.now(kind)
  }

  /// Of this rank.
  var seconds: Double { Self.now(kind) - start }

  /// Whether there is a limit.
  var isLimited: Bool { limit != nil }

  /// Seconds that are left; infinite without a limit. Collective.
  func left() throws -> Double {
    guard let limit else { return .infinity }
    return max(limit - (try agree(seconds)), 0)
  }

  /// Collective.
  func isOver() throws -> Bool {
    // What happened here counts more than the time, and what happened to one happens to all.
    let own = wasStopped || shouldStop() ? 2.0 : hasReachedTarget || seconds >= limit ?? .infinity ? 1.0 : 0
    let all = try agree(own)
    wasStopped = all == 2
    return all > 0
  }

  static func now(_ kind: SolverSettings.Clock) -> Double {
    var time = timespec()
    clock_gettime(kind == .wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
