import Learning

/// Means over steps.
struct StepMeans {
  private(set) var steps = 0
  /// Of the steps that this process has made.
  private(set) var samples = 0
  private var sums = (loss: 0.0, accuracy: 0.0, free: 0.0, nudged: 0.0, factor: 0.0)
  /// Over the steps in which residuals were measured.
  private var residuals = (steps: 0, mean: 0.0, percentile90: 0.0)

  /// Of what the network counts besides.
  private var metricSums: [Double] = []

  mutating func add(_ report: StepReport) {
    if metricSums.isEmpty { metricSums = report.metrics.map { _ in 0 } }
    for (index, metric) in report.metrics.enumerated() { metricSums[index] += metric }
    steps += 1
    samples += report.samples
    sums.loss += report.loss
    sums.accuracy += report.accuracy
    sums.free += report.freeSweeps
    sums.nudged += report.nudgedSweeps
    if let residual = report.residual {
      residuals.steps += 1
      residuals.mean += residual.mean
      residuals.percentile90 += residual.percentile90
    }
    sums.factor += Double(report.rateFactor)
  }

  private func mean(_ sum: Double) -> Double { sum / Double(max(steps, 1)) }
  var loss: Double { mean(sums.loss) }
  var accuracy: Double { mean(sums.accuracy) }
  var freeSweeps: Double { mean(sums.free) }
  var nudgedSweeps: Double { mean(sums.nudged) }
  /// Absent where it was measured in no step.
  var residual: ResidualSummary? {
    guard residuals.steps > 0 else { return nil }
    let steps = Double(residuals.steps)
    return ResidualSummary(mean: residuals.mean / steps, percentile90: residuals.percentile90 / steps)
  }
  var rateFactor: Double { mean(sums.factor) }
  /// In the order of `TrainableNetwork.metricNames`.
  var metrics: [Double] { metricSums.map(mean) }
}

// MARK: - In a checkpoint

extension StepMeans: LosslessStringConvertible {
  /// The sums, from which a resumed run continues to the same means.
  var description: String {
    let numbers =
      [sums.loss, sums.accuracy, sums.free, sums.nudged, sums.factor, residuals.mean, residuals.percentile90] + metricSums
    return ([String(steps), String(residuals.steps)] + numbers.map { "\($0)" }).joined(separator: " ")
  }

  init?(_ description: String) {
    let words = description.split(separator: " ")
    let numbers = words.dropFirst(2).compactMap { Double($0) }
    guard words.count >= 9, numbers.count == words.count - 2, let steps = Int(words[0]), steps > 0, let measured = Int(words[1]),
      0...steps ~= measured
    else { return nil }
    self.steps = steps
    sums = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
    residuals = (measured, numbers[5], numbers[6])
    metricSums = Array(numbers.dropFirst(7))
  }
}
