import Kernels
import Networks

/// What the relaxation of one micro-shard came to. Sums over its samples.
public struct ShardReport: Equatable, Sendable {
  public var loss = 0.0
  public var correct = 0
  public var free = RelaxationReport()
  public var nudged = RelaxationReport()
  /// Sweeps of a sample's free phase on average, where samples end one by one; `free` has those of the slowest.
  public var meanSweeps: Double?
  /// Of each sample where the free phase has ended, if they were measured.
  public var residuals: [Double] = []
  /// What the network counts besides, by `TrainableNetwork.metricNames`.
  public var metrics: [Double] = []

  public init() {}
}

/// The gradient of the loss at the equilibrium of any machine, by equilibrium propagation (Scellier & Bengio 2017; centred:
/// Laborieux et al. 2021).
///
/// One micro-shard relaxes freely; nudged phases start from its free states; differences of correlations between phases are the
/// gradient:
///
///     g = Σ_i c_i ∂F/∂θ(s^{β_i}),   centred: c = ±1/2β at ±β;   one-sided: c = 1/β at β and −1/β at the free state
///
/// The two nudged phases of the centred estimator are one batch of twice the samples. The other estimators keep the free states
/// in the same place, so that both phases' correlations are one sum.
public final class EquilibriumPropagation {
  public let network: HopfieldNetwork
  public let settings: LearningSettings
  /// Called after every sweep, with the nudge if there is one.
  public var observe: ((Nudge?) throws -> Void)?
  /// What relaxes the network.
  public let relaxation: any NetworkRelaxation
  private let scale: AlignedBuffer<Float>

  /// Samples that the network must have room for.
  public static func capacity(_ settings: LearningSettings) -> Int { 2 * settings.batch.shard }

  public init(network: HopfieldNetwork, relaxation: any NetworkRelaxation, settings: LearningSettings) {
    precondition(network.capacity >= Self.capacity(settings) && network.cost == settings.cost)
    self.network = network
    self.settings = settings
    self.relaxation = relaxation
    scale = AlignedBuffer(count: network.capacity)
  }

  /// The same with the relaxation that the settings ask for.
  ///
  /// - Parameter seed: of its noise, if there is any.
  public convenience init(
    network: HopfieldNetwork, relaxation: RelaxationSettings, settings: LearningSettings, seed: UInt64 = 0
  ) {
    self.init(network: network, relaxation: relaxation.relaxation(of: network, seed: seed), settings: settings)
  }

  /// The β of each nudged phase; the random sign, where one is drawn, is `sign`.
  public func nudges(sign: Float = 1) -> [Float] { settings.estimator.nudges(settings.nudge, sign: sign) }

  /// Relaxes the free phase of `samples` images from the network's present states and says how well it predicts.
  public func relaxFreely(_ pixels: [Float], labels: ArraySlice<Int>, first: Int, report: inout ShardReport) throws {
    let samples = labels.count
    network.clamp(pixels, first: first, samples: samples)
    report.free = try relaxation.run(
      network, samples: samples, nudge: nil, observe: observe.map { observe in { _ in try observe(nil) } })
    for (sample, label) in labels.enumerated() {
      let prediction = network.prediction(sample: sample)
      report.loss += settings.cost.value(prediction: prediction, label: label)
      report.correct += prediction.firstIndex(of: prediction.max()!) == label ? 1 : 0
    }
  }

  /// Adds the gradient of the samples that relaxed freely just now, divided by `batch`, the samples of the whole mini-batch.
  ///
  /// - Parameters:
  ///   - sign: of β, for the random-sign estimator.
  ///   - gradients: one for each subtree of the network's strip, see `HopfieldNetwork.addCorrelations`.
  public func addGradient(
    labels: ArraySlice<Int>, batch: Int, sign: Float = 1, into gradients: [AlignedBuffer<Float>], report: inout ShardReport
  ) throws {
    let samples = labels.count
    let betas = nudges(sign: sign)
    if relaxation.settings.freezesPooling { network.freezePooling(samples: samples) }
    try network.duplicate(count: samples, to: samples)
    if betas.count == 2 {
      for (index, beta) in betas.enumerated() {
        setScale(1 / (2 * beta * Float(batch)), samples: index * samples..<(index + 1) * samples)
      }
    } else {
      setScale(1 / (betas[0] * Float(batch)), samples: 0..<samples)
      setScale(-1 / (betas[0] * Float(batch)), samples: samples..<2 * samples)
    }
    let nudge = Nudge(
      labels: betas.flatMap { _ in labels }, strengths: betas.flatMap { Array(repeating: $0, count: samples) })
    report.nudged = try relaxation.run(
      network, samples: nudge.labels.count, nudge: nudge, observe: observe.map { observe in { _ in try observe(nudge) } })
    try relaxation.addCorrelations(of: network, scale: scale, samples: 2 * samples, into: gradients)
  }

  /// The same of a whole network, into one buffer.
  public func addGradient(
    labels: ArraySlice<Int>, batch: Int, sign: Float = 1, into gradient: AlignedBuffer<Float>, report: inout ShardReport
  ) throws {
    try addGradient(labels: labels, batch: batch, sign: sign, into: [gradient], report: &report)
  }

  /// `scale` multiplies correlations, which are `−∂F/∂θ`; the caller gives the sign of c, this turns it.
  private func setScale(_ value: Float, samples: Range<Int>) {
    for sample in samples { scale[sample] = -value }
  }
}
