import Configuration
import Experiments
import Files
import Foundation

/// Several runs side by side: figures of each, means over seeds, and what tells the configurations apart.
struct RunComparison {
  let runs: [RunSummary]
  let groups: [SeedGroup]
  private let score: RunScore

  init(_ runs: [RunSummary]) {
    self.runs = runs
    groups = SeedGroup.groups(of: runs)
    score = RunScore.of(runs.map(\.run))
  }

  /// The group with the best mean, which the page names first: by validation, or by the test where nothing was held out.
  private var best: (group: SeedGroup, spread: SeedGroup.Spread, name: String)? {
    func best(_ name: String, _ value: (RunSummary) -> Double?) -> (group: SeedGroup, spread: SeedGroup.Spread, name: String)? {
      groups.compactMap { group in group.spread(value).map { (group, $0, name) } }.max { $0.1.mean < $1.1.mean }
    }
    return best("validation \(score.name)", score.validation) ?? best("test \(score.name)", score.test)
  }

  var title: String { runs.count > 3 ? "\(runs.count) runs" : runs.map(\.run.label).joined(separator: ", ") }

  var sentences: [String] {
    var text =
      groups.count == 1
      ? "\(counted(runs.count, "run")) of one configuration, which differ in their seed alone."
      : "\(counted(runs.count, "run")) of \(groups.count) configurations."
    if let best {
      let which = groups.count == 1 ? "Over" : "The best \(best.name) is that of \(best.group.name): over"
      text += " \(which) \(counted(best.spread.count, "seed")) the best \(best.name) is \(score.spread(best.spread))"
      if let test = best.group.spread(score.test), best.name != "test \(score.name)" {
        text += ", the test \(score.name) \(score.spread(test))"
      }
      text += best.spread.deviation == nil ? "." : " (mean and standard deviation of a run)."
    }
    return [text]
  }

  var figures: [HTMLPage.KeyFigure] {
    guard let best else { return [] }
    let note = groups.count == 1 ? "over \(counted(best.spread.count, "seed"))" : best.group.name
    return [
      best.group.spread(score.test).map { HTMLPage.KeyFigure("test \(score.name)", score.spread($0), note: note) },
      best.group.spread(score.validation).map { HTMLPage.KeyFigure("best validation", score.spread($0), note: note) },
      best.group.spread(\.residual).map { HTMLPage.KeyFigure("residual", $0.text, note: "free phase, last epoch") },
      best.group.spread(\.seconds).map { HTMLPage.KeyFigure("time", ReportText.duration($0.mean), note: "a run on average") },
    ].compactMap { $0 }
  }

  // MARK: - Tables

  private var columns: [String] {
    [
      "run", "state", "test \(score.name)", "best validation", "loss", "residual", "sweeps", "epochs", "time", "samples/s",
      "ranks",
      "seed",
      "learning has",
    ]
  }

  /// One row a run.
  var table: String {
    let rows = runs.map(row)
    return HTML.table("The runs", head: columns, rows: rows)
      + HTML.paragraph(
        "Loss, residual and sweeps of a free phase are means over the last epoch of training; the best validation \(score.name) is that "
          + (score.name == "R²" ? "of the epoch with the least validation loss." : "of all epochs."), className: "note")
  }

  private func row(_ summary: RunSummary) -> [String] {
    func text(_ value: Double?, _ form: (Double) -> String) -> String { value.map(form) ?? "–" }
    let run = summary.run
    let epochs = summary.epochs.map { String(format: "%.4g of %d", $0, run.configuration.learning.epochs) }
    return [
      run.label, summary.status.text, text(score.test(summary), score.text),
      text(score.validation(summary), score.text), text(summary.loss, ReportText.short),
      text(summary.residual, ReportText.short), text(summary.freeSweeps) { String(format: "%.3g", $0) }, epochs ?? "none",
      text(summary.seconds, ReportText.duration), text(run.samplesPerSecond) { String(format: "%.4g", $0) },
      summary.ranks.map { "\($0)" } ?? "–", "\(run.configuration.seed)", summary.convergence,
    ]
  }

