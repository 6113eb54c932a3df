import Foundation

/// Lines, points or bars over a common axis, as SVG.
package struct Chart {
  package struct Series {
    package enum Style { case line, dashed, points, steps, bars }

    package var name: String
    /// Which colour of the palette.
    package var colour: Int
    package var style = Style.line
    package var points: [(x: Double, y: Double)]
    /// Half the length of the bar through each point, as many as points or none.
    package var errors: [Double] = []

    package init(
      name: String, colour: Int, style: Style = .line, points: [(x: Double, y: Double)], errors: [Double] = []
    ) {
      self.name = name
      self.colour = colour
      self.style = style
      self.points = points
      self.errors = errors
    }
  }

  package enum LegendPlace { case top, bottom }

  package var title: String
  package var xTitle: String
  package var yTitle: String
  package var xScale = Axis.Scale.linear
  package var yScale = Axis.Scale.linear
  /// Marks of the horizontal axis; round numbers if `nil`.
  package var xMarks: [Double]?
  package var includesZero = false
  /// At which end of the right side the names of the series stand.
  package var legend = LegendPlace.top
  package var series: [Series]

  package init(
    title: String, xTitle: String, yTitle: String, xScale: Axis.Scale = .linear, yScale: Axis.Scale = .linear,
    xMarks: [Double]? = nil, includesZero: Bool = false, legend: LegendPlace = .top, series: [Series]
  ) {
    self.title = title
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.xScale = xScale
    self.yScale = yScale
    self.xMarks = xMarks
    self.includesZero = includesZero
    self.legend = legend
    self.series = series
  }

  /// Told apart by most colour-blind readers (Okabe & Ito 2008), black last.
  package static let palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A7F00", "#555555"]

  package static func colour(_ index: Int) -> String { palette[index % palette.count] }

  /// Points of a line beyond these are thinned out: a chart is some hundred pixels wide.
  private static let mostPoints = 500

  private static let size = (width: 560.0, height: 320.0)
  private static let margin = (left: 62.0, right: 16.0, top: 34.0, bottom: 46.0)

  private var plot: (width: Double, height: Double) {
    (Self.size.width - Self.margin.left - Self.margin.right, Self.size.height - Self.margin.top - Self.margin.bottom)
  }

  package var isEmpty: Bool { series.allSatisfy(\.points.isEmpty) }

  package var svg: String {
    let values = series.flatMap { series in
      series.points.enumerated().flatMap { index, point in
        let error = index < series.errors.count ? series.errors[index] : 0
        return [point.y - error, point.y + error]
      }
    }
    let x = xMarks.map { Axis(marks: $0, scale: xScale) } ?? Axis(series.flatMap { $0.points.map(\.x) }, scale: xScale, count: 6)
    let y = Axis(values, scale: yScale, includesZero: includesZero)
    let parts = frame(x, y) + series.map { draw($0, x, y) } + [names]
    return """
      <svg class="chart" viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" role="img" \
      aria-label="\(title.escapedForMarkup)" xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif">
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }

  // MARK: - Parts

  private func left(_ place: Double) -> String { Self.number(Self.margin.left + place * plot.width) }
  private func top(_ place: Double) -> String { Self.number(Self.margin.top + (1 - place) * plot.height) }
  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private func frame(_ x: Axis, _ y: Axis) -> [String] {
    let bottom = Self.size.height - Self.margin.bottom
    let verticals = x.ticks.compactMap { tick -> String? in
      guard let place = x.place(tick), (-1e-9...1 + 1e-9).contains(place) else { return nil }
      return """
        <line class="grid" x1="\(left(place))" x2="\(left(place))" y1="\(top(0))" y2="\(top(1))"/>\
        <text class="mark" x="\(left(place))" y="\(Self.number(bottom + 15))" text-anchor="middle">\(Axis.label(tick))</text>
        """
    }
    let horizontals = y.ticks.compactMap { tick -> String? in
      guard let place = y.place(tick), (-1e-9...1 + 1e-9).contains(place) else { return nil }
      return """
        <line class="grid" x1="\(left(0))" x2="\(left(1))" y1="\(top(place))" y2="\(top(place))"/>\
        <text class="mark" x="\(Self.number(Self.margin.left - 6))" y="\(top(place))" dy="0.35em" text-anchor="end">\(Axis.label(tick))</text>
        """
    }
    let middle = Self.number(Self.margin.left + plot.width / 2)
    return verticals + horizontals + [
      "<text class=\"title\" x=\"\(middle)\" y=\"16\" text-anchor=\"middle\">\(title.escapedForMarkup)</text>",
      "<text class=\"mark\" x=\"\(middle)\" y=\"\(Int(Self.size.height - 8))\" text-anchor=\"middle\">\(xTitle.escapedForMarkup)</text>",
      "<text class=\"mark\" transform=\"translate(12 \(Int(Self.size.height / 2 - 6))) rotate(-90)\" text-anchor=\"middle\">"
        + "\(yTitle.escapedForMarkup)</text>",
    ]
  }

  private func draw(_ series: Series, _ x: Axis, _ y: Axis) -> String {
    let colour = Self.colour(series.colour)
    let points = series.style == .steps ? series.points : Self.thinned(series.points)
    let places = points.map { (x: x.place($0.x), y: y.place($0.y)) }
    if series.style == .points { return drawPoints(series, x, y) }
    if series.style == .bars { return drawBars(series, x, y) }
    // A point that the axis cannot show interrupts the line.
    var path = ""
    var isDown = false
    for place in places {
      guard let x = place.x, let y = place.y else {
        isDown = false
        continue
      }
      // A step keeps its height until the next point.
      path += isDown && series.style == .steps ? "H\(left(x))V\(top(y))" : "\(isDown ? "L" : "M")\(left(x)) \(top(y))"
      isDown = true
    }
    let dash = series.style == .dashed ? " stroke-dasharray=\"5 4\"" : ""
    var parts = ["<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.6\"\(dash)/>"]
    // A line of one point would not be seen.
    if series.points.count == 1 { parts.append(drawPoints(series, x, y)) } else { parts += errorBars(series, x, y) }
    return parts.joined(separator: "\n")
  }

  private func drawPoints(_ series: Series, _ x: Axis, _ y: Axis) -> String {
    let colour = Self.colour(series.colour)
    let circles = series.points.compactMap { point -> String? in
      guard let across = x.place(point.x), let up = y.place(point.y) else { return nil }
      return "<circle cx=\"\(left(across))\" cy=\"\(top(up))\" r=\"3\" fill=\"\(colour)\">"
        + "<title>\(series.name.escapedForMarkup): \(Axis.label(point.x)), \(Axis.label(point.y))</title></circle>"
    }
    return (circles + errorBars(series, x, y)).joined(separator: "\n")
  }

  /// A bar from zero to each point, or from the lower end of an axis without zero.
  private func drawBars(_ series: Series, _ x: Axis, _ y: Axis) -> String {
    let places = series.points.compactMap { point in x.place(point.x).map { $0 * plot.width } }.sorted()
    let nearest = zip(places, places.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }.min() ?? plot.width
    let width = min(max(0.8 * nearest, 2), 24)
    let bottom = min(max(y.place(0) ?? 0, 0), 1)
    return series.points.compactMap { point -> String? in
      guard let across = x.place(point.x), let up = y.place(point.y) else { return nil }
      let middle = Self.margin.left + across * plot.width
      return """
        <rect x="\(Self.number(middle - width / 2))" y="\(top(max(up, bottom)))" width="\(Self.number(width))" \
        height="\(Self.number(abs(up - bottom) * plot.height))" fill="\(Self.colour(series.colour))">\
        <title>\(Axis.label(point.x)): \(Axis.label(point.y))</title></rect>
        """
    }.joined(separator: "\n")
  }

  private func errorBars(_ series: Series, _ x: Axis, _ y: Axis) -> [String] {
    zip(series.points, series.errors).compactMap { point, error in
      guard let across = x.place(point.x), let low = y.place(point.y - error), let high = y.place(point.y + error) else {
        return nil
      }
      let place = left(across)
      return
        "<line x1=\"\(place)\" x2=\"\(place)\" y1=\"\(top(low))\" y2=\"\(top(high))\" stroke=\"\(Self.colour(series.colour))\"/>"
    }
  }

  /// The mean of every so many neighbouring points.
  package static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard points.count > mostPoints else { return points }
    let bundle = (points.count + mostPoints - 1) / mostPoints
    return stride(from: 0, to: points.count, by: bundle).map { first in
      let some = points[first..<min(first + bundle, points.count)]
      return (some.reduce(0) { $0 + $1.x } / Double(some.count), some.reduce(0) { $0 + $1.y } / Double(some.count))
    }
  }

  private var names: String {
    let shown = series.filter { !$0.points.isEmpty }
    guard shown.count > 1 else { return "" }
    let top =
      legend == .top
      ? Self.margin.top + 12 : Self.size.height - Self.margin.bottom - 12 - Double(shown.count - 1) * 15
    return shown.enumerated().map { index, series in
      let y = top + Double(index) * 15
      let x = Self.size.width - Self.margin.right - 8
      let dash = series.style == .dashed ? " stroke-dasharray=\"5 4\"" : ""
      return """
        <line x1="\(Self.number(x - 18))" x2="\(Self.number(x))" y1="\(Self.number(y))" y2="\(Self.number(y))" \
        stroke="\(Self.colour(series.colour))" stroke-width="2"\(dash)/>\
        <text class="mark" x="\(Self.number(x - 22))" y="\(Self.number(y))" dy="0.35em" text-anchor="end">\(series.name.escapedForMarkup)</text>
        """
    }.joined(separator: "\n")
  }

  /// The style sheet that a chart needs where it stands alone.
  package static let style = """
    .grid { stroke: #8884; stroke-width: 0.7 } .mark { font-size: 11px; fill: #666 } .title { font-size: 13px; fill: currentColor }
    """

  /// A file of its own, with its style.
  package var file: String {
    let style = "<style>\(Self.style)</style><rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    guard let end = svg.firstIndex(of: ">") else { return svg }
    return String(svg[...end]) + style + String(svg[svg.index(after: end)...]) + "\n"
  }
}
