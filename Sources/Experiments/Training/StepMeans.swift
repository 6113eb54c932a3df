import Learning

/// Means over steps.
struct StepMeans {
  private(set) var steps = 0
  /// Of the steps that this process has made.
  private(set) var samples = 0
  private var sums = (loss: 0.0, accuracy: 0.0, free: 0.0, nudged: 0.0, residual: 0.0, factor: 0.0)

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
    sums.residual += report.residual
    sums.factor += Double(report.rateFactor)
  }

  private func mean(_ sum: Double) -> Double { sum / Double(max(steps, 1)) }
  var loss: Double { mean(sums.loss) }
  var accuracy: Double { mean(sums.accuracy) }
  var freeSweeps: Double { mean(sums.free) }
  var nudgedSweeps: Double { mean(sums.nudged) }
  var residual: Double { mean(sums.residual) }
  var rateFactor: Double { mean(sums.factor) }
  /// In the order of `TrainableNetwork.metricNames`.
  var metrics: [Double] { metricSums.map(mean) }
}

// MARK: - In a checkpoint

extension StepMeans: LosslessStringConvertible {
  /// The sums, from which a resumed run goes on to the same means.
  var description: String {
    let numbers = [sums.loss, sums.accuracy, sums.free, sums.nudged, sums.residual, sums.factor] + metricSums
    return ([String(steps)] + numbers.map { "\($0)" }).joined(separator: " ")
  }

  init?(_ description: String) {
    let words = description.split(separator: " ")
    let numbers = words.dropFirst().compactMap { Double($0) }
    guard words.count >= 7, numbers.count == words.count - 1, let steps = Int(words[0]), steps > 0 else { return nil }
    self.steps = steps
    sums = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    metricSums = Array(numbers.dropFirst(6))
  }
}
