import Datasets
import Ising
import Learning
import Networks
import Yams

/// A configuration as it is written: the table of the top-level keys.
///
/// It differs from `Configuration` where the file leaves something to be worked out: the data set's name decides the network's
/// input, and a layer's place in the list what its edge comes from.
struct ConfigurationForm: ConfigurationSection {
  var name = ""
  var seed: UInt64 = 1
  var data = DatasetSettings.standard
  var network = NetworkForm()
  var ising: IsingSettings?
  var boltzmann: BoltzmannModel?
  var relaxation = RelaxationSettings()
  var hardware = HardwareSettings()
  var learning = LearningSettings()
  var run = RunSettings()
  var grid = GridSettings()
  var exchange = ExchangeSettings()
  var timeouts = TimeoutSettings()
  var device: DeviceEstimate?

  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("name", \.name, required: true, "Names the run folder: letters, digits, `-`, `_` and `.`."),
      ConfigurationKey(
        "seed", \.seed,
        "Seed of everything random: initial weights, order of the images, augmentation, validation split, random signs."),
      ConfigurationKey("data", \.data, required: true, "Which images, and how they are prepared."),
      ConfigurationKey("network", \.network, networkDocumentation).written { $0.hasLayers },
      ConfigurationKey(
        "ising", \.ising, standard: "none", "A network of ±1 spins on an annealer or a sampler, in the place of `network`."
      ).omittingNull,
      ConfigurationKey(
        "boltzmann", \.boltzmann, standard: "none", "A Boltzmann machine that learns by likelihood, in the place of `network`."
      ).omittingNull,
      ConfigurationKey("relaxation", \.relaxation, "How states relax, and when they have.").written { $0.hasLayers },
      ConfigurationKey(
        "hardware", \.hardware, "Limits of a physical machine: how it rounds and disturbs parameters and states; none by default."
      ).written { $0.hasLayers },
      ConfigurationKey("learning", \.learning, "Cost, gradient, optimiser and schedule."),
      ConfigurationKey("run", \.run, "Where the run is recorded, and how often."),
      ConfigurationKey("grid", \.grid, "How ranks are arranged (docs/guide/partition.md); results do not depend on it."),
      ConfigurationKey("exchange", \.exchange, "How the strips of a network exchange rows."),
      ConfigurationKey("timeouts", \.timeouts, "How long ranks wait for each other."),
      ConfigurationKey(
        "machine", \.device, standard: "none",
        "A physical machine whose time and energy the log estimates beside this program's; `{}` takes the values below."
      ).omittingNull,
    ]
  }

  /// Whether it is a network of layers: neither spins nor a Boltzmann machine.
  private var hasLayers: Bool { ising == nil && boltzmann == nil }

  private static let networkDocumentation = "Layers and the edges between them."

  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    var form = try readKeys(reader, base: base)
    let members = Dictionary(uniqueKeysWithValues: try reader.members().map { ($0.key, $0.reader) })
    if let name = members["name"] { try name.requireFileName(form.name) }
    form.data = try form.data.surveyed()
    if let data = members["data"] { try form.data.check(data) }
    if let boltzmann = members["boltzmann"], form.boltzmann != nil {
      try form.resolveBoltzmann(boltzmann, members)
    } else if let ising = members["ising"], form.ising != nil {
      for key in ["network", "relaxation", "hardware"] {
        guard let member = members[key] else { continue }
        throw member.failure("an Ising network stands in `ising`, with how it relaxes and on what; leave this out")
      }
      try form.ising?.resolve(data: (form.data.shape, form.data.classes), ising)
    } else if let network = members["network"] {
      try form.network.resolve(input: form.data.shape, network)
      try form.checkClasses(network["layers"])
      try form.checkMachine(reader["relaxation"])
    } else {
      throw reader.failure("the key `network` is missing: \(networkDocumentation)")
    }
    if let learning = members["learning"] {
      try form.learning.check(learning)
      guard form.boltzmann != nil || form.learning.rule != .likelihood else {
        throw learning["rule"].failure("`likelihood` is for Boltzmann machines, whose section is `boltzmann`; take another rule")
      }
    }
    try form.checkTargets(reader)
    return form
  }

  /// A Boltzmann machine has no rule but one.
  private mutating func resolveBoltzmann(_ reader: ConfigurationReader, _ members: [String: ConfigurationReader]) throws {
    for key in ["network", "ising", "relaxation", "hardware"] {
      guard let member = members[key] else { continue }
      throw member.failure("a Boltzmann machine stands in `boltzmann`, with how it is sampled; leave this out")
    }
    try boltzmann?.resolve(data: (data.shape, data.classes), reader)
    if let learning = members["learning"], learning.has("rule"), self.learning.rule != .likelihood {
      throw learning["rule"].failure("a Boltzmann machine learns by `likelihood`; leave this out")
    }
    self.learning.rule = .likelihood
  }

  private func checkClasses(_ reader: ConfigurationReader) throws {
    guard let output = network.description.layers.last, output.channels != data.classes else { return }
    guard !data.predictsNumbers else {
      throw reader.failure(
        "the output `\(output.name)` has \(output.channels) units, expected \(data.classes): one for each of the targets "
          + data.files.classNames.prefix(12).map { "`\($0)`" }.joined(separator: ", "))
    }
    let hint = data.name == .files ? "; for numbers to predict, name them in data.files.targets" : ""
    throw reader.failure("the output `\(output.name)` has \(output.channels) units, the data set \(data.classes) classes\(hint)")
  }

  /// Numbers are learned with the squared error, by an output that can take them.
  private func checkTargets(_ reader: ConfigurationReader) throws {
    guard data.predictsNumbers else { return }
    guard ising == nil else {
      throw reader["ising"].failure(
        "the outputs are spins, which take no other values than 1 and −1; leave data.files.targets out")
    }
    guard boltzmann == nil else {
      throw reader["boltzmann"].failure("learns images and classes; leave data.files.targets out")
    }
    guard learning.cost.kind == .squaredError else {
      throw reader["learning"]["cost"].failure(
        "targets that are numbers are learned with `squaredError`, found `\(learning.cost.kind.rawValue)`, which is for classes")
    }
    guard learning.cost.smoothing == 0 else {
      throw reader["learning"]["labelSmoothing"].failure("is for classes; leave it out where data.files.targets are numbers")
    }
  }

  /// A machine that cannot relax the network, or has no states to limit, is a mistake here, not in the middle of a run.
  private mutating func checkMachine(_ reader: ConfigurationReader) throws {
    hardware.training.renameBits(of: relaxation.machine)
    hardware.inference.renameBits(of: relaxation.machine)
    do {
      for limits in [hardware.training, hardware.inference] {
        var relaxation = self.relaxation
        relaxation.hardware = limits
        try relaxation.check(NetworkLayout(network.description), cost: learning.cost)
      }
    } catch let error as NetworkError {
      throw reader["machine"].failure(error.description)
    }
  }

  private var model: Model {
    if let ising { return .ising(ising) }
    if let boltzmann { return .boltzmann(boltzmann) }
    return Model(network.description, rule: learning.rule)
  }

  func configuration() -> Configuration {
    var configuration = Configuration(
      name: name, seed: seed, data: data, model: model,
      relaxation: relaxation, hardware: hardware, learning: learning, run: run, grid: grid, exchange: exchange, timeouts: timeouts
    )
    configuration.device = device
    return configuration
  }

  init() {}

  init(_ configuration: Configuration) {
    name = configuration.name
    seed = configuration.seed
    data = configuration.data
    switch configuration.model {
    case .hopfield(let layers), .feedForward(let layers), .predictive(let layers): network = NetworkForm(layers)
    case .ising(let settings): ising = settings
    case .boltzmann(let model): boltzmann = model
    }
    relaxation = configuration.relaxation
    hardware = configuration.hardware
    learning = configuration.learning
    run = configuration.run
    grid = configuration.grid
    exchange = configuration.exchange
    timeouts = configuration.timeouts
    device = configuration.device
  }

  /// The YAML text with every key.
  func text() throws -> String {
    try Yams.serialize(node: yaml, width: -1, allowUnicode: true)
  }
}

