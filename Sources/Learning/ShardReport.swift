import Networks

/// What the relaxation of one micro-shard came to. Sums over its samples.
public struct ShardReport: Equatable, Sendable {
  /// The cost of the outputs, before any nudge.
  public var loss = 0.0
  /// Samples whose class was right, before any nudge.
  public var correct = 0
  /// How far the outputs were from numbers that they were to take, where there are no classes.
  public var errors: TargetErrors?
  /// Of the free phase.
  public var free = RelaxationReport()
  /// Of the nudged phases, which sweep together.
  public var nudged = RelaxationReport()
  /// Sweeps of a sample's free phase on average, where samples end one by one; `free` has those of the slowest.
  public var meanSweeps: Double?
  /// Of each sample where the free phase has ended, if they were measured.
  public var residuals: [Double] = []
  /// What the network counts besides, by `TrainableNetwork.metricNames`.
  public var metrics: [Double] = []
  /// What the network wants the sum of over the mini-batch, `TrainableNetwork.sumCount` numbers.
  public var sums: [Float] = []

  /// Of no samples.
  public init() {}

  /// Adds a sample by what the network said of it.
  mutating func note(_ prediction: [Float], label: Int, cost: Cost) {
    loss += cost.value(prediction: prediction, label: label)
    if let targets = cost.targets {
      var errors = errors ?? TargetErrors()
      errors.add(prediction, row: label, of: targets)
      self.errors = errors
    } else {
      correct += prediction.firstIndex(of: prediction.max() ?? 0) == label ? 1 : 0
    }
  }
}