  /// Means over seeds; `nil` where no configuration ran with two of them.
  var means: [String]? {
    guard groups.contains(where: { $0.runs.count > 1 }) else { return nil }
    let rows = groups.map { group in
      let seeds = group.runs.map { "\($0.run.configuration.seed)" }
      return [
        group.name, seeds.count > 8 ? counted(seeds.count, "run") : seeds.joined(separator: ", "),
        group.spread(score.test).map(score.spread) ?? "–", group.spread(score.validation).map(score.spread) ?? "–",
        group.spread(\.loss)?.text ?? "–", group.spread(\.residual)?.text ?? "–", group.spread(\.freeSweeps)?.text ?? "–",
        group.spread(\.seconds).map { ReportText.duration($0.mean) } ?? "–",
      ]
    }
    return [
      HTML.table(
        "Means over seeds",
        head: ["configuration", "seeds", "test \(score.name)", "best validation", "loss", "residual", "sweeps", "time"],
        rows: rows),
      HTML.paragraph("Mean and standard deviation of a run, with n − 1 in the denominator.", className: "note"),
      ChartFigure.row([meanCurve("validation \(score.name), mean and standard deviation", .validation)]),
    ]
  }

  /// Accuracy against epochs: the mean over the runs of each group, at the epochs that all of them have.
  private func meanCurve(_ title: String, _ kind: MetricsLog.Kind) -> Chart {
    let series = groups.enumerated().map { index, group in
      let curves = group.runs.map { summary in
        Dictionary(summary.run.metrics.rows(of: kind).compactMap { row in score.value(row).map { (row.epoch, $0) } }) { $1 }
      }
      let epochs = (curves.first.map { Array($0.keys) } ?? []).sorted().filter { epoch in curves.allSatisfy { $0[epoch] != nil } }
      let spreads = epochs.map { epoch in SeedGroup.Spread(curves.compactMap { $0[epoch] }) }
      return Chart.Series(
        name: group.name, colour: index, points: zip(epochs, spreads).map { ($0, $1.mean) },
        errors: spreads.contains { $0.deviation != nil } ? spreads.map { $0.deviation ?? 0 } : [])
    }
    return Chart(title: title, xTitle: "epoch", yTitle: score.name, series: series)
  }

  /// Every key whose value is not the same in all runs, a column each.
  var differences: String? {
    let values: [[String: String]] = runs.map { summary in
      Dictionary(summary.run.configuration.values.map { ($0.path, $0.value) }) { first, _ in first }
    }
    var keys: [String] = []
    for run in runs { keys += run.run.configuration.values.map(\.path).filter { !keys.contains($0) } }
    let rows = keys.compactMap { key -> [String]? in
      let row = values.map { $0[key] ?? "absent" }
      return Set(row).count > 1 ? [key] + row : nil
    }
    return rows.isEmpty
      ? nil
      : HTML.table("Keys whose values differ", head: ["key"] + runs.map(\.run.label), rows: rows, className: "text")
  }
}

/// By which figure runs are compared: accuracy, or R² where networks predict numbers.
struct RunScore {
  let name: String
  let value: (MetricsLog.Row) -> Double?
  /// As text.
  let text: (Double) -> String
  /// A mean over seeds with its deviation.
  let spread: (SeedGroup.Spread) -> String

  static var accuracy: RunScore {
    RunScore(name: "accuracy", value: { $0.accuracy }, text: ReportText.percent, spread: { $0.percent })
  }
  static var r2: RunScore {
    RunScore(
      name: "R²", value: { $0.extra["r2"] }, text: ReportText.r2,
      spread: { spread in [spread.mean, spread.deviation].compactMap { $0.map(ReportText.r2) }.joined(separator: " ± ") })
  }

  /// That of some runs: accuracy, unless all of them predict numbers.
  static func of(_ runs: [RecordedRun]) -> RunScore { !runs.isEmpty && runs.allSatisfy(\.predictsNumbers) ? r2 : accuracy }

  func test(_ summary: RunSummary) -> Double? { summary.run.test.flatMap(value) }
  func validation(_ summary: RunSummary) -> Double? { summary.run.bestValidation.flatMap(value) }
}
