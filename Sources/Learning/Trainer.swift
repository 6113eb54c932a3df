import Host
import Kernels
import MPI
import Networks
import Parallel

/// Where a training stands: `step` updates were made, and mini-batch `batch` of epoch `epoch` is next.
public struct TrainingPosition: Equatable, Sendable {
  /// Epochs that are complete.
  public var epoch = 0
  /// Mini-batches of this epoch that are done.
  public var batch = 0
  /// Updates since the start of the training.
  public var step = 0
  /// The start of a training, unless given.
  public init(epoch: Int = 0, batch: Int = 0, step: Int = 0) {
    self.epoch = epoch
    self.batch = batch
    self.step = step
  }
}

/// One update, over the whole mini-batch and all ranks.
public struct StepReport: Equatable, Sendable {
  /// Mean over the samples.
  public var loss: Double
  /// The share of samples whose class was right, 0 to 1; 0 where there are no classes.
  public var accuracy: Double
  /// Means over the micro-shards.
  public var freeSweeps: Double
  /// Mean sweeps of the nudged phases over the micro-shards.
  public var nudgedSweeps: Double
  /// Where the free phases have ended, over the images; in steps in which it was measured (`Trainer.residualInterval`), of networks
  /// that relax.
  public var residual: ResidualSummary?
  /// The Euclidean norm of the whole gradient, before clipping.
  public var gradientNorm: Double
  /// The schedule's factor.
  public var rateFactor: Float
  /// Samples of the mini-batch, over all ranks.
  public var samples: Int
  /// Means over the samples of what is counted besides, by `Trainer.metricNames`.
  public var metrics: [Double]
  /// Channels that have fresh weights, since no image of the epoch that has ended with this step moved them.
  public var revived = 0
  /// What some rank asked for.
  public var requests: StepRequests
}

/// What a rank may ask of all of them, once a step; every rank learns of it in that step's report, and acts at the same step.
public struct StepRequests: OptionSet, Sendable {
  /// One bit for each request.
  public let rawValue: Int
  /// The requests whose bits are set.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// Training ends after this step.
  public static let stop = StepRequests(rawValue: 1)
  /// A checkpoint is written after this step.
  public static let checkpoint = StepRequests(rawValue: 2)
}

/// Trains one network, each rank on its part of it and its data group's micro-shards of every mini-batch.
///
/// The order of samples, the micro-shards and the trees in which their gradients are added are fixed by the settings alone, whichever rank
/// updates which parameters. So the bits do not depend on the grid.
public final class Trainer {
  /// What is trained: this rank's copy or strip.
  public let network: any TrainableNetwork
  /// The update rule, and the moments of the parameters that this rank updates.
  public let optimiser: Optimiser
  /// Of the parameters, with `learning.averaging`.
  public let average: WeightAverage?
  /// With `learning.reviveChannels`.
  public let silent: SilentChannels?
  /// Rule, batch, schedule and optimiser.
  public let settings: LearningSettings
  /// The ranks that train together.
  public let grid: ProcessGrid
  /// What time has been spent on.
  public let times: Profile
  /// The mini-batch that is next.
  public private(set) var position = TrainingPosition()
  /// Whole mini-batches of an epoch; images that are left over wait for another epoch.
  public let batchesPerEpoch: Int
  /// What is counted besides loss and accuracy: by the network, and errors of numbers where those are learned.
  public let metricNames: [String]
  /// Asked once a step on every rank.
  public var requests: () -> StepRequests = { [] }

  /// Residuals are measured in every so many steps from the first on, and in the last step of an epoch: they take the time of a sweep.
  public static let residualInterval = 10

  private let seed: UInt64
  private let images: any TrainingImages
  private let reduction: GridReduction
  private let digest: StepDigest
  /// Gathers what lies as the parameters do.
  private let gather: PartGather<Float>
  /// For rules that look at several parameters at once: then every rank makes the whole update.
  let wholeGradient: AlignedBuffer<Float>?
  /// How evenly the steps so far were divided among the ranks.
  public private(set) var balance = StepBalance()
  /// With `learning.whitenPatches`.
  private let whitening: PatchWhitening?
  private var order: (epoch: Int, indices: [Int])?
  private var pixels: [Float] = []
  private var labels: [Int] = []

