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

  /// The shortest time that is told apart on the logarithmic axis.
  private static let shortest = 1e-3

  /// The picture as an SVG file.
  package var svg: String { chart.file }

  var chart: Chart {
    let first = pow(10, (log10(max(trace.points.first?.seconds ?? 0, Self.shortest))).rounded(.down))
    let last = max(seconds, first * 10)
    var points = trace.points.map { (x: max($0.seconds, first), y: $0.measure) }
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
      title: title, xTitle: "seconds", yTitle: trace.measureName, xScale: .logarithmic, legend: isRising ? .bottom : .top,
      series: series)
  }
}