// MARK: - Comparison

extension ConfigurationForm {
  /// Every single value with its key path.
  ///
  /// - Parameter joinsLists: whether a list of single values is one value, `[a, b]`.
  func leaves(in sections: [String]?, joinsLists: Bool = false) -> [(path: String, value: String)] {
    guard case .mapping(let mapping) = yaml else { return [] }
    return mapping.flatMap { key, value -> [(path: String, value: String)] in
      let name = key.scalar?.string ?? ""
      return sections?.contains(name) ?? true ? Self.leaves(of: value, at: name, joinsLists) : []
    }
  }

  private static func leaves(of node: Node, at path: String, _ joinsLists: Bool) -> [(path: String, value: String)] {
    switch node {
    case .scalar(let scalar): [(path, scalar.string)]
    case .mapping(let mapping): mapping.flatMap { leaves(of: $1, at: "\(path).\($0.scalar?.string ?? "")", joinsLists) }
    case .sequence(let sequence) where joinsLists && sequence.allSatisfy { $0.scalar != nil }:
      [(path, "[\(sequence.compactMap { $0.scalar?.string }.joined(separator: ", "))]")]
    case .sequence(let sequence): sequence.enumerated().flatMap { leaves(of: $1, at: "\(path).\($0)", joinsLists) }
    case .alias: []
    }
  }
}

extension ConfigurationReader {
  /// The reader of the value of `key`, or this one where the key is not written.
  subscript(key: String) -> ConfigurationReader {
    guard case .mapping(let members) = node.content, let member = members.first(where: { $0.key == key }) else {
      return self
    }
    return ConfigurationReader(member.value, path: path + [key])
  }

  /// Whether `key` is written here.
  func has(_ key: String) -> Bool {
    guard case .mapping(let members) = node.content else { return false }
    return members.contains { $0.key == key }
  }

  /// Fails unless `name` can be a file name on any system.
  func requireFileName(_ name: String) throws {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    guard isPlain, !name.isEmpty, name.count <= 100, name.first != "." else {
      throw failure(expected: "1 to 100 letters, digits, `-`, `_` and `.`, the first one not `.`")
    }
  }
}