  /// - Throws: `TrainingError.setting` where batch, micro-shards, ranks and images do not fit together.
  public init(
    _ network: any TrainableNetwork, settings: LearningSettings, seed: UInt64, images: any TrainingImages, grid: ProcessGrid,
    times: Profile = Profile()
  ) throws {
    try Self.check(settings, images: images.count, ranks: grid.data.size)
    guard settings.residualLimit == nil || network is HopfieldLearner else {
      throw TrainingError.setting(
        key: "learning.residualLimit", reason: "is for layered networks that learn by equilibrium propagation; leave it out")
    }
    self.network = network
    self.times = times
    self.grid = grid
    self.settings = settings
    self.seed = seed
    self.images = images
    batchesPerEpoch = images.count / settings.batch.size
    silent = settings.revivesChannels ? SilentChannels(try Self.layout(of: network, "reviveChannels"), seed: seed) : nil
    whitening =
      settings.whitensPatches ? try PatchWhitening(Self.layout(of: network, "whitenPatches"), images: images) : nil
    guard whitening == nil || (settings.optimiser.bound == nil && network.parameterMemory == nil) else {
      throw TrainingError.setting(
        key: "learning.whitenPatches", reason: "moves other numbers than the weights, which then leave their range; leave it out")
    }
    if let memory = network.parameterMemory {
      memory.begin(with: network.parameters)
      network.parametersChanged()
    }
    metricNames = network.metricNames + (settings.cost.targets == nil ? [] : TargetErrors.names)
    average = settings.averaging > 0 ? WeightAverage(of: network.parameters, decay: settings.averaging) : nil
    let (metrics, samples) = (metricNames.count, settings.batch.size)
    reduction = try GridReduction(
      count: StepSum.gradientCount(of: network) + StepSum.reportCount(of: network, metrics: metrics, samples: samples),
      shards: samples / settings.batch.shard, subtrees: network.subtrees, over: grid)
    digest = try StepDigest(reduction, of: network, metrics: metrics, samples: samples, over: grid)
    let parameterCount = network.parameterLayout.parameterCount
    gather = try PartGather(reduction.parts.map { $0.map { $0.clamped(to: 0..<parameterCount) } }, over: grid)
    let looksAtAll = silent != nil || whitening != nil || network.parameterMemory != nil || network.finishesGradients
    wholeGradient = looksAtAll ? AlignedBuffer(count: parameterCount) : nil
    optimiser = Optimiser(settings.optimiser, layout: network.parameterLayout, part: looksAtAll ? nil : reduction.part)
  }

  /// A trainer of a Hopfield network by equilibrium propagation.
  ///
  /// - Throws: also `NetworkError` where the states of a micro-shard cannot be addressed.
  public convenience init(
    layout: NetworkLayout, parameters: AlignedBuffer<Float>, relaxation: RelaxationSettings, settings: LearningSettings,
    seed: UInt64, images: any TrainingImages, grid: ProcessGrid, exchange: ExchangeSettings = ExchangeSettings(),
    times: Profile = Profile()
  ) throws {
    try Self.check(settings, images: images.count, ranks: grid.data.size)
    try self.init(
      HopfieldLearner(
        layout, parameters: parameters, relaxation: relaxation, settings: settings, seed: seed, on: grid, exchange: exchange,
        times: times),
      settings: settings, seed: seed, images: images, grid: grid, times: times)
  }

  /// - Throws: `TrainingError.setting` where there are no channels of layers.
  private static func layout(of network: any TrainableNetwork, _ key: String) throws -> NetworkLayout {
    guard let layout = network.parameterLayout as? NetworkLayout else {
      throw TrainingError.setting(key: "learning.\(key)", reason: "is for layered networks; leave it out")
    }
    return layout
  }

