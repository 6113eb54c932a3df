import Files
import Foundation
import Ising

/// A search as a picture: the best measure so far against time, with a line where the best known value lies.
package struct TracePlot {
  package var trace: SearchTrace
  /// The line's end.
  package var seconds: Double
  package var title: String
  package var bestKnown: Double?

  package init(trace: SearchTrace, seconds: Double, title: String, bestKnown: Double? = nil) {
    self.trace = trace
    self.seconds = seconds
    self.title = title
    self.bestKnown = bestKnown
  }

  /// Times before this share of the search, and after a millisecond, are not told apart on the logarithmic axis.
  private static let shortest = (share: 1e-3, seconds: 1e-3)

  /// The picture as an SVG file.
  package var svg: String { chart.file }

  var chart: Chart {
    let end = max(seconds, trace.points.last?.seconds ?? 0)
    let shortest = end > 0 ? min(Self.shortest.seconds, end * Self.shortest.share) : Self.shortest.seconds
    let begin = pow(10, (log10(max(trace.points.first?.seconds ?? 0, shortest))).rounded(.down))
    let (unit, factor) = Self.unit(of: max(end, begin * 10))
    let (first, last) = (begin * factor, max(end, begin * 10) * factor)
    var points = trace.points.map { (x: max($0.seconds * factor, first), y: $0.measure) }
    // The best value holds until the end.
    if let best = trace.points.last { points.append((last, best.measure)) }
    var series = [Chart.Series(name: trace.measureName, colour: 0, style: .steps, points: points)]
    if let bestKnown {
      series.append(
        Chart.Series(
          name: "best known \(SearchTrace.text(bestKnown))", colour: 1, style: .dashed,
          points: [(first, bestKnown), (last, bestKnown)]))
    }
    let isRising = (trace.points.last?.measure ?? 0) > (trace.points.first?.measure ?? 0)
    return Chart(
      title: title, xTitle: unit, yTitle: trace.measureName, xScale: .logarithmic, legend: isRising ? .bottom : .top,
      series: series)
  }

  /// The unit in which a time is a number that can be read, and how many of it a second has.
  private static func unit(of seconds: Double) -> (name: String, perSecond: Double) {
    switch seconds {
    case ..<1e-3: ("microseconds", 1e6)
    case ..<1: ("milliseconds", 1e3)
    default: ("seconds", 1)
    }
  }
}
