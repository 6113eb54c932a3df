import Host
import Kernels
import Networks

/// A Hopfield network that learns by back-propagation through the last sweeps of its free phase (as many as `relaxation.nudged`
/// has), the reference for equilibrium propagation on the same network.
public final class UnrolledLearner: TrainableNetwork {
  /// The network that relaxes freely.
  public let network: HopfieldNetwork
  private let relaxation: Relaxation
  private let unrolled: UnrolledRelaxation
  private let scale: AlignedBuffer<Float>

  /// - Throws: `NetworkError` where the states of a micro-shard cannot be addressed.
  public init(
    _ layout: NetworkLayout, parameters: AlignedBuffer<Float>, relaxation: RelaxationSettings, settings: LearningSettings,
    times: Profile = Profile()
  ) throws {
    guard !settings.warmStart else {
      throw TrainingError.setting(key: "learning.warmStart", reason: "is for equilibrium propagation")
    }
    let samples = settings.batch.shard
    try layout.checkCapacity(samples)
    network = HopfieldNetwork(layout: layout, parameters: parameters, cost: settings.cost, capacity: samples, times: times)
    self.relaxation = Relaxation(relaxation, layout: layout)
    unrolled = UnrolledRelaxation(network, order: relaxation.order, sweeps: relaxation.nudged.sweeps, samples: samples)
    scale = AlignedBuffer(count: samples)
  }

  public var parameterLayout: any ParameterLayout { network.layout }
  public var parameters: AlignedBuffer<Float> { network.parameters }
  public func parametersChanged() { network.parametersChanged() }

  public func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport {
    let samples = shard.labels.count
    network.reset()
    network.clamp(shard.pixels, samples: samples)
    let free = try relaxation.run(network, samples: samples)
    let residuals = shard.measuresResiduals ? try relaxation.residuals(of: network, samples: samples) : []
    try unrolled.run(samples: samples)
    var result = Classification()
    for (sample, label) in shard.labels.enumerated() {
      result.append(network.prediction(sample: sample), label: label, cost: network.cost)
    }
    scale.fill(1 / Float(shard.batch))
    network.times.measure(.gradient) { unrolled.addGradient(labels: shard.labels, scale: scale, into: gradients[0]) }
    var report = ShardReport(result, labels: shard.labels, cost: network.cost)
    report.free = free
    report.residuals = residuals
    report.nudged.sweeps = unrolled.sweeps
    return report
  }

  public var relaxes: Bool { true }
  public var outline: String { network.layout.counted("layer") + ", unrolled" }
  public var stateMemory: (states: Int, fields: Int) { (network.memory.states, network.memory.fields) }
  public var sweeps: Int { network.sweeps }
}
