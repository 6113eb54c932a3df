import Cluster
import Hopfield
import IsingLearning
import Kernels
import Learning
import MPI

/// What a configuration trains and evaluates: the one place that knows the kinds of networks and rules of learning.
struct ConfiguredNetwork {
  let layout: any ParameterLayout
  private let configuration: Configuration
  private let kind: Kind

  private enum Kind {
    case hopfield(NetworkLayout)
    case ising(IsingNetworkLayout, IsingSettings)
  }

  /// - Throws: `NetworkError` if the network cannot be.
  init(_ configuration: Configuration) throws {
    self.configuration = configuration
    if let ising = configuration.ising {
      let layout = try IsingNetworkLayout(ising.network)
      self.layout = layout
      kind = .ising(layout, ising)
    } else {
      let layout = try NetworkLayout(configuration.network)
      self.layout = layout
      kind = .hopfield(layout)
    }
  }

  /// Fresh parameters.
  var initialParameters: AlignedBuffer<Float> { layout.initialParameters(seed: configuration.seed) }

  /// The grid that the configuration asks for, or the one that is predicted to be fastest. Collective.
  ///
  /// - Parameter networks: the most that can relax at the same time.
  /// - Returns: why, where it was chosen automatically.
  func grid(networks: Int, predicts: Bool = true, over world: Communicator) throws -> (grid: ProcessGrid, reason: String?) {
    let choice =
      switch kind {
      case .hopfield(let layout):
        try GridChoice(configuration, layout: layout, networks: networks, predicts: predicts, over: world)
      default: try GridChoice(dataOnly: configuration, networks: networks, over: world)
      }
    return (try ProcessGrid(choice.shape, over: world, deadline: .seconds(configuration.timeouts.exchange)), choice.reason)
  }

  /// The network as a trainer takes it. Collective over the spin group.
  func learner(_ parameters: AlignedBuffer<Float>, on grid: ProcessGrid, times: PhaseTimes) throws -> any TrainableNetwork {
    switch kind {
    case .hopfield(let layout):
      return try HopfieldLearner(
        layout, parameters: parameters, relaxation: configuration.relaxation, settings: configuration.learning, on: grid,
        exchange: configuration.exchange, times: times)
    case .ising(let layout, let settings):
      let network = try IsingNetwork(
        layout, parameters: parameters, settings: settings.machine, hardware: settings.hardware, seed: configuration.seed)
      return try IsingLearner(
        network, settings: configuration.learning, isEmbedded: settings.hardware.chip != nil, times: times)
    }
  }

  /// An evaluator over parameters that belong to someone else. Collective over the spin group.
  ///
  /// - Throws: `NetworkError` if so many images at once cannot be addressed.
  func evaluator(_ parameters: AlignedBuffer<Float>, on grid: ProcessGrid) throws -> Evaluator {
    let settings = configuration.run.evaluation
    var relaxation = configuration.relaxation
    if let sweeps = settings.sweeps { relaxation.free.sweeps = sweeps }
    if let tolerance = settings.tolerance { relaxation.free.tolerance = tolerance }
    switch kind {
    case .hopfield(let layout):
      try layout.checkCapacity(settings.batch)
      let placed = try NetworkOnGrid(
        layout, parameters: parameters, cost: configuration.learning.cost, capacity: settings.batch, order: relaxation.order,
        on: grid, exchange: configuration.exchange)
      return Evaluator(network: placed.network, relaxation: relaxation, shard: settings.batch)
    case .ising(let layout, let ising):
      var machine = ising.machine
      if let sweeps = settings.sweeps { machine.sweeps = sweeps }
      let network = try IsingNetwork(
        layout, parameters: parameters, settings: machine, hardware: ising.hardware, seed: configuration.seed, for: .evaluation)
      return Evaluator(IsingClassifier(network), shard: settings.batch)
    }
  }
}
