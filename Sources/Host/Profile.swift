#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where the time of a relaxation or training goes: seconds by phase, counted on the calling rank.
public final class Profile {
  /// What time is spent on.
  public enum Phase: Int, CaseIterable, Sendable {
    /// Products with weights: fields of relaxation.
    case field
    /// Local rules that move spins.
    case step
    /// Correlations of relaxed states.
    case gradient
    /// Packing rows for neighbours and starting their messages.
    case posted
    /// Waiting for neighbours' rows.
    case waited
    /// Sums over ranks: residuals and gradients.
    case reduce
    /// The optimiser's update, and weights rearranged for the products.
    case update
    /// Reading, augmenting and clamping images.
    case load
    /// Writing checkpoints.
    case checkpoint
    /// Accuracy on validation images.
    case evaluation
  }

  /// Seconds so far, in the order of `Phase.allCases`.
  public private(set) var seconds = Array(repeating: 0.0, count: Phase.allCases.count)

  /// All times zero.
  public init() {}

  /// Seconds of a phase so far.
  public subscript(phase: Phase) -> Double { seconds[phase.rawValue] }

  /// Counts the time that `body` takes.
  @inline(__always)
  public func measure<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
    let start = Self.now
    defer { seconds[phase.rawValue] += Self.now - start }
    return try body()
  }

  /// Counts the time that `body` takes and does not count itself.
  @inline(__always)
  public func measureRest<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
    let (start, counted) = (Self.now, total)
    defer { seconds[phase.rawValue] += Self.now - start - (total - counted) }
    return try body()
  }

  /// Counts a time that was measured otherwise: of what cannot be moved into a closure.
  public func add(_ phase: Phase, _ seconds: Double) { self.seconds[phase.rawValue] += seconds }

  private var total: Double { seconds.reduce(0, +) }

  /// Seconds of a clock that never goes back: some 25 ns a reading.
  public static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
