import Kernels
import Parallel

/// What a mini-batch comes to: the gradient, and beside it the sums of what its micro-shards report.
///
/// Both lie in one buffer, so that one sum over ranks adds up both, in one order. The report begins behind the gradient with a whole block of
/// `SumParts`, so that no block has numbers of both.
struct StepSum {
  /// What is reported, in the order in which it lies in the buffer. Metrics of the network's own follow, then errors of numbers, then the
  /// network's own sums, then a residual a sample: 0
  /// from all but the rank that has it.
  private enum Entry: Int, CaseIterable { case loss, correct, freeSweeps, nudgedSweeps, stop, checkpoint }

  private let buffer: AlignedBuffer<Float>
  private let start: Int
  private let metricCount: Int
  private let sumCount: Int

  /// Floats of the gradient, as the parameters lie, and of the zeros behind it.
  static func gradientCount(of network: any TrainableNetwork) -> Int { SumParts.padded(network.parameterLayout.parameterCount) }

  /// Floats of the report on a network's micro-shards, of `samples` samples in all.
  static func reportCount(of network: any TrainableNetwork, metrics: Int, samples: Int) -> Int {
    Entry.allCases.count + metrics + network.sumCount + samples
  }

  /// A buffer of gradient and report, written as such a sum.
  ///
  /// - Parameter metrics: how many the network counts, and errors of numbers where those are learned.
  init(_ buffer: AlignedBuffer<Float>, of network: any TrainableNetwork, metrics: Int) {
    self.init(buffer, start: Self.gradientCount(of: network), of: network, metrics: metrics)
  }

  /// A buffer of a report alone.
  init(report: AlignedBuffer<Float>, of network: any TrainableNetwork, metrics: Int) {
    self.init(report, start: 0, of: network, metrics: metrics)
  }

  private init(_ buffer: AlignedBuffer<Float>, start: Int, of network: any TrainableNetwork, metrics: Int) {
    self.buffer = buffer
    self.start = start
    metricCount = metrics
    sumCount = network.sumCount
  }

  /// Notes what one micro-shard came to.
  ///
  /// - Parameters:
  ///   - requests: of this rank.
  ///   - firstSample: the place of its first sample in the mini-batch.
  ///   - share: 1 on the rank that reports for its spin group, 0 on the others, which all know the same.
  func note(_ report: ShardReport, _ requests: StepRequests, firstSample: Int, share: Float) {
    self[.loss] = share * Float(report.loss)
    self[.correct] = share * Float(report.correct)
    self[.freeSweeps] = share * Float(report.meanSweeps ?? Double(report.free.sweeps))
    self[.nudgedSweeps] = share * Float(report.nudged.sweeps)
    self[.stop] = requests.contains(.stop) ? 1 : 0
    self[.checkpoint] = requests.contains(.checkpoint) ? 1 : 0
    for (index, metric) in (report.metrics + (report.errors?.sums ?? [])).enumerated() {
      buffer[firstMetric + index] = share * Float(metric)
    }
    for (index, sum) in report.sums.enumerated() { buffer[firstSum + index] = share * sum }
    for (index, residual) in report.residuals.enumerated() where share != 0 {
      buffer[firstResidual + firstSample + index] = Float(residual)
    }
  }

  /// Sums over the samples.
  var loss: Double { Double(self[.loss]) }
  var correct: Double { Double(self[.correct]) }
  var metrics: [Double] { (0..<metricCount).map { Double(buffer[firstMetric + $0]) } }

  /// What the network wants the sum of.
  var ownSums: [Float] { (0..<sumCount).map { buffer[firstSum + $0] } }

  /// Sums over the micro-shards.
  var freeSweeps: Double { Double(self[.freeSweeps]) }
  var nudgedSweeps: Double { Double(self[.nudgedSweeps]) }

  /// One a sample of the mini-batch, in order; all are 0 where none was measured.
  var residuals: [Double] { (firstResidual..<buffer.count).map { Double(buffer[$0]) } }

  /// What some rank asked for.
  var requests: StepRequests {
    var requests: StepRequests = []
    if self[.stop] > 0 { requests.insert(.stop) }
    if self[.checkpoint] > 0 { requests.insert(.checkpoint) }
    return requests
  }

  private var firstMetric: Int { start + Entry.allCases.count }
  private var firstSum: Int { firstMetric + metricCount }
  private var firstResidual: Int { firstSum + sumCount }

  private subscript(entry: Entry) -> Float {
    get { buffer[start + entry.rawValue] }
    nonmutating set { buffer[start + entry.rawValue] = newValue }
  }
}
