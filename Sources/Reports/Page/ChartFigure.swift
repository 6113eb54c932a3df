import Files
import Foundation

/// A chart as an element of a page: SVG, and its numbers, of which the page's script makes a chart that can be explored.
struct ChartFigure {
  let chart: Chart
  /// A line below it.
  var note = ""

  init(_ chart: Chart, note: String = "") {
    self.chart = chart
    self.note = note
  }

  /// Charts side by side, as many as fit; those without a point are left out.
  static func row(_ charts: [Chart]) -> String {
    let figures = charts.filter { !$0.isEmpty }.map { ChartFigure($0).html }
    return figures.isEmpty ? "" : "<div class=\"charts\">\(figures.joined(separator: "\n"))</div>"
  }

  var html: String {
    """
    <figure class="chart"><figcaption>\(HTML.escape(chart.title))</figcaption>
    <div class="plot">\(chart.svg)</div>
    <script type="application/json">\(json)</script>\
    \(note.isEmpty ? "" : HTML.paragraph(note, className: "note"))</figure>
    """
  }

  // MARK: - Numbers

  private struct Form: Encodable {
    struct Line: Encodable {
      var name: String
      var colour: Int
      var style: String
      var points: [[Double]]
      var errors: [Double]?
    }

    var title, x, y: String
    var xIsLogarithmic, yIsLogarithmic, includesZero: Bool
    var series: [Line]
  }

  /// The numbers, with nothing in them that ends a script element.
  private var json: String {
    let form = Form(
      title: chart.title, x: chart.xTitle, y: chart.yTitle, xIsLogarithmic: chart.xScale == .logarithmic,
      yIsLogarithmic: chart.yScale == .logarithmic, includesZero: chart.includesZero, series: chart.series.map(Self.line))
    return ((try? jsonText(form)) ?? "null").replacing("<", with: "\\u003c")
  }

  private static func line(_ series: Chart.Series) -> Form.Line {
    let isThinned = series.errors.isEmpty && (series.style == .line || series.style == .dashed)
    let points = isThinned ? Chart.thinned(series.points) : series.points
    let shown = points.enumerated().filter { $1.x.isFinite && $1.y.isFinite }
    let errors =
      series.errors.isEmpty ? nil : shown.map { rounded($0.offset < series.errors.count ? series.errors[$0.offset] : 0) }
    return Form.Line(
      name: series.name, colour: series.colour, style: "\(series.style)",
      points: shown.map { [rounded($0.element.x), rounded($0.element.y)] }, errors: errors)
  }

  /// More digits are not seen. Integers keep theirs.
  private static func rounded(_ value: Double) -> Double {
    guard value.isFinite, value != value.rounded() || abs(value) > 1e15 else { return value.isFinite ? value : 0 }
    return Double(String(format: "%.7g", value)) ?? value
  }
}
