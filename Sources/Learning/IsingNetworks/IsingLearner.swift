import Host
import Kernels
import Networks

/// An Ising network that learns by equilibrium propagation. Its energy is linear in every parameter, so the gradient is a
/// difference of correlations:
///
///     ∂L/∂J_ij = −(⟨s_i s_j⟩^β − ⟨s_i s_j⟩⁰)/β,   ∂L/∂W_ik = −x_k (⟨s_i⟩^β − ⟨s_i⟩⁰)/β,   ∂L/∂b_i = −(⟨s_i⟩^β − ⟨s_i⟩⁰)/β
///
/// or the same between phases of +β and −β, over 2β. The nudge adds `β t_i` to the field of an annealer's output spin `i`, whose
/// target `t_i` is 1 for the right class and −1 for the others: the cost is `−Σ t_i s_i`, the squared error up to a constant. A
/// sampler's gets `β (t_i − ⟨s_i⟩⁰)`, for the squared error of its averages.
public final class IsingLearner: TrainableNetwork {
  /// The parameters, and the machine that relaxes them.
  public let network: IsingNetwork
  private let settings: LearningSettings
  private let times: Profile
  private let isEmbedded: Bool

  /// - Throws: `TrainingError.setting` for what an Ising network cannot learn with.
  public init(_ network: IsingNetwork, settings: LearningSettings, isEmbedded: Bool = false, times: Profile = Profile())
    throws
  {
    guard settings.cost.kind == .squaredError else {
      throw TrainingError.setting(
        key: "learning.cost", reason: "\(settings.cost.kind.rawValue); an Ising network has squaredError")
    }
    guard !settings.warmStart else {
      throw TrainingError.setting(key: "learning.warmStart", reason: "the spins of an Ising network start anew for every image")
    }
    try settings.estimator.requireNudge("an Ising network")
    self.network = network
    self.settings = settings
    self.isEmbedded = isEmbedded
    self.times = times
  }

  public var parameterLayout: any ParameterLayout { network.layout }
  public var parameters: AlignedBuffer<Float> { network.parameters }
  public func parametersChanged() { network.parametersChanged() }

  /// The share of samples whose nudged state differs from the free one, that of samples that were not nudged, and that of broken
  /// chains.
  public var metricNames: [String] {
    guard network.settings.kind == .anneal else { return [] }
    return ["changed", "skipped"] + (isEmbedded ? ["chainBreaks"] : [])
  }

  public func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport {
    var report = ShardReport()
    report.metrics = metricNames.map { _ in 0 }
    let samples = shard.labels.count
    try times.measure(.load) { try network.clamp(shard.pixels, samples: samples) }
    for (sample, label) in shard.labels.enumerated() {
      let number = shard.step * shard.batch + shard.firstSample + sample
      try times.measure(.step) { try network.relaxFreely(sample: sample, number: number) }
      let isRight = tally(label, into: &report)
      guard !skips(label, isRight: isRight) else {
        count("skipped", in: &report)
        continue
      }
      let image = shard.pixels[sample * network.layout.pixelCount..<(sample + 1) * network.layout.pixelCount]
      try learn(image, label: label, number: number, shard: shard, into: gradients[0], report: &report)
    }
    let sweeps = network.relaxation.sweepsPerPhase
    report.free.sweeps = sweeps.free
    report.nudged.sweeps = sweeps.nudged
    return report
  }

  /// Notes what the free phase came to.
  ///
  /// - Returns: whether the class is right.
  private func tally(_ label: Int, into report: inout ShardReport) -> Bool {
    let prediction = network.prediction()
    report.loss += settings.cost.value(prediction: prediction, label: label)
    let isRight = prediction.firstIndex(of: prediction.max() ?? 0) == label
    if isRight { report.correct += 1 }
    if isEmbedded { count("chainBreaks", by: network.relaxation.chainBreakFraction, in: &report) }
    return isRight
  }

  private func skips(_ label: Int, isRight: Bool) -> Bool {
    switch network.settings.skips {
    case .none: false
    case .right: isRight
    case .settled: network.isSettled(label: label)
    }
  }

  private func count(_ metric: String, by amount: Double = 1, in report: inout ShardReport) {
    if let index = metricNames.firstIndex(of: metric) { report.metrics[index] += amount }
  }

  /// The nudged phases of a sample, and their correlations.
  private func learn(
    _ image: ArraySlice<Float>, label: Int, number: Int, shard: MicroShard, into gradient: AlignedBuffer<Float>,
    report: inout ShardReport
  ) throws {
    let betas = settings.estimator.nudges(settings.nudge, sign: shard.sign)
    var hasChanged = false
    for beta in betas {
      try times.measure(.step) {
        try network.relaxNudged(by: beta, label: label, smoothing: settings.cost.smoothing, number: number)
      }
      hasChanged = hasChanged || network.nudged.spins != network.free.spins
      let scale = 1 / (Float(betas.count) * beta * Float(shard.batch))
      times.measure(.gradient) {
        add(network.nudged, scale: scale, image: image, to: gradient)
        if betas.count == 1 { add(network.free, scale: -scale, image: image, to: gradient) }
      }
    }
    if hasChanged { count("changed", in: &report) }
  }

  /// `gradient += scale · ∂E/∂θ`, of one phase's correlations.
  private func add(
    _ phase: SpinCorrelations, scale: Float, image: ArraySlice<Float>, to gradient: AlignedBuffer<Float>
  ) {
    let layout = network.layout
    for spin in phase.spins.indices { gradient[layout.bias.offset + spin] -= scale * phase.spins[spin] }
    for (index, product) in phase.pairs.enumerated() { gradient[layout.couplings.offset + index] -= scale * product }
    var place = layout.inputWeights.offset
    for pixel in image {
      if pixel != 0 {
        for spin in 0..<layout.targetCount { gradient[place + spin] -= scale * pixel * phase.spins[spin] }
      }
      place += layout.targetCount
    }
  }

  public var relaxationsPerSample: Int { network.settings.reads * settings.phases }

  public var outline: String {
    "\(network.layout.spinCount) spins with \(network.layout.pairs.count) couplings"
  }

  public var stateMemory: (states: Int, fields: Int) {
    (8 * (network.layout.spinCount + network.layout.pairs.count), 4 * network.layout.spinCount)
  }

  public var sweeps: Int { 0 }
}
