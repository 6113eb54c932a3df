import Foundation

/// How a search went: each state that was better than all before it, with its time.
public struct SearchTrace: Sendable, Equatable {
  /// What was found when: `measure` is the energy, or the cut, after so many seconds.
  public struct Point: Sendable, Equatable {
    public var seconds: Double
    public var measure: Double

    public init(seconds: Double, measure: Double) {
      self.seconds = seconds
      self.measure = measure
    }
  }

  /// What is measured: `cut`, `energy`.
  public let measureName: String
  public private(set) var points: [Point] = []

  public init(measureName: String) { self.measureName = measureName }

  /// Notes a state that is better than all before it.
  public mutating func append(seconds: Double, measure: Double) {
    points.append(Point(seconds: seconds, measure: measure))
  }

  /// A header, and a line for each point.
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
