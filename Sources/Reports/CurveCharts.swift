import Experiments
import Files

/// The curves of trainings, several over each other.
struct CurveCharts {
  private let runs: [RecordedRun]

  init(_ runs: [RecordedRun]) { self.runs = runs }

  var charts: [Chart] {
    let both: [(MetricsLog.Kind, String, Chart.Series.Style)] = [
      (.epoch, "training", .line), (.validation, "validation", .dashed),
    ]
    return [
      chart("accuracy", "accuracy", both, \.accuracy), chart("R²", "R²", both, \.extra["r2"]),
      chart("mean absolute error", "mean absolute error", both, \.extra["meanAbsoluteError"]),
      chart("loss", "loss", both, \.loss),
      chart("sweeps of the free phase", "sweeps", both, \.freeSweeps),
      chart("residual at the end of the free phase", "residual", scale: .logarithmic, both, \.residual),
      chart("sweeps of the nudged phases", "sweeps", [(.epoch, "", .line)], \.nudgedSweeps),
      chart("speed", "samples/s", [(.epoch, "", .line)], includesZero: true, \.samplesPerSecond),
      chart("learning rate", "learning rate", [(.epoch, "", .line)], includesZero: true, \.learningRate),
    ]
  }

  private func chart(
    _ title: String, _ yTitle: String, scale: Axis.Scale = .linear,
    _ kinds: [(kind: MetricsLog.Kind, name: String, style: Chart.Series.Style)], includesZero: Bool = false,
    _ figure: KeyPath<MetricsLog.Row, Double?>
  ) -> Chart {
    var series: [Chart.Series] = []
    for (index, run) in runs.enumerated() {
      for (kind, name, style) in kinds {
        // A run within its first epoch has rows by time alone.
        let rows = run.metrics.rows(of: kind)
        let used = kind == .epoch && rows.count < 2 ? run.metrics.rows(of: .interval) + rows : rows
        let points = used.compactMap { row in row[keyPath: figure].map { (x: row.epoch, y: $0) } }
        guard !points.isEmpty else { continue }
        series.append(
          Chart.Series(
            name: runs.count == 1 ? name : [run.label, name].filter { !$0.isEmpty }.joined(separator: ", "),
            colour: runs.count == 1 && style == .dashed ? 1 : index, style: style, points: points))
      }
    }
    return Chart(title: title, xTitle: "epoch", yTitle: yTitle, yScale: scale, includesZero: includesZero, series: series)
  }
}
