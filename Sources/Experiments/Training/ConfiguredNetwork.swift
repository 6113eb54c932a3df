import Configuration
import Datasets
import Files
import Host
import Kernels
import Learning
import MPI
import Networks
import Parallel

/// What a configuration trains and evaluates: the one place that knows the kinds of networks and rules of learning.
struct ConfiguredNetwork {
  let layout: any ParameterLayout
  /// With the targets in its cost, where numbers are predicted.
  private(set) var configuration: Configuration
  private let kind: Kind

  private enum Kind {
    case hopfield(NetworkLayout)
    /// One pass upwards: the network of back-propagation, or of the predictive energy.
    case feedForward(NetworkLayout)
    case ising(IsingNetworkLayout, IsingSettings)
    case boltzmann(BoltzmannLayout, BoltzmannSettings)
  }

  /// - Throws: `NetworkError` if the network cannot be, `TrainingError.setting` if it cannot learn by the rule.
  init(_ configuration: Configuration) throws {
    self.configuration = configuration
    switch configuration.model {
    case .ising(let ising):
      guard configuration.learning.rule == .equilibriumPropagation, !configuration.learning.measuresCosine else {
        throw TrainingError.setting(
          key: "learning", reason: "an Ising network has no exact gradient: it learns by equilibriumPropagation, without cosine")
      }
      let layout = try IsingNetworkLayout(ising.network)
      self.layout = layout
      kind = .ising(layout, ising)
    case .boltzmann(let model):
      guard !configuration.learning.measuresCosine else {
        throw TrainingError.setting(key: "learning.cosine", reason: "a Boltzmann machine has no exact gradient; leave it out")
      }
      let layout = try BoltzmannLayout(model.machine)
      self.layout = layout
      kind = .boltzmann(layout, model.settings)
    case .hopfield(let network), .feedForward(let network), .predictive(let network):
      let layout = try NetworkLayout(network)
      self.layout = layout
      let isPredictive = network.energy == .predictive
      let rule = configuration.learning.rule
      let machine = configuration.relaxation.machine.kind
      guard !isPredictive || rule != .backpropagationThroughTime else {
        throw TrainingError.setting(
          key: "learning.rule", reason: "a predictive network settles in one pass; its exact gradient is `backpropagation`")
      }
      guard machine == .hopfield || (rule == .equilibriumPropagation && !isPredictive) else {
        throw TrainingError.setting(
          key: "relaxation.machine", reason: "only equilibrium propagation in a Hopfield network's energy learns on a machine")
      }
      guard
        !configuration.learning.measuresCosine
          || (!isPredictive && rule == .equilibriumPropagation && configuration.relaxation.machine.keepsEquilibria(of: layout))
      else {
        throw TrainingError.setting(
          key: "learning.cosine",
          reason: "is measured where equilibrium propagation teaches a machine whose equilibria are the Hopfield network's own: "
            + "`hopfield`, `conjugate`, `langevin`, or `leaky` with activations `clamp`, `relu6` or `linear`; "
            + "Benchmarks/machines/gradient-cosine compares the others with finite differences")
      }
      kind = isPredictive || rule == .backpropagation ? .feedForward(layout) : .hopfield(layout)
      try Self.checkHardware(configuration, isPredictive: isPredictive)
    }
  }

  /// The same network, which predicts the numbers of a data set where it has some.
  ///
  /// - Throws: `TrainingError.setting` where the output cannot take them.
  func predicting(_ targets: SampledTargets?) throws -> ConfiguredNetwork {
    guard let targets else { return self }
    let table = targets.table
    var network = self
    network.configuration.learning.cost.targets = table
    if let range = table.range, let bounds = configuration.outputRange,
      !bounds.contains(range.lowerBound) || !bounds.contains(range.upperBound)
    {
      throw TrainingError.setting(
        key: "data.files.targetNormalisation",
        reason:
          "the output of this machine takes values from \(bounds.lowerBound) to \(bounds.upperBound), and normalised "
          + "targets lie between \(range.lowerBound) and \(range.upperBound); a mean in the middle of the targets and a deviation of half "
          + "their extent or more bring them there")
    }
    return network
  }

  /// Limits of a machine are refused where none relaxes the network.
  private static func checkHardware(_ configuration: Configuration, isPredictive: Bool) throws {
    let (rule, hardware) = (configuration.learning.rule, configuration.hardware)
    let trains = rule == .equilibriumPropagation && !isPredictive
    let infers = rule != .backpropagation && !isPredictive
    for (key, limits, applies) in [("training", hardware.training, trains), ("inference", hardware.inference, infers)]
    where !applies && limits != HardwareLimits() {
      throw TrainingError.setting(
        key: "hardware.\(key)",
        reason:
          "limits a machine that relaxes the network, and \(isPredictive ? "the predictive energy" : "\(rule)") has none in "
          + "\(key); leave it out")
    }
  }

  /// What its learner would refuse. An evaluation is free of it.
  ///
  /// - Throws: as `learner`.
  func checkLearning() throws {
    guard case .hopfield(let layout) = kind, configuration.learning.rule == .equilibriumPropagation else { return }
    try HopfieldLearner.check(configuration.learning, relaxation: configuration.trainingRelaxation, of: layout)
  }

  /// Whether free phases relax to an equilibrium.
  var relaxes: Bool {
    if case .hopfield = kind { return true }
    return false
  }

