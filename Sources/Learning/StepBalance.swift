import Host

/// How evenly the steps of a training have been divided among its ranks.
///
/// Ranks wait for the slowest one in every step. Sums over the training would hide that: a rank that is slow in one step and fast in the next
/// one waits in the one and makes others wait in the other.
public struct StepBalance: Sendable {
  /// The seconds of the slowest rank of each step, added up.
  public private(set) var greatest = 0.0
  /// The mean seconds of the ranks in each step, added up.
  public private(set) var mean = 0.0

  /// No step yet.
  public init() {}

  /// Adds a step, by the seconds that ranks have computed.
  public mutating func add(greatest: Double, mean: Double) {
    self.greatest += greatest
    self.mean += mean
  }

  /// How many times as long as the mean the slowest rank of a step computes: 1 where nobody waits.
  public var ratio: Double { mean > 0 ? greatest / mean : 1 }

  /// The seconds that a rank has computed before it waits for others: those of the phases in which it does not wait.
  static func computing(_ times: Profile) -> Double { times[.load] + times[.field] + times[.step] + times[.gradient] }
}
