import Files
import Host
import Kernels
import MPI
import Networks
import Parallel

/// A Boltzmann machine that learns by the gradient of the log-likelihood of its visible spins (`BoltzmannSettings`).
///
/// A micro-shard has its own clamped chains, one an image, and its share of the free ones, whose noise is counted by their numbers among all. So
/// a training has the same bits on any number of ranks.
public final class BoltzmannLearner: TrainableNetwork {
  /// Spins and pairs.
  public let layout: BoltzmannLayout
  public let parameters: AlignedBuffer<Float>
  private let settings: BoltzmannSettings
  private let batch: LearningSettings.Batch
  /// `nil`: this rank alone.
  private let grid: ProcessGrid?
  private let seed: UInt64
  private let times: Profile
  private let images: BinaryImages
  private let clamped: ProgrammedReplicas
  private let free: ProgrammedReplicas
  /// Of this rank's micro-shards.
  private let shards: Range<Int>
  private let dataChains: [BoltzmannChains]
  private let modelChains: [BoltzmannChains]
  private let clampedPlaces: [Int32]
  private let freePlaces: [Int32]
  private let counts: (data: AlignedBuffer<Int32>, model: AlignedBuffer<Int32>)
  private let centring: CentredGradient?
  private var isProgrammed = false

  /// - Throws: `TrainingError.setting` for what a Boltzmann machine cannot learn with.
  public init(
    _ layout: BoltzmannLayout, parameters: AlignedBuffer<Float>, settings: BoltzmannSettings, learning: LearningSettings,
    seed: UInt64, on grid: ProcessGrid? = nil, times: Profile = Profile()
  ) throws {
    precondition(parameters.count == layout.parameterCount)
    guard !learning.warmStart else {
      throw TrainingError.setting(key: "learning.warmStart", reason: "clamped chains start anew for every image; leave it out")
    }
    let batch = learning.batch
    let shardCount = batch.size / batch.shard
    let chains = settings.estimator == .contrastive ? batch.size : settings.chains ?? batch.size
    guard chains > 0, chains % shardCount == 0 else {
      throw TrainingError.setting(
        key: "boltzmann.chains", reason: "\(chains) chains for \(shardCount) micro-shards; expected a multiple of these")
    }
    self.layout = layout
    self.parameters = parameters
    self.settings = settings
    self.batch = batch
    self.grid = grid
    self.seed = seed
    self.times = times
    images = BinaryImages(layout, seed: seed, member: 0)
    let isVisible = (0..<layout.spinCount).map { $0 < layout.visibleCount }
    clamped = ProgrammedReplicas(
      pairs: layout.pairs, spinCount: layout.spinCount, isFixed: isVisible, seed: Self.seed(seed, .clampedChains))
    free = ProgrammedReplicas(pairs: layout.pairs, spinCount: layout.spinCount, seed: Self.seed(seed, .freeChains))
    clampedPlaces = clamped.layout.places(of: layout.spinCount)
    freePlaces = free.layout.places(of: layout.spinCount)
    let own = TreeReduction.shardRange(of: grid?.data.rank ?? 0, ranks: grid?.data.size ?? 1, shards: shardCount)
    shards = own
    let (each, machine, clampedMachine) = (chains / shardCount, free, clamped)
    dataChains = own.map { BoltzmannChains(clampedMachine, first: $0 * batch.shard, count: batch.shard, seed: seed) }
    let temperatures = settings.estimator == .tempered ? settings.temperatures : 1
    modelChains = own.map {
      BoltzmannChains(machine, first: $0 * each, count: each, temperatures: temperatures, seed: Self.seed(seed, .freeChains))
    }
    for chains in modelChains { chains.randomise(seed: Self.seed(seed, .freeChains)) }
    counts = (AlignedBuffer(count: layout.parameterCount), AlignedBuffer(count: layout.parameterCount))
    let rate = learning.optimiser.learningRate
    let fieldRate = layout.fields.learningRate ?? rate
    centring =
      settings.centring > 0
      ? CentredGradient(layout, rate: settings.centring, ratio: fieldRate > 0 ? rate / fieldRate : 1) : nil
  }

  private static func seed(_ seed: UInt64, _ stream: RandomStream) -> UInt64 {
    let words = Philox(seed: seed, stream).block(SIMD4(0, 0, 0, 0))
    return UInt64(words.x) | UInt64(words.y) << 32
  }

  public var parameterLayout: any ParameterLayout { layout }
  public func parametersChanged() { isProgrammed = false }
  public var measuresAccuracy: Bool { false }
  public var metricNames: [String] { ["energyGap"] }
  public var sumCount: Int { layout.spinCount }

  public func addGradient(of shard: MicroShard, into gradients: [AlignedBuffer<Float>]) throws -> ShardReport {
    if !isProgrammed {
      try times.measure(.load) {
        guard clamped.program(parameters), free.program(parameters) else {
          throw TrainingError.nonFinite(what: "a coupling or field", epoch: 0, step: shard.step)
        }
      }
      isProgrammed = true
    }
    let (data, model) = (dataChains[shard.index - shards.lowerBound], modelChains[shard.index - shards.lowerBound])
    counts.data.clear()
    counts.model.clear()
    times.measure(.step) {
      clampedPhase(data, shard)
      freePhase(model, data, shard)
    }
    var report = ShardReport()
    times.measure(.gradient) { add(shard, chains: model.count, into: gradients[0], report: &report) }
    report.free.sweeps = settings.data.total
    report.nudged.sweeps = settings.model.total
    return report
  }

