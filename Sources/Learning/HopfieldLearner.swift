import Files
import Host
import Kernels
import Networks
import Parallel

/// A Hopfield network, or this rank's strip of one, that learns by equilibrium propagation.
public final class HopfieldLearner: TrainableNetwork {
  /// This rank's network or strip, with room for all samples of its nudged phases.
  public let network: HopfieldNetwork
  private let grid: ProcessGrid
  private let settings: LearningSettings
  private let propagation: EquilibriumPropagation
  private let warmStates: WarmStates?
  /// Where a tolerance ends free phases, and they begin at zero.
  private let freePhases: FreePhases?
  private let cosine: GradientCosine?
  /// Micro-shards of a mini-batch.
  private var shards: Int { settings.batch.size / settings.batch.shard }
  public let parameterMemory: ParameterMemory?

  /// Collective over the spin group.
  ///
  /// - Parameter seed: of the machine's noise, if there is any.
  /// - Throws: `TrainingError.setting` for a nudge under which there is no equilibrium, `NetworkError` where the states of a
  ///   micro-shard cannot be addressed or held, or where the machine cannot relax the network.
  public init(
    _ layout: NetworkLayout, parameters: AlignedBuffer<Float>, relaxation: RelaxationSettings, settings: LearningSettings,
    seed: UInt64, on grid: ProcessGrid, exchange: ExchangeSettings = ExchangeSettings(), times: Profile = Profile()
  ) throws {
    try Self.check(settings, relaxation: relaxation, of: layout)
    parameterMemory = ParameterMemory(relaxation.hardware, layout: layout, seed: seed)
    let capacity = EquilibriumPropagation.capacity(settings)
    try layout.checkCapacity(capacity)
    self.grid = grid
    self.settings = settings
    network = try HopfieldNetwork(
      layout, parameters: parameters, cost: settings.cost, capacity: capacity, order: relaxation.effectiveOrder, on: grid,
      exchange: exchange, times: times)
    propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings, seed: seed)
    guard !settings.measuresCosine || grid.spin.size == 1 else {
      throw TrainingError.setting(key: "learning.cosine", reason: "the exact gradient takes a whole network; set grid.spin to 1")
    }
    cosine =
      settings.measuresCosine ? GradientCosine(network, relaxation: relaxation, samples: settings.batch.shard) : nil
    let own = TreeReduction.shardRange(
      of: grid.data.rank, ranks: grid.data.size, shards: settings.batch.size / settings.batch.shard)
    // A nudged phase of conjugate variables continues with the inertia of its whole micro-shard.
    freePhases =
      !settings.warmStart && relaxation.machine.kind == .hopfield && relaxation.settlesBySample(in: network)
      ? FreePhases(relaxation, of: network, shard: settings.batch.shard) : nil
    warmStates = settings.warmStart ? WarmStates(network: network, samples: settings.batch.shard, shards: own) : nil
  }

  /// Refuses a rule of learning without an equilibrium to learn from.
  ///
  /// - Throws: `TrainingError.setting` for a nudge under which there is none, or an estimator that needs another machine's; `NetworkError`
  ///   where the machine cannot relax the network.
  package static func check(_ settings: LearningSettings, relaxation: RelaxationSettings, of layout: NetworkLayout) throws {
    guard
      !settings.cost.isSquared || [.oneSided, .linearResponse].contains(settings.estimator) || settings.nudge < 1
        || relaxation.machine.boundsOutput
    else {
      throw TrainingError.setting(
        key: "learning.nudge",
        reason:
          "at −\(settings.nudge) the output has no equilibrium under the squared error; a nudge of both signs must be below 1")
    }
    guard settings.estimator != .linearResponse || relaxation.machine.keepsEquilibria(of: layout) else {
      throw TrainingError.setting(
        key: "learning.estimator",
        reason:
          "linearResponse is of the network's own equilibria, which machine \(relaxation.machine.kind.rawValue) does not have here; use "
          + "another estimator")
    }
    try relaxation.check(layout, cost: settings.cost)
  }

  public var parameterLayout: any ParameterLayout { network.layout }
  public var parameters: AlignedBuffer<Float> { network.parameters }
  public func parametersChanged() { network.parametersChanged() }

  public func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport {
    var report = ShardReport()
    propagation.relaxation.select(shard.step * shards + shard.index)
    if let freePhases {
      if !freePhases.holds(shard.index) { try freePhases.relax([shard]) }
      try freePhases.restore(shard, report: &report)
    } else {
      if let warmStates { warmStates.restore(shard.index) } else { network.reset() }
      try propagation.relaxFreely(shard.pixels, labels: shard.labels, first: 0, report: &report)
      warmStates?.keep(shard.index)
    }
    var weights: [Float]?
    let needsResiduals = shard.measuresResiduals && freePhases == nil
    if needsResiduals || settings.residualLimit != nil {
      let residuals = try propagation.relaxation.residuals(of: network, samples: shard.labels.count)
      if needsResiduals { report.residuals = residuals }
      weights = settings.residualLimit.map { limit in residuals.map { min(1, limit / Float($0)) } }
    }
    try cosine?.prepare(shard)
    try propagation.addGradient(
      labels: shard.labels, batch: shard.batch, sign: shard.sign, weights: weights, into: gradients, report: &report)
    if let cosine { report.metrics = cosine.cosines(with: gradients[0]).map { $0 * Double(shard.labels.count) } }
    return report
  }

  public var beginsTogether: Bool { freePhases != nil }
  public func begin(_ shards: [MicroShard]) throws { try freePhases?.relax(shards) }

  public var metricNames: [String] { cosine == nil ? [] : GradientCosine.names(network.layout) }
  public var relaxationsPerSample: Int { settings.phases }
  public var relaxes: Bool { true }
  public var outline: String { network.layout.counted("layer") }
  public var stateMemory: (states: Int, fields: Int) { (network.memory.states, network.memory.fields) }
  public var subtrees: [[Range<Int>]] {
    let partition = network.strip.partition
    return (0..<partition.strips).map(partition.subtrees)
  }
  public var isReporter: Bool { network.strip.index == 0 }
  public var traffic: (sent: (messages: Int, bytes: Int), predicted: (messages: Int, bytes: Int)) { network.traffic }
  public var sweeps: Int { network.sweeps }

  public func extraTensors() throws -> [String: Tensor] {
    guard let warmStates else { return [:] }
    var tensors: [String: Tensor] = [:]
    for (index, layer) in network.layout.layers.enumerated() {
      let all = try warmStates.gathered(layer: index + 1, over: grid)
      tensors["warm.\(layer.name)"] = Tensor(all)
    }
    return tensors
  }

  public func restoreExtra(_ tensors: [String: Tensor]) throws {
    guard let warmStates else { return }
    for (index, layer) in network.layout.layers.enumerated() {
      let name = "warm.\(layer.name)"
      let count = settings.batch.size * layer.shape.stride
      guard let tensor = tensors[name], tensor.count == count else {
        throw NetworkError("tensor \(name) is missing or has another size; \(count) numbers were expected")
      }
      warmStates.assign(try tensor.floats(), layer: index + 1)
    }
  }
}