  /// - Throws: `TrainingError.setting` where batch, micro-shards, ranks and images do not fit together.
  package static func check(_ settings: LearningSettings, images: Int, ranks: Int) throws {
    let batch = settings.batch
    guard batch.size > 0, batch.shard > 0, batch.size % batch.shard == 0 else {
      throw TrainingError.setting(
        key: "learning.batch",
        reason: "a batch of \(batch.size) cannot be cut into micro-shards of \(batch.shard); the size must be a multiple")
    }
    let shards = batch.size / batch.shard
    guard shards >= ranks else {
      throw TrainingError.setting(
        key: "learning.batch",
        reason:
          "\(ranks) ranks share \(shards) micro-shards (a batch of \(batch.size) in shards of \(batch.shard)); use at most \(shards) "
          + "ranks, a larger batch or smaller shards")
    }
    guard images >= batch.size else {
      throw TrainingError.setting(
        key: "learning.batch.size", reason: "a batch of \(batch.size) is larger than the training set of \(images) images")
    }
    guard settings.nudge > 0, settings.nudge.isFinite else {
      throw TrainingError.setting(key: "learning.nudge", reason: "\(settings.nudge); expected a number above 0")
    }
  }

  /// What validation, the choice of the best checkpoint and the test measure: the average where there is one.
  public var measuredParameters: AlignedBuffer<Float> { average?.values ?? network.parameters }

  /// Epochs passed, with the fraction of the present one.
  public var epochFraction: Double { Double(position.epoch) + Double(position.batch) / Double(batchesPerEpoch) }
  /// Whether all epochs are done.
  public var isFinished: Bool { position.epoch >= settings.epochs }

  /// One mini-batch: relaxations, reduction, update. Collective.
  ///
  /// - Throws: `TrainingError.nonFinite` if the training has diverged, `DatasetError` if images cannot be read, or the failure of
  ///   an exchange between ranks.
  public func step() throws -> StepReport {
    let batch = indices()
    let sign: Float =
      Philox(seed: seed, .nudgeSign).block(SIMD4(UInt32(truncatingIfNeeded: position.step), 0, 0, 0)).x & 1 == 0 ? 1 : -1
    let requested = requests()
    let measures = position.step % Self.residualInterval == 0 || position.batch == batchesPerEpoch - 1
    func loaded(_ shard: Int) -> MicroShard {
      let first = batch.startIndex + shard * settings.batch.shard
      times.measure(.load) {
        images.load(batch[first..<first + settings.batch.shard], epoch: position.epoch, into: &pixels, labels: &labels)
      }
      return MicroShard(
        pixels: pixels, labels: labels[0..<settings.batch.shard], index: shard, batch: settings.batch.size, step: position.step,
        sign: sign, measuresResiduals: measures)
    }
    let clock = ComputingClock(times)
    let together = network.beginsTogether ? reduction.own.map(loaded) : []
    try network.begin(together)
    for (number, shard) in reduction.own.enumerated() {
      let buffers = reduction.buffers()
      let report = try network.addGradient(of: together.isEmpty ? loaded(shard) : together[number], into: buffers)
      // All strips know what a shard came to; one of them reports it.
      StepSum(buffers[0], of: network, metrics: metricNames.count).note(
        report, requested, firstSample: shard * settings.batch.shard, share: network.isReporter ? 1 : 0)
      try times.measure(.reduce) { try reduction.add(buffers, shard: shard) }
    }
    let seconds = clock.seconds
    let sum = try times.measure(.reduce) {
      let sum = try reduction.sumPart()
      try digest.take(sum, seconds: seconds)
      return sum
    }
    balance.add(greatest: digest.busy.greatest, mean: digest.busy.mean)
    let residuals = measures && network.relaxes ? digest.report.residuals : []
    return try update(sum, digest.report, residual: ResidualSummary(residuals))
  }

  private func indices() -> ArraySlice<Int> {
    let size = settings.batch.size
    let batch = position.batch * size..<(position.batch + 1) * size
    if let order, order.epoch == position.epoch { return order.indices[batch] }
    let indices = images.order(epoch: position.epoch)
    order = (position.epoch, indices)
    return indices[batch]
  }

