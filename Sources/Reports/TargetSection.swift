import Experiments
import Files
import Foundation
import Networks

/// Numbers that a network predicts against those that were measured.
struct TargetSection {
  private let predictions: TargetPredictions
  private let network: TrainedNetwork?
  private let headingLevel: Int
  private let words: SampleWords

  /// Charts of more targets than these would fill the page.
  private static let mostCharts = 12
  private static let mostPoints = 1500
  private static let worst = 8

  /// - Parameter headingLevel: of what stands inside the section.
  init(_ predictions: TargetPredictions, _ network: TrainedNetwork?, words: SampleWords, headingLevel: Int) {
    (self.predictions, self.network, self.words, self.headingLevel) = (predictions, network, words, headingLevel)
  }

  var elements: [String] {
    get throws {
      guard predictions.count > 0 else { return [] }
      let shown = predictions.names.indices.prefix(Self.mostCharts)
      let left = predictions.names.count - shown.count
      return [
        table, ChartFigure.row(shown.map(chart)),
        HTML.paragraph(
          "Each point is a test \(words.one)\(predictions.count > Self.mostPoints ? ", of which \(ReportText.grouped(Self.mostPoints)) are drawn" : ""). "
            + "On the line a prediction is right."
            + (left > 0 ? " \(counted(left, "target")) more are in the table alone." : ""), className: "note"),
        HTML.heading("Farthest off", level: headingLevel), try farthest,
      ]
    }
  }

  private func figures(_ column: Int) -> (squared: Double, absolute: Double, r2: Double?, variance: Double) {
    let pairs = predictions.pairs(column)
    let count = Double(max(pairs.count, 1))
    let squared = pairs.reduce(0) { $0 + ($1.predicted - $1.measured) * ($1.predicted - $1.measured) } / count
    let absolute = pairs.reduce(0) { $0 + abs($1.predicted - $1.measured) } / count
    let variance = TargetTable.variance(of: pairs.map(\.measured))
    return (squared, absolute, variance > 0 ? 1 - squared / variance : nil, variance)
  }

  /// One row a target.
  private var table: String {
    let rows = predictions.names.enumerated().map { column, name in
      let figures = figures(column)
      return [
        name, figures.r2.map(ReportText.r2) ?? "–", ReportText.short(figures.absolute),
        ReportText.short(figures.squared.squareRoot()),
        ReportText.short(figures.squared), ReportText.short(figures.variance.squareRoot()),
      ]
    }
    return HTML.table(
      "Errors on \(words.test(predictions.count))",
      head: [
        "target", "R²", "mean absolute error", "root of the mean squared error", "mean squared error", "deviation of the target",
      ],
      rows: rows)
  }

  private func chart(_ column: Int) -> Chart {
    let pairs = predictions.pairs(column).filter { $0.measured.isFinite && $0.predicted.isFinite }
    let step = max(1, (pairs.count + Self.mostPoints - 1) / Self.mostPoints)
    let points = stride(from: 0, to: pairs.count, by: step).map { (x: pairs[$0].measured, y: pairs[$0].predicted) }
    let ends = [pairs.map(\.measured).min(), pairs.map(\.measured).max()].compactMap(\.self).map { (x: $0, y: $0) }
    return Chart(
      title: predictions.names[column], xTitle: "measured", yTitle: "predicted",
      series: [
        Chart.Series(name: "test \(words.many)", colour: 0, style: .points, points: points),
        Chart.Series(name: "right", colour: 1, style: .dashed, points: ends),
      ])
  }

  /// The images whose prediction is farthest from what was measured, in deviations of the target.
  private var farthest: String {
    get throws {
      let columns = predictions.names.indices.map { (pairs: predictions.pairs($0), deviation: figures($0).variance.squareRoot()) }
      var found: [(image: Int, column: Int, size: Double)] = []
      for (column, part) in columns.enumerated() {
        let scale = part.deviation > 0 ? part.deviation : 1
        found += part.pairs.enumerated().map { ($0, column, abs($1.predicted - $1.measured) / scale) }
        found.sort { $0.size > $1.size }
        found.removeLast(max(0, found.count - Self.worst))
      }
      let rows = try found.map { image, column, size -> [String] in
        let pair = columns[column].pairs[image]
        let known = network.flatMap { image < $0.count ? $0 : nil }
        let place = known?.place(ofTested: image) ?? image
        let picture = try known?.picture(of: place, ems: 3.2, title: "test image \(place)") ?? ""
        return [
          "\(place) \(picture)", HTML.escape(predictions.names[column]), ReportText.short(pair.measured),
          ReportText.short(pair.predicted),
          ReportText.short(pair.predicted - pair.measured), ReportText.short(size),
        ] + (known?.shownValues(of: place) ?? [])
      }
      return HTML.table(
        "The largest errors",
        head: ["test \(words.one)", "target", "measured", "predicted", "error", "in deviations of the target"]
          + (network?.shownFeatures ?? []), markedUp: rows)
    }
  }
}
