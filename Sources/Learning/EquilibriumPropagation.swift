import Kernels
import Networks

/// The gradient of the loss at the equilibrium of any machine, by equilibrium propagation (Scellier & Bengio 2017; centred:
/// Laborieux et al. 2021).
///
/// One micro-shard relaxes freely; nudged phases start from its free states; differences of correlations between phases are the
/// gradient:
///
///     g = [∂F/∂θ(s^β) − ∂F/∂θ(s^β')]/(β − β'),   centred: β' = −β;   one-sided: β' = 0;   linear response: β' = 0, β → 0
///
/// The two phases relax as one batch of twice the samples, for as many sweeps, so that a free phase that has not converged adds the same
/// to both.
public final class EquilibriumPropagation {
  /// The network that relaxes; its states are left as the last phase ended.
  public let network: HopfieldNetwork
  /// Cost, estimator, β and batch.
  public let settings: LearningSettings
  /// Called after every sweep, with the nudge if there is one.
  public var observe: ((Nudge?) throws -> Void)?
  /// What relaxes the network.
  public let relaxation: any NetworkRelaxation
  private let response: LinearResponse?
  private let scale: AlignedBuffer<Float>

  /// Samples that the network must have room for.
  public static func capacity(_ settings: LearningSettings) -> Int { 2 * settings.batch.shard }

  /// - Precondition: the network has room for `capacity(settings)` samples, and the settings' cost.
  public init(network: HopfieldNetwork, relaxation: any NetworkRelaxation, settings: LearningSettings) {
    precondition(network.capacity >= Self.capacity(settings) && network.cost == settings.cost)
    self.network = network
    self.settings = settings
    self.relaxation = relaxation
    response =
      settings.estimator == .linearResponse
      ? LinearResponse(relaxation.settings, of: network, samples: settings.batch.shard) : nil
    scale = AlignedBuffer(count: settings.batch.shard)
  }

  /// The same with the relaxation that the settings ask for.
  ///
  /// - Parameter seed: of its noise, if there is any.
  public convenience init(
    network: HopfieldNetwork, relaxation: RelaxationSettings, settings: LearningSettings, seed: UInt64 = 0
  ) {
    self.init(network: network, relaxation: relaxation.relaxation(of: network, seed: seed), settings: settings)
  }

  /// The β of the two phases that are compared; the random sign, where one is drawn, is `sign`. None under linear response.
  public func betas(sign: Float = 1) -> [Float] { settings.estimator.betas(settings.nudge, sign: sign) }

  /// Relaxes the free phase of `samples` images from the network's present states and says how well it predicts.
  public func relaxFreely(_ pixels: [Float], labels: ArraySlice<Int>, first: Int, report: inout ShardReport) throws {
    let samples = labels.count
    network.clamp(pixels, first: first, samples: samples)
    report.free = try relaxation.run(
      network, samples: samples, nudge: nil, observe: observe.map { observe in { _ in try observe(nil) } })
    for (sample, label) in labels.enumerated() {
      report.note(network.prediction(sample: sample), label: label, cost: settings.cost)
    }
  }

  /// Adds the gradient of the samples that relaxed freely just now, divided by `batch`, the samples of the whole mini-batch. The
  /// network's states are lost.
  ///
  /// - Parameters:
  ///   - sign: of β, for the random-sign estimator.
  ///   - weights: by which each sample counts, 1 unless given.
  ///   - gradients: one for each subtree of the network's strip, see `HopfieldNetwork.addDifference`.
  public func addGradient(
    labels: ArraySlice<Int>, batch: Int, sign: Float = 1, weights: [Float]? = nil, into gradients: [AlignedBuffer<Float>],
    report: inout ShardReport
  ) throws {
    try relaxNudged(labels: labels, sign: sign, report: &report)
    try addDifference(samples: labels.count, batch: batch, sign: sign, weights: weights, into: gradients)
  }

  /// The same of a whole network, into one buffer.
  public func addGradient(
    labels: ArraySlice<Int>, batch: Int, sign: Float = 1, into gradient: AlignedBuffer<Float>, report: inout ShardReport
  ) throws {
    try addGradient(labels: labels, batch: batch, sign: sign, into: [gradient], report: &report)
  }

  /// The first half of `addGradient`. The states of both phases lie one behind the other then; under linear response the responses, and
  /// the free states.
  public func relaxNudged(labels: ArraySlice<Int>, sign: Float = 1, report: inout ShardReport) throws {
    let samples = labels.count
    if let response {
      network.freezePooling(samples: samples, all: true)
      report.nudged = try response.run(network, labels: labels)
      return
    }
    if relaxation.settings.freezesPooling { network.freezePooling(samples: samples) }
    try network.duplicate(count: samples, to: samples)
    let betas = betas(sign: sign)
    let nudge = Nudge(
      labels: betas.flatMap { _ in labels }, strengths: betas.flatMap { Array(repeating: $0, count: samples) })
    report.nudged = try relaxation.run(
      network, samples: nudge.labels.count, nudge: nudge, observe: observe.map { observe in { _ in try observe(nudge) } })
  }

  /// The second half of `addGradient`.
  public func addDifference(
    samples: Int, batch: Int, sign: Float = 1, weights: [Float]? = nil, into gradients: [AlignedBuffer<Float>]
  ) throws {
    let betas = betas(sign: sign)
    let span = betas.isEmpty ? 1 : betas[0] - betas[1]
    // What it multiplies are correlations, −∂E/∂θ.
    for sample in 0..<samples { scale[sample] = -(weights?[sample] ?? 1) / (span * Float(batch)) }
    if response != nil {
      try network.addDerivative(scale: scale, samples: samples, into: gradients)
    } else {
      try relaxation.addDifference(of: network, scale: scale, samples: samples, into: gradients)
    }
  }
}