  private func clampedPhase(_ data: BoltzmannChains, _ shard: MicroShard) {
    if !layout.isRestricted { data.randomise(seed: Self.seed(seed &+ UInt64(shard.step), .clampedChains)) }
    for (sample, label) in shard.labels.enumerated() {
      let number = shard.step &* shard.batch &+ shard.firstSample &+ sample
      let spins = images.spins(shard.pixels, sample: sample, label: label, number: number)
      data.states.clamp(spins, lane: sample, places: clampedPlaces)
    }
    data.run(settings.data, step: shard.step, into: counts.data)
  }

  private func freePhase(_ model: BoltzmannChains, _ data: BoltzmannChains, _ shard: MicroShard) {
    switch settings.estimator {
    case .persistent, .tempered: break
    case .restarted: model.randomise(seed: Self.seed(seed &+ UInt64(shard.step), .freeChains))
    case .contrastive: model.states.copySpins(from: data.states, places: (clampedPlaces, freePlaces))
    }
    model.run(settings.model, step: shard.step, into: counts.model)
  }

  /// `−∂ ln p/∂θ`, and the sums of what clamped spins are.
  private func add(_ shard: MicroShard, chains: Int, into gradient: AlignedBuffer<Float>, report: inout ShardReport) {
    let images = shard.labels.count
    let shards = shard.batch / images
    let dataScale = 1 / (Float(shard.batch) * Float(settings.data.samples))
    let modelScale = 1 / (Float(shards * chains) * Float(settings.model.samples))
    let (dataCount, modelCount) = (Int32(images * settings.data.samples), Int32(chains * settings.model.samples))
    var gap = 0.0
    for parameter in 0..<layout.parameterCount {
      let data = Float(dataCount - 2 * counts.data[parameter]) * dataScale
      let slope = Float(modelCount - 2 * counts.model[parameter]) * modelScale - data
      gradient[parameter] += slope
      gap += Double(parameters[parameter] * slope)
    }
    report.loss = gap * Double(shard.batch)
    report.metrics = [gap * Double(shard.batch)]
    report.sums = (0..<layout.spinCount).map {
      Float(dataCount - 2 * counts.data[layout.fields.offset + $0]) * dataScale
    }
  }

  public var finishesGradients: Bool { centring != nil }
  public func finish(_ gradient: AlignedBuffer<Float>, sums: [Float]) { centring?.centre(gradient, means: sums) }

  public var outline: String {
    "Boltzmann machine of \(layout.visibleCount) visible and \(layout.spinCount - layout.visibleCount) hidden spins with "
      + "\(layout.pairs.count) couplings"
  }

  public var stateMemory: (states: Int, fields: Int) {
    let words = (modelChains + dataChains).map(\.states.stride).reduce(0, +) * layout.spinCount
    return (8 * words, 8 * layout.parameterCount)
  }

  public var sweeps: Int { 0 }

  // MARK: - Checkpoints

  private static let chainsName = "warm.chains"
  private static let placesName = "warm.temperatures"

  public func extraTensors() throws -> [String: Tensor] {
    var tensors = centring?.tensors ?? [:]
    let spins = try gathered(modelChains.flatMap(\.spins).map { Int32($0) })
    let places = try gathered(modelChains.flatMap(\.places).map { Int32($0) })
    tensors[Self.chainsName] = Tensor(spins, shape: [places.count, layout.spinCount])
    tensors[Self.placesName] = Tensor(places)
    return tensors
  }

  /// Those of all ranks, on the first. Collective.
  private func gathered(_ own: [Int32]) throws -> [Float] {
    guard let grid else { return own.map { Float($0) } }
    return try grid.namingData("free chains") { try grid.data.gatherVarying(own, root: 0).joined().map { Float($0) } }
  }

  public func restoreExtra(_ tensors: [String: Tensor]) throws {
    try centring?.restore(tensors)
    let lanes = modelChains.first?.states.laneCount ?? 0
    let all = batch.size / batch.shard * lanes
    guard let chains = tensors[Self.chainsName], chains.shape == [all, layout.spinCount], let places = tensors[Self.placesName],
      places.shape == [all]
    else {
      throw NetworkError(
        "tensor \(Self.chainsName) is missing, or has not the \(all) chains of \(layout.spinCount) spins of this training")
    }
    let spins = try chains.floats().map { Int8($0 < 0 ? -1 : 1) }
    let ladder = try places.floats().map { Int($0) }
    guard ladder.allSatisfy({ (0..<max(settings.temperatures, 1)).contains($0) }) else {
      throw NetworkError("tensor \(Self.placesName) names a temperature that this training does not have")
    }
    for (shard, model) in zip(shards, modelChains) {
      let range = shard * lanes..<(shard + 1) * lanes
      model.restore(
        spins: spins[range.lowerBound * layout.spinCount..<range.upperBound * layout.spinCount], places: ladder[range])
    }
  }
}
