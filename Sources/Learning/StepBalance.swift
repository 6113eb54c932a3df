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
}

/// The seconds that a rank computes in a step, without those in which it waits for others.
struct ComputingClock {
  private let times: Profile
  private let start: Double

  /// Begins a step.
  init(_ times: Profile) {
    self.times = times
    start = Self.seconds(times)
  }

  /// Since the step began.
  var seconds: Double { Self.seconds(times) - start }

  /// Of the phases in which a rank waits for nobody.
  private static func seconds(_ times: Profile) -> Double { times[.load] + times[.field] + times[.step] + times[.gradient] }
}
