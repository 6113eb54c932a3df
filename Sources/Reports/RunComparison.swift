import Configuration
import Experiments
import Files
import Foundation

/// Several runs side by side: figures of each, means over seeds, and what tells the configurations apart.
struct RunComparison {
  let runs: [RunSummary]
  /// The best first.
  let groups: [SeedGroup]
  private let scores: [RunScore]

  /// More keys, or more values of one, would not be read in a sentence.
  private static let most = (keys: 4, values: 5)

  init(_ runs: [RunSummary]) {
    self.runs = runs
    scores = RunScore.all(of: runs.map(\.run))
    var groups = SeedGroup.groups(of: runs)
    for score in scores.reversed() {
      let merit = score.merit(of: groups).value
      let ranked = groups.enumerated().map { (place: $0, group: $1, mean: $1.spread(merit)?.mean ?? -.infinity) }
      groups = ranked.sorted { $0.mean == $1.mean ? $0.place < $1.place : $0.mean > $1.mean }.map(\.group)
    }
    self.groups = groups
  }

  /// The group with the best mean of each score, which the page names first.
  private var best: [(score: RunScore, group: SeedGroup, spread: SeedGroup.Spread, name: String)] {
    scores.compactMap { score in
      let merit = score.merit(of: groups)
      return groups.compactMap { group in group.spread(merit.value).map { (score, group, $0, merit.name) } }
        .max { $0.2.mean < $1.2.mean }
    }
  }

  var title: String { runs.count > 3 ? "\(runs.count) runs" : runs.map(\.run.label).joined(separator: ", ") }

  // MARK: - Sentences

  var sentences: [String] { [[common, differing].joined(separator: " ")] + best.map(sentence) }

  /// What was trained, as far as it is the same in all runs.
  private var common: String {
    let all = runs.map(\.parts)
    let shared = (all.first ?? []).indices.filter { index in Set(all.map { $0[index] }).count == 1 }.map { all[0][$0] }
    let kinds = groups.count == 1 ? "of one configuration" : "of \(groups.count) configurations"
    let what = shared.isEmpty ? "" : ". In common: \(shared.joined(separator: ", "))"
    return "\(counted(runs.count, "run")) \(kinds)\(what)."
  }

  private var differing: String {
    let differing = differingValues.filter { key, _ in !["name", "run.folder"].contains(key) && !SeedGroup.isFound(key) }
    guard !differing.isEmpty else { return "" }
    if differing.map(\.key) == ["seed"] { return "They differ in their seed alone." }
    guard differing.count <= Self.most.keys else {
      return "They differ in \(differing.count) keys, which are listed below."
    }
    let texts = differing.map { key, values in
      let different = values.map(SeedGroup.short).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      return different.count > Self.most.values ? key : "\(key) (\(different.joined(separator: ", ")))"
    }
    return "They differ in \(texts.formatted(.list(type: .and).locale(Locale(identifier: "en_US"))))."
  }

  private func sentence(_ score: RunScore, _ group: SeedGroup, _ spread: SeedGroup.Spread, _ name: String) -> String {
    let figure = score.spread(spread)
    let seeds = counted(spread.count, "seed")
    var text =
      groups.count == 1
      ? "Over \(seeds) the best \(name) is \(figure)"
      : "The best \(name) is that of \(group.name): \(figure)\(spread.count == 1 ? "" : " over \(seeds)")"
    if let test = group.spread(score.test), name != "test \(score.name)" {
      text += ", the test \(score.name) \(score.spread(test))"
    }
    return text + (spread.deviation == nil ? "." : " (mean and standard deviation of a run).")
  }

  var figures: [HTMLPage.KeyFigure] {
    best.flatMap { score, group, spread, _ -> [HTMLPage.KeyFigure] in
      let note = groups.count == 1 ? "over \(counted(spread.count, "seed"))" : group.name
      let errors = score.errors.map { error in
        group.spread { score.error(error, of: $0) }.map { HTMLPage.KeyFigure("test \(error.name)", $0.text, note: note) }
      }
      return [
        group.spread(score.test).map { HTMLPage.KeyFigure("test \(score.name)", score.spread($0), note: note) },
        group.spread(score.validation).map {
          HTMLPage.KeyFigure(
            score.isOfNumbers ? "validation R²" : "best validation", score.spread($0),
            note: score.isOfNumbers ? "at the least loss" : note)
        },
      ].compactMap { $0 } + errors.compactMap { $0 }
    }
      + [
        best.first?.group.spread(\.residual).map { HTMLPage.KeyFigure("residual", $0.text, note: "free phase, last epoch") },
        best.first?.group.spread(\.seconds).map {
          HTMLPage.KeyFigure("time", durationText($0.mean), note: "a run on average")
        },
      ].compactMap { $0 }
  }

  // MARK: - Tables

  /// The columns of all scores: names, and the text of a run, or of a mean over runs.
  private var scoreColumns:
    [(name: String, value: (RunSummary) -> Double?, text: (Double) -> String, spread: (SeedGroup.Spread) -> String)]
  {
    scores.flatMap { score in
      [
        ("test \(score.name)", score.test, score.text, score.spread),
        (
          score.isOfNumbers ? "validation R²" : scores.count > 1 ? "best validation accuracy" : "best validation",
          score.validation, score.text, score.spread
        ),
      ]
        + score.errors.map { error in
          ("test \(error.name)", { score.error(error, of: $0) }, ReportText.short, { $0.text })
        }
    }
  }

