import Foundation

/// A search as a picture: the best measure so far against time, with a line where the best known value lies.
public struct TracePlot {
  public var trace: SearchTrace
  /// The line's end.
  public var seconds: Double
  public var title: String
  public var bestKnown: Double?

  public init(trace: SearchTrace, seconds: Double, title: String, bestKnown: Double? = nil) {
    self.trace = trace
    self.seconds = seconds
    self.title = title
    self.bestKnown = bestKnown
  }

  private static let width = 800.0
  private static let height = 480.0
  private static let left = 96.0
  private static let right = 24.0
  private static let top = 48.0
  private static let bottom = 56.0
  /// The shortest time that is told apart on the logarithmic axis.
  private static let shortest = 1e-3

  /// The picture as SVG.
  public var svg: String {
    let (low, high) = measureRange
    let first = pow(10, (log10(max(trace.points.first?.seconds ?? 0, Self.shortest))).rounded(.down))
    let last = max(seconds, first * 10)
    func x(_ time: Double) -> Double {
      let share = log10(max(time, first) / first) / log10(last / first)
      return Self.left + share * (Self.width - Self.left - Self.right)
    }
    func y(_ measure: Double) -> Double {
      Self.height - Self.bottom - (measure - low) / (high - low) * (Self.height - Self.top - Self.bottom)
    }
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" "
        + "font-family=\"sans-serif\" font-size=\"13\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      Self.label(title, Self.width / 2, 26, anchor: "middle", size: 16),
    ]
    for tick in Self.ticks(low, high) {
      lines.append(Self.rule(Self.left, y(tick), Self.width - Self.right, y(tick)))
      lines.append(Self.label(SearchTrace.text(tick), Self.left - 8, y(tick) + 4, anchor: "end"))
    }
    var decade = first
    while decade <= last * 1.0001 {
      lines.append(Self.rule(x(decade), Self.top, x(decade), Self.height - Self.bottom))
      lines.append(Self.label(String(format: "%g", decade), x(decade), Self.height - Self.bottom + 18, anchor: "middle"))
      decade *= 10
    }
    lines.append(Self.label("seconds", (Self.left + Self.width - Self.right) / 2, Self.height - 14, anchor: "middle"))
    lines.append(Self.label(trace.measureName, Self.left, Self.top - 8, anchor: "end"))
    if let bestKnown {
      lines.append(
        "<path d=\"M\(Self.number(Self.left)) \(Self.number(y(bestKnown)))H\(Self.number(Self.width - Self.right))\" "
          + "stroke=\"#c0392b\" stroke-dasharray=\"6 4\" fill=\"none\"/>")
      lines.append(
        Self.label(
          "best known \(SearchTrace.text(bestKnown))", Self.width - Self.right - 4, y(bestKnown) - 6, anchor: "end",
          colour: "#c0392b"))
    }
    lines.append("<path d=\"\(steps(x, y, until: last))\" stroke=\"#2471a3\" stroke-width=\"2\" fill=\"none\"/>")
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  /// The best value holds until a better one comes.
  private func steps(_ x: (Double) -> Double, _ y: (Double) -> Double, until last: Double) -> String {
    guard let first = trace.points.first else { return "" }
    var path = "M\(Self.number(x(first.seconds))) \(Self.number(y(first.measure)))"
    for point in trace.points.dropFirst() {
      path += "H\(Self.number(x(point.seconds)))V\(Self.number(y(point.measure)))"
    }
    return path + "H\(Self.number(x(last)))"
  }

  private var measureRange: (low: Double, high: Double) {
    let values = trace.points.map(\.measure) + (bestKnown.map { [$0] } ?? [])
    guard let low = values.min(), let high = values.max() else { return (0, 1) }
    let margin = max((high - low) * 0.06, max(abs(high), 1) * 1e-3)
    return (low - margin, high + margin)
  }

  /// Round numbers from `low` to `high`, about six.
  static func ticks(_ low: Double, _ high: Double) -> [Double] {
    let rough = (high - low) / 6
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    // A bound that is a round number but for its last digits counts as one.
    let first = (low / step - 1e-9).rounded(.up)
    return stride(from: first, through: (high / step + 1e-9).rounded(.down), by: 1).map { tick in
      // Steps below one would show their rounding.
      let value = tick * step
      return step >= 1 ? value : (value / power).rounded() * power
    }
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    "<path d=\"M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))\" stroke=\"#dddddd\"/>"
  }

  private static func label(
    _ text: String, _ x: Double, _ y: Double, anchor: String, size: Int = 13, colour: String = "#333333"
  ) -> String {
    let escaped = text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    return "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\" font-size=\"\(size)\" fill=\"\(colour)\">"
      + "\(escaped)</text>"
  }
}
