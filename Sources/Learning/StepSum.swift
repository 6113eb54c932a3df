import Kernels

/// What a mini-batch comes to: the gradient, and beside it the sums of what its micro-shards report.
///
/// Both lie in one buffer, the report behind the gradient, so that one sum over ranks adds up both, in one order.
struct StepSum {
  /// What is reported, in the order in which it lies in the buffer. Metrics of the network's own follow.
  private enum Entry: Int, CaseIterable { case loss, correct, freeSweeps, nudgedSweeps, residual, stop, checkpoint }

  /// `∂L/∂θ`, as the parameters lie, in the first `parameterCount` numbers.
  let gradient: AlignedBuffer<Float>
  private let parameterCount: Int
  private let metricCount: Int

  /// Floats of the buffer that holds the sum of a network's micro-shards.
  static func count(of network: any TrainableNetwork) -> Int {
    network.parameterLayout.parameterCount + Entry.allCases.count + network.metricNames.count
  }

  /// A buffer of `count(of: network)` floats, read and written as such a sum.
  init(_ buffer: AlignedBuffer<Float>, of network: any TrainableNetwork) {
    gradient = buffer
    parameterCount = network.parameterLayout.parameterCount
    metricCount = network.metricNames.count
  }

  /// Notes what one micro-shard came to.
  ///
  /// - Parameters:
  ///   - requests: of this rank.
  ///   - share: 1 on the rank that reports for its spin group, 0 on the others, which all know the same.
  func note(_ report: ShardReport, _ requests: StepRequests, share: Float) {
    self[.loss] = share * Float(report.loss)
    self[.correct] = share * Float(report.correct)
    self[.freeSweeps] = share * Float(report.free.sweeps)
    self[.nudgedSweeps] = share * Float(report.nudged.sweeps)
    self[.residual] = share * Float(report.free.residual)
    self[.stop] = requests.contains(.stop) ? 1 : 0
    self[.checkpoint] = requests.contains(.checkpoint) ? 1 : 0
    for (index, metric) in report.metrics.enumerated() { gradient[firstMetric + index] = share * Float(metric) }
  }

  /// The gradient's Euclidean norm.
  var gradientNorm: Double { gradient.squaredNorm(count: parameterCount).squareRoot() }

  /// Sums over the samples.
  var loss: Double { Double(self[.loss]) }
  var correct: Double { Double(self[.correct]) }
  var metrics: [Double] { (0..<metricCount).map { Double(gradient[firstMetric + $0]) } }

  /// Sums over the micro-shards.
  var freeSweeps: Double { Double(self[.freeSweeps]) }
  var nudgedSweeps: Double { Double(self[.nudgedSweeps]) }
  var residual: Double { Double(self[.residual]) }

  /// What some rank asked for.
  var requests: StepRequests {
    var requests: StepRequests = []
    if self[.stop] > 0 { requests.insert(.stop) }
    if self[.checkpoint] > 0 { requests.insert(.checkpoint) }
    return requests
  }

  private var firstMetric: Int { parameterCount + Entry.allCases.count }

  private subscript(entry: Entry) -> Float {
    get { gradient[parameterCount + entry.rawValue] }
    nonmutating set { gradient[parameterCount + entry.rawValue] = newValue }
  }
}