  /// - Parameters:
  ///   - sum: of this rank's part.
  ///   - report: of the whole mini-batch.
  private func update(_ sum: AlignedBuffer<Float>, _ report: StepSum, residual: ResidualSummary?) throws -> StepReport {
    let samples = settings.batch.size
    let shards = Double(reduction.shardCount)
    let parameters = network.parameters
    var norm = digest.gradientNorm
    if let wholeGradient {
      try times.measure(.reduce) { try complete(wholeGradient, from: sum, "gradients") }
      network.finish(wholeGradient, sums: report.ownSums)
      norm = wholeGradient.squaredNorm(count: wholeGradient.count).squareRoot()
    }
    guard norm.isFinite, report.loss.isFinite else {
      throw TrainingError.nonFinite(
        what: norm.isFinite ? "the loss" : "the gradient", epoch: position.epoch + 1, step: position.step + 1)
    }
    let factor = settings.schedule.factor(at: epochFraction, of: settings.epochs)
    times.measure(.update) {
      if let wholeGradient { whitening?.whiten(parameters, gradient: wholeGradient) }
      optimiser.update(parameters, gradient: wholeGradient ?? sum, norm: norm, factor: factor)
      whitening?.restore(parameters)
      network.parameterMemory?.write(parameters, update: optimiser.updates)
    }
    if wholeGradient == nil { try times.measure(.reduce) { try gather.complete(parameters, "parameters") } }
    times.measure(.update) { average?.add(parameters, updates: optimiser.updates) }
    advance()
    let revived = wholeGradient.map(revive) ?? 0
    network.parametersChanged()
    return StepReport(
      loss: report.loss / Double(samples), accuracy: report.correct / Double(samples), freeSweeps: report.freeSweeps / shards,
      nudgedSweeps: report.nudgedSweeps / shards, residual: residual, gradientNorm: norm, rateFactor: factor,
      samples: samples, metrics: report.metrics.map { $0 / Double(samples) }, revived: revived,
      requests: report.requests)
  }

  /// Makes a whole buffer, as the parameters lie, of what the ranks have of it. Collective.
  ///
  /// - Parameter part: this rank's, from the first of its own parameters on.
  func complete(_ whole: AlignedBuffer<Float>, from part: AlignedBuffer<Float>, _ content: String) throws {
    let own = reduction.part.clamped(to: 0..<whole.count)
    whole.copy(from: part, to: own.lowerBound, count: own.count)
    try gather.complete(whole, content)
  }

  /// Fresh weights for silent channels where an epoch has ended, other than the last.
  private func revive(after gradient: AlignedBuffer<Float>) -> Int {
    guard let silent else { return 0 }
    silent.note(gradient)
    guard position.batch == 0, !isFinished else { return 0 }
    return silent.revive(
      network.parameters, copies: average.map { [$0.values] } ?? [], moments: optimiser.moments.map(\.values),
      epoch: position.epoch)
  }

  private func advance() {
    position.step += 1
    position.batch += 1
    if position.batch == batchesPerEpoch {
      position.batch = 0
      position.epoch += 1
    }
  }

  /// Continues from `position`, with parameters and moments that were written into `network.parameters` and `optimiser.moments`,
  /// which are those of this rank's part.
  public func resume(at position: TrainingPosition) {
    self.position = position
    optimiser.resume(updates: position.step)
    network.parametersChanged()
  }
}

/// Settings that cannot be trained with, or a training that left the numbers.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// A key of the configuration whose value does not fit, and why.
  case setting(key: String, reason: String)
  /// A number that is infinite or not a number after an update: the training diverged.
  case nonFinite(what: String, epoch: Int, step: Int)

  public var description: String {
    switch self {
    case .setting(let key, let reason): "\(key): \(reason)"
    case .nonFinite(let what, let epoch, let step):
      "\(what) is not finite in epoch \(epoch), step \(step): the training diverged; lower the learning rates or the gains, or set "
        + "learning.optimiser.clip. The last checkpoint, if there is one, is intact: `train --initial CHECKPOINT` begins a new run with its "
        + "weights and other settings."
    }
  }
}
