import Host
import Kernels
import Networks

/// A predictive-coding network that learns by equilibrium propagation. Free it has no energy, and so no gradient: one-sided
/// estimators have one phase, `(1/β) ∂E/∂θ(s^β)`, and the centred one two.
public final class PredictiveLearner: TrainableNetwork, Classifier {
  /// The network whose errors relax.
  public let network: PredictiveNetwork
  private let settings: LearningSettings
  private let relaxation: RelaxationSettings
  private let scale: AlignedBuffer<Float>

  /// Samples that the network must have room for.
  public static func capacity(_ settings: LearningSettings) -> Int {
    settings.estimator == .centred ? 2 * settings.batch.shard : settings.batch.shard
  }

  /// - Throws: `NetworkError` where the states cannot be addressed; `TrainingError.setting` for a nudge under which the output has
  ///   no equilibrium.
  public init(
    _ layout: NetworkLayout, parameters: AlignedBuffer<Float>, relaxation: RelaxationSettings, settings: LearningSettings,
    capacity: Int, times: Profile = Profile()
  ) throws {
    guard settings.estimator == .oneSided || settings.nudge < 1 else {
      throw TrainingError.setting(key: "learning.nudge", reason: "\(settings.nudge); a nudge of both signs must be below 1")
    }
    try settings.estimator.requireNudge("a predictive network")
    try layout.checkCapacity(capacity)
    network = PredictiveNetwork(
      layout: layout, parameters: parameters, cost: settings.cost, capacity: capacity, times: times)
    self.settings = settings
    self.relaxation = relaxation
    scale = AlignedBuffer(count: capacity)
  }

  public var parameterLayout: any ParameterLayout { network.layout }
  public var parameters: AlignedBuffer<Float> { network.passes.parameters }
  public func parametersChanged() { network.passes.parametersChanged() }

  public func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport {
    let samples = shard.labels.count
    var report = ShardReport(
      try classify(shard.pixels, labels: shard.labels, first: shard.firstSample), labels: shard.labels,
      cost: settings.cost)
    let betas = settings.estimator.nudges(settings.nudge, sign: shard.sign)
    if betas.count == 2 { network.duplicate(count: samples, to: samples) }
    network.freezePooling(relaxation.freezesPooling)
    defer { network.freezePooling(false) }
    let nudge = Nudge(
      labels: betas.flatMap { _ in shard.labels }, strengths: betas.flatMap { Array(repeating: $0, count: samples) })
    for _ in 0..<relaxation.nudged.sweeps { network.sweep(nudge: nudge) }
    for (index, beta) in betas.enumerated() {
      for sample in index * samples..<(index + 1) * samples {
        scale[sample] = -1 / (Float(betas.count) * beta * Float(shard.batch))
      }
    }
    network.addGradient(scale: scale, samples: betas.count * samples, into: gradients[0])
    report.nudged.sweeps = relaxation.nudged.sweeps
    return report
  }

  /// The free phase: one pass upwards.
  ///
  /// - Throws: the failure of an exchange between ranks; nothing on one rank.
  public func classify(_ pixels: [Float], labels: ArraySlice<Int>, first: Int) throws -> Classification {
    network.freezePooling(false)
    network.passes.clamp(pixels, samples: labels.count)
    network.passes.forward(samples: labels.count)
    return network.passes.classification(labels: labels)
  }

  public var relaxationsPerSample: Int { settings.phases }
  public var outline: String { network.layout.counted("predictive layer") }
  public var stateMemory: (states: Int, fields: Int) { network.passes.memory }
  public var sweeps: Int { 0 }
}
