import Files
import Foundation
import Ising

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

  /// What is known of the search: names and values, in order.
  package var facts: [(name: String, value: String)]
  /// The best value against time.
  package var plot: TracePlot
  /// The best first. None where reads are not counted.
  package var levels: [Level]
  /// Whether it was asked to end.
  package var wasStopped: Bool

  package init(
    facts: [(name: String, value: String)], plot: TracePlot, levels: [Level] = [], wasStopped: Bool = false
  ) {
    self.facts = facts
    self.plot = plot
    self.levels = levels
    self.wasStopped = wasStopped
  }

  /// Rows of the table of levels; a chart shows all of them.
  private static let mostRows = 20

  private var measureName: String { plot.trace.measureName }

  package var html: String { page.text }

  var page: HTMLPage {
    var sections = [
      HTMLPage.Section("The best \(measureName) against time", charts)
    ]
    if !levels.isEmpty { sections.append(HTMLPage.Section("What the reads found", reads)) }
    sections.append(
      HTMLPage.Section(
        "Settings and figures",
        [HTML.table("Settings and figures", head: [], rows: facts.map { [$0.name, $0.value] }, className: "text")]))
    return HTMLPage(
      kind: "Search for a ground state", title: plot.title, status: status, lead: [sentence], figures: keyFigures,
      sections: sections)
  }

  // MARK: - Summary

  private func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
  private var best: Double? { plot.trace.points.last?.measure }

  private var status: (text: String, kind: HTMLPage.Status) {
    if let best, let known = plot.bestKnown, isReached(best, known) { return ("best known \(measureName) reached", .good) }
    return wasStopped ? ("ended before its time", .caution) : ("complete", .good)
  }

  /// A greater cut or modularity is better, and a lower energy.
  private func isReached(_ best: Double, _ known: Double) -> Bool { measureName == "energy" ? best <= known : best >= known }

  private var sentence: String {
    let size = [
      fact("spins").map { "\($0) spins" } ?? fact("vertices").map { "\($0) vertices" },
      fact("couplings").map { "\($0) couplings" },
    ].compactMap { $0 }.joined(separator: " and ")
    let place = [
      fact("machine").map { "the machine \($0)" }, fact("ranks").map { "on \($0 == "1" ? "1 rank" : "\($0) ranks")" },
    ].compactMap { $0 }.joined(separator: " ")
    let found = best.map { " found the \(measureName) \(Self.text($0))" } ?? " found nothing"
    var text = "In \(durationText(plot.seconds)) \(place)\(found)\(size.isEmpty ? "" : " of a problem of \(size)")."
    if let first = plot.trace.points.last, plot.trace.points.count > 1 {
      text += " It was reached after \(durationText(first.seconds))."
    }
    if let best, let known = plot.bestKnown {
      text +=
        isReached(best, known)
        ? " That is the best known value."
        : " The best known value is \(Self.text(known)): it is \(Self.text(abs(known - best))) away."
    }
    return text
  }

  private var keyFigures: [HTMLPage.KeyFigure] {
    let reads = levels.reduce(0) { $0 + $1.reads }
    return [
      best.map { HTMLPage.KeyFigure(measureName, Self.text($0)) },
      plot.bestKnown.map { HTMLPage.KeyFigure("best known", Self.text($0)) },
      HTMLPage.KeyFigure(
        "time", durationText(plot.seconds), note: fact("ranks").map { $0 == "1" ? "on 1 rank" : "on \($0) ranks" } ?? ""),
      levels.first.map {
        HTMLPage.KeyFigure(
          "reads", ReportText.grouped(reads), note: "\(ReportText.grouped($0.reads)) with the best \(measureName)")
      },
    ].compactMap { $0 }
  }

  /// The best value so far, and how far it is from the best that is known, or that was found in the end.
  private var charts: [String] {
    var best = plot.chart
    best.title = "best \(measureName) so far"
    let goal = plot.bestKnown ?? self.best ?? 0
    let name = plot.bestKnown == nil ? "best \(measureName) found" : "best known \(measureName)"
    // A distance of nothing has no place on a logarithmic axis.
    let points = best.series[0].points.map { (x: $0.x, y: abs(goal - $0.y)) }.filter { $0.y > 0 }
    // A single distance is a point, and no course.
    let isCourse = Set(points.map(\.y)).count > 1
    let distance = Chart(
      title: "distance from the \(name)", xTitle: best.xTitle, yTitle: "distance", xScale: .logarithmic,
      yScale: .logarithmic, series: [Chart.Series(name: "distance", colour: 0, style: .steps, points: isCourse ? points : [])])
    return [
      ChartFigure.row([best, distance]),
      HTML.paragraph(
        "A step is a better state. Time is on a logarithmic axis\(isCourse ? ", and so is the distance" : "").", className: "note"
      ),
    ]
  }

  // MARK: - Reads

  private var reads: [String] {
    var parts: [String] = []
    if levels.count > 1 { parts.append(ChartFigure.row([distribution])) }
    parts.append(
      HTML.table(
        "What the reads found", head: [measureName, "reads"],
        rows: levels.prefix(Self.mostRows).map { [Self.text($0.value), "\($0.reads)"] }))
    if levels.count > Self.mostRows {
      parts.append(HTML.paragraph("The best \(Self.mostRows) of \(levels.count) values.", className: "note"))
    }
    return parts
  }

  private static func text(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? String(format: "%.9g", value)
  }

  private var distribution: Chart {
    Chart(
      title: "how often each \(measureName) was reached", xTitle: measureName, yTitle: "reads", includesZero: true,
      series: [Chart.Series(name: "reads", colour: 0, style: .bars, points: levels.map { ($0.value, Double($0.reads)) })])
  }
}
