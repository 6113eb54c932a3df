import Experiments
import Files

/// By which figures runs are compared: accuracy, and where networks predict numbers R², with errors beside it.
struct RunScore {
  /// A further figure of the test.
  struct Error {
    let name: String
    let value: (MetricsLog.Row) -> Double?
  }

  let name: String
  /// Which runs have it.
  let isOfNumbers: Bool
  let value: (MetricsLog.Row) -> Double?
  /// As text.
  let text: (Double) -> String
  /// A mean over seeds with its deviation.
  let spread: (SeedGroup.Spread) -> String
  var errors: [Error] = []

  static var accuracy: RunScore {
    RunScore(
      name: "accuracy", isOfNumbers: false, value: { $0.accuracy }, text: ReportText.percent, spread: { $0.percent })
  }

  static var r2: RunScore {
    RunScore(
      name: "R²", isOfNumbers: true, value: { $0.extra["r2"] }, text: ReportText.r2,
      spread: { spread in [spread.mean, spread.deviation].compactMap { $0.map(ReportText.r2) }.joined(separator: " ± ") },
      errors: [
        Error(name: "RMSE", value: { $0.extra["meanSquaredError"].map { $0.squareRoot() } }),
        Error(name: "MAE", value: { $0.extra["meanAbsoluteError"] }),
      ])
  }

  /// Those of some runs: accuracy first, each only where a run has it.
  static func all(of runs: [RecordedRun]) -> [RunScore] {
    let scores = [accuracy, r2].filter { score in runs.contains { $0.predictsNumbers == score.isOfNumbers } }
    return scores.isEmpty ? [accuracy] : scores
  }

  private func isOf(_ summary: RunSummary) -> Bool { summary.run.predictsNumbers == isOfNumbers }

  func test(_ summary: RunSummary) -> Double? { isOf(summary) ? summary.run.test.flatMap(value) : nil }
  func validation(_ summary: RunSummary) -> Double? { isOf(summary) ? summary.run.bestValidation.flatMap(value) : nil }
  func error(_ error: Error, of summary: RunSummary) -> Double? { summary.run.test.flatMap(error.value) }

  /// By what groups are ordered and the first is chosen: by validation, or by the test where nothing was held out.
  func merit(of groups: [SeedGroup]) -> (name: String, value: (RunSummary) -> Double?) {
    groups.contains { $0.spread(validation) != nil } ? ("validation \(name)", validation) : ("test \(name)", test)
  }
}