  /// One row a run.
  var table: String {
    let columns =
      ["run", "state"] + scoreColumns.map(\.name)
      + ["loss", "residual", "sweeps", "epochs", "time", "samples/s", "ranks", "seed", "learning has"]
    let of = scores.map {
      $0.isOfNumbers
        ? "the validation R² is that of the epoch with the least validation loss; RMSE and MAE are the root of the mean squared error "
          + "and the mean absolute error"
        : "the best validation accuracy is that of all epochs"
    }
    let rows = runs.map(row)
    // No run has a validation part, say: a column of dashes tells nothing.
    let told = columns.indices.filter { column in rows.contains { $0[column] != "–" } }
    return HTML.table("The runs", head: told.map { columns[$0] }, rows: rows.map { row in told.map { row[$0] } })
      + HTML.paragraph(
        "Loss, residual and sweeps of a free phase are means over the last epoch of training; \(of.joined(separator: "; ")).",
        className: "note")
  }

  private func row(_ summary: RunSummary) -> [String] {
    func text(_ value: Double?, _ form: (Double) -> String) -> String { value.map(form) ?? "–" }
    let run = summary.run
    let epochs = summary.epochs.map { String(format: "%.4g of %d", $0, run.configuration.learning.epochs) }
    return [run.label, summary.status.text] + scoreColumns.map { text($0.value(summary), $0.text) }
      + [
        text(summary.loss, ReportText.short), text(summary.residual, ReportText.short),
        text(summary.freeSweeps) { String(format: "%.3g", $0) }, epochs ?? "none",
        text(summary.seconds, durationText), text(run.samplesPerSecond) { ReportText.rate($0) },
        summary.ranks.map { "\($0)" } ?? "–", "\(run.configuration.seed)", summary.convergence,
      ]
  }

  /// Means over seeds; `nil` where no configuration ran with two of them.
  var means: [String]? {
    guard groups.contains(where: { $0.runs.count > 1 }) else { return nil }
    let rows = groups.map { group in
      let seeds = group.runs.map { "\($0.run.configuration.seed)" }
      return [group.name, seeds.count > 8 ? counted(seeds.count, "run") : seeds.joined(separator: ", ")]
        + scoreColumns.map { column in group.spread(column.value).map(column.spread) ?? "–" }
        + [
          group.spread(\.loss)?.text ?? "–", group.spread(\.residual)?.text ?? "–", group.spread(\.freeSweeps)?.text ?? "–",
          group.spread(\.seconds).map { durationText($0.mean) } ?? "–",
        ]
    }
    let order = groups.count > 1 ? "The best first. " : ""
    return [
      HTML.table(
        "Means over seeds",
        head: ["configuration", "seeds"] + scoreColumns.map(\.name) + ["loss", "residual", "sweeps", "time"], rows: rows),
      HTML.paragraph("\(order)Mean and standard deviation of a run, with n − 1 in the denominator.", className: "note"),
      ChartFigure.row(scores.map { meanCurve("validation \($0.name), mean and standard deviation", $0, .validation) }),
    ]
  }

  /// A score against epochs: the mean over the runs of each group, at the epochs that all of them have.
  private func meanCurve(_ title: String, _ score: RunScore, _ kind: MetricsLog.Kind) -> Chart {
    let series = groups.enumerated().compactMap { index, group -> Chart.Series? in
      let curves = group.runs.map { summary in
        Dictionary(summary.run.metrics.rows(of: kind).compactMap { row in score.value(row).map { (row.epoch, $0) } }) { $1 }
      }
      let epochs = (curves.first.map { Array($0.keys) } ?? []).sorted().filter { epoch in curves.allSatisfy { $0[epoch] != nil } }
      guard !epochs.isEmpty else { return nil }
      let spreads = epochs.map { epoch in SeedGroup.Spread(curves.compactMap { $0[epoch] }) }
      return Chart.Series(
        name: group.name, colour: index, points: zip(epochs, spreads).map { ($0, $1.mean) },
        errors: spreads.contains { $0.deviation != nil } ? spreads.map { $0.deviation ?? 0 } : [])
    }
    return Chart(title: title, xTitle: "epoch", yTitle: score.name, series: series)
  }

  /// Every key whose value is not the same in all runs, with that of each.
  private var differingValues: [(key: String, values: [String])] {
    let values: [[String: String]] = runs.map { summary in
      Dictionary(summary.run.configuration.values.map { ($0.path, $0.value) }) { first, _ in first }
    }
    var keys: [String] = []
    var known: Set<String> = []
    for run in runs { keys += run.run.configuration.values.map(\.path).filter { known.insert($0).inserted } }
    return keys.compactMap { key in
      let row = values.map { $0[key] ?? "absent" }
      return Set(row).count > 1 ? (key, row) : nil
    }
  }

  /// A column a run.
  var differences: String? {
    let rows = differingValues.map { [$0.key] + $0.values }
    return rows.isEmpty
      ? nil
      : HTML.table("Keys whose values differ", head: ["key"] + runs.map(\.run.label), rows: rows, className: "text")
  }
}
