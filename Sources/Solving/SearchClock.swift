import Foundation
import Kernels

/// The time that a search has taken, and whether it is over: by time, by its target, or because it was asked to stop.
///
/// Ranks that share spins ask together, and get one answer (`StopAgreement`).
final class SearchClock {
  private let start: Double
  private let kind: SolverSettings.Clock
  private let limit: Double?
  private let shouldStop: () throws -> Bool
  /// Set when the target is reached.
  var hasReachedTarget = false
  /// Set once the search was asked to stop.
  private(set) var wasStopped = false

  private let agreement: StopAgreement

  init(_ settings: SolverSettings, agreement: StopAgreement, shouldStop: @escaping () throws -> Bool) {
    self.agreement = agreement
    kind = settings.clock
    limit = settings.time?.seconds
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
    return max(limit - (try agreement.common(seconds)), 0)
  }

  /// Collective.
  func isOver() throws -> Bool {
    // What happened here counts more than the time, and what happened to one happens to all.
    let isAsked = try wasStopped || shouldStop()
    let isDone = hasReachedTarget || seconds >= limit ?? .infinity
    let decision = try agreement.decide(isAsked ? .stop : isDone ? .beDone : .goOn)
    wasStopped = decision == .stop
    return decision > .goOn
  }

  static func now(_ kind: SolverSettings.Clock) -> Double {
    var time = timespec()
    clock_gettime(kind == .wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