  /// Fresh parameters.
  ///
  /// - Parameter images: that will be learned.
  func initialParameters(for images: any TrainingImages) -> AlignedBuffer<Float> {
    let parameters = layout.initialParameters(seed: configuration.seed)
    if case .boltzmann(let layout, _) = kind { layout.beginFields(parameters, like: images, seed: configuration.seed) }
    return parameters
  }

  /// Those of a checkpoint or a file of weights.
  ///
  /// - Throws: `TensorError` that names file and tensor, and what to do.
  func parameters(from path: String) throws -> AlignedBuffer<Float> {
    let source = try CheckpointLocation.file(of: path)
    let file = try TensorFile(contentsOf: source)
    do {
      let parameters = try file.parameters(of: layout, in: source)
      try file.requireNoOthers(than: layout, of: configuration.name, in: source)
      return parameters
    } catch let error as TensorError {
      throw TensorError("\(error); take weights of the same layers, or change the layers of \(configuration.name)")
    }
  }

  /// The layout of a network whose strips ranks may divide; `nil` for others.
  var dividedLayout: NetworkLayout? {
    guard case .hopfield(let layout) = kind, configuration.learning.rule == .equilibriumPropagation else { return nil }
    return layout
  }

  /// As `grid` chooses. Collective.
  func gridChoice(networks: Int, predicts: Bool = true, over world: Communicator) throws -> GridChoice {
    guard let layout = dividedLayout else { return try GridChoice(dataOnly: configuration, networks: networks, over: world) }
    return try GridChoice(configuration, layout: layout, networks: networks, predicts: predicts, over: world)
  }

  /// The grid that the configuration asks for, or the one that is predicted to be fastest. Collective.
  ///
  /// - Parameter networks: the most that can relax at the same time.
  /// - Returns: why, where it was chosen automatically.
  func grid(networks: Int, predicts: Bool = true, over world: Communicator) throws -> (grid: ProcessGrid, reason: String?) {
    let world = try configuration.loading(over: world)
    let choice = try gridChoice(networks: networks, predicts: predicts, over: world)
    return (try ProcessGrid(choice.shape, over: world, deadline: Duration(limit: configuration.timeouts.exchange)), choice.reason)
  }

  /// The network as a trainer takes it. Collective over the spin group.
  func learner(_ parameters: AlignedBuffer<Float>, on grid: ProcessGrid, times: Profile) throws -> any TrainableNetwork {
    let settings = configuration.learning
    switch kind {
    case .hopfield(let layout) where settings.rule == .backpropagationThroughTime:
      return try UnrolledLearner(
        layout, parameters: parameters, relaxation: configuration.relaxation, settings: settings, times: times)
    case .feedForward(let layout) where settings.rule == .backpropagation:
      return try BackpropagationLearner(
        layout, parameters: parameters, cost: settings.cost, capacity: settings.batch.shard, times: times)
    case .feedForward(let layout):
      return try PredictiveLearner(
        layout, parameters: parameters, relaxation: configuration.relaxation, settings: settings,
        capacity: PredictiveLearner.capacity(settings), times: times)
    case .hopfield(let layout):
      return try HopfieldLearner(
        layout, parameters: parameters, relaxation: configuration.trainingRelaxation, settings: settings,
        seed: configuration.seed, on: grid, exchange: configuration.exchange, times: times)
    case .ising(let layout, let ising):
      let network = try IsingNetwork(
        layout, parameters: parameters, settings: ising.machine, hardware: ising.hardware, seed: configuration.seed)
      return try IsingLearner(network, settings: settings, isEmbedded: ising.hardware.chip != nil, times: times)
    case .boltzmann(let layout, let sampling):
      return try BoltzmannLearner(
        layout, parameters: parameters, settings: sampling, learning: settings, seed: configuration.seed, on: grid, times: times)
    }
  }

  /// An evaluator over parameters that belong to someone else. Collective over the spin group.
  ///
  /// - Parameter relaxation: of free phases, in the place of the configuration's; of networks that have some.
  /// - Throws: `NetworkError` if so many images at once cannot be addressed.
  func evaluator(
    _ parameters: AlignedBuffer<Float>, on grid: ProcessGrid, relaxation: RelaxationSettings? = nil
  ) throws -> Evaluator {
    let settings = configuration.run.evaluation
    switch kind {
    case .hopfield(let layout):
      try layout.checkCapacity(settings.batch)
      let relaxation = relaxation ?? configuration.inferenceRelaxation
      let network = try HopfieldNetwork(
        layout, parameters: parameters, cost: configuration.learning.cost, capacity: settings.batch,
        order: relaxation.effectiveOrder, on: grid, exchange: configuration.exchange)
      return Evaluator(network: network, relaxation: relaxation, shard: settings.batch, seed: configuration.seed)
    case .feedForward(let layout):
      // Free, a predictive network is the feed-forward one.
      let network = try BackpropagationLearner(
        layout, parameters: parameters, cost: configuration.learning.cost, capacity: settings.batch)
      return Evaluator(network, shard: settings.batch, targets: configuration.learning.cost.targets)
    case .ising(let layout, let ising):
      var machine = ising.machine
      if let sweeps = settings.sweeps { machine.sweeps = sweeps }
      let network = try IsingNetwork(
        layout, parameters: parameters, settings: machine, hardware: ising.hardware, seed: configuration.seed, for: .evaluation)
      return Evaluator(IsingClassifier(network), shard: settings.batch)
    case .boltzmann(let layout, let sampling):
      let classifier = try BoltzmannClassifier(
        layout, parameters: parameters, settings: sampling, capacity: settings.batch, seed: configuration.seed)
      return Evaluator(classifier, shard: settings.batch)
    }
  }
}
