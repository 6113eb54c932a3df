import Foundation

/// How a search went: each state that was better than all before it, with its time.
public struct SearchTrace: Sendable, Equatable {
  /// What was found when: `measure` is the energy, or the cut, after so many seconds.
  public struct Point: Sendable, Equatable {
    /// Since the search began, in seconds of its clock.
    public var seconds: Double
    /// The best measure found so far.
    public var measure: Double

    /// `measure` was the best after `seconds`.
    public init(seconds: Double, measure: Double) {
      self.seconds = seconds
      self.measure = measure
    }
  }

  /// What is measured: `cut`, `energy`.
  public let measureName: String
  /// In the order of time, each better than the one before.
  public private(set) var points: [Point] = []

  /// A trace without points, of `cut` or `energy`.
  public init(measureName: String) { self.measureName = measureName }

  /// Notes a state that is better than all before it.
  public mutating func append(seconds: Double, measure: Double) {
    points.append(Point(seconds: seconds, measure: measure))
  }

  /// A header, and a line for each point.
  ///
  /// - Complexity: O(points).
  public var csv: String {
    points.reduce(into: "seconds,\(measureName)\n") { text, point in
      text += String(format: "%.6f", point.seconds) + ",\(SearchTrace.text(point.measure))\n"
    }
  }

  /// An integer without a point.
  public static func text(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
