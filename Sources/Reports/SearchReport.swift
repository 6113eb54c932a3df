import Files
import Foundation

/// One HTML page about a search for a ground state, which needs nothing else.
package struct SearchReport {
  /// A value that was reached, and by how many reads.
  package struct Level {
    package var value: Double
    package var reads: Int

    package init(value: Double, reads: Int) {
      self.value = value
      self.reads = reads
    }
  }

  /// The file's name and the problem.
  package var title: String
  /// What is known of the search: names and values, in order.
  package var facts: [(name: String, value: String)]
  /// The best value against time, as SVG.
  package var plot: String
  /// What the levels are values of: `energy`, `cut`, `modularity`.
  package var measureName: String
  /// The best first. None where reads are not counted.
  package var levels: [Level]

  package init(
    title: String, facts: [(name: String, value: String)], plot: String, measureName: String, levels: [Level] = []
  ) {
    self.title = title
    self.facts = facts
    self.plot = plot
    self.measureName = measureName
    self.levels = levels
  }

  /// Rows of the table of levels; a chart shows all of them.
  private static let mostRows = 20

  package var html: String {
    var body = [
      "<h1>\(HTML.escape(title))</h1>",
      HTML.table(head: ["", ""], rows: facts.map { [$0.name, $0.value] }, className: "text"),
      "<h2>The best \(HTML.escape(measureName)) against time</h2>", "<div class=\"chart\">\(plot)</div>",
    ]
    if !levels.isEmpty {
      body.append("<h2>Reads</h2>")
      if levels.count > 1 { body.append("<div class=\"charts\">\(distribution.svg)</div>") }
      body.append(
        HTML.table(
          head: [measureName, "reads"], rows: levels.prefix(Self.mostRows).map { [Self.text($0.value), "\($0.reads)"] }))
      if levels.count > Self.mostRows {
        body.append("<p class=\"note\">The best \(Self.mostRows) of \(levels.count) values.</p>")
      }
    }
    return HTMLPage(title: title, body: body).text
  }

  private static func text(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? String(format: "%.9g", value)
  }

  private var distribution: Chart {
    Chart(
      title: "how often each \(measureName) was reached", xTitle: measureName, yTitle: "reads", includesZero: true,
      series: [Chart.Series(name: "reads", colour: 0, style: .points, points: levels.map { ($0.value, Double($0.reads)) })])
  }
}
