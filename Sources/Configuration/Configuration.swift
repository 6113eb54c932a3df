import Datasets
import Files
import Foundation
import Ising
import Learning
import Networks

/// Everything that a run is told: the YAML file that `train` is given, with every default filled in.
package struct Configuration: Equatable, Sendable {
  /// Names the run folder.
  package var name: String
  /// Of everything random: weights, order, augmentation, the signs of the nudge.
  package var seed: UInt64
  package var data: DatasetSettings
  package var model: Model
  package var relaxation: RelaxationSettings
  /// What the machine that trains, and the machine that infers, make of parameters and states.
  package var hardware: HardwareSettings
  package var learning: LearningSettings
  package var run: RunSettings
  /// How the ranks are arranged; no result depends on it.
  package var grid: GridSettings
  /// Of rows between the strips of a network.
  package var exchange: ExchangeSettings
  package var timeouts: TimeoutSettings
  /// The physical device whose time and energy the log estimates, if any; the file calls it `machine`.
  package var device: DeviceEstimate?

  package init(
    name: String, seed: UInt64 = 1, data: DatasetSettings, model: Model,
    relaxation: RelaxationSettings = RelaxationSettings(), hardware: HardwareSettings = HardwareSettings(),
    learning: LearningSettings = LearningSettings(), run: RunSettings = RunSettings(), grid: GridSettings = GridSettings(),
    exchange: ExchangeSettings = ExchangeSettings(),
    timeouts: TimeoutSettings = TimeoutSettings()
  ) {
    self.name = name
    self.seed = seed
    self.data = data
    self.model = model
    self.relaxation = relaxation
    self.hardware = hardware
    self.learning = learning
    self.run = run
    self.grid = grid
    self.exchange = exchange
    self.timeouts = timeouts
  }
}

/// What a configuration trains.
package enum Model: Equatable, Sendable {
  /// Coupled layers that settle together.
  case hopfield(NetworkDescription)
  /// Layers that one pass upwards works out, taught by back-propagation.
  case feedForward(NetworkDescription)
  /// Layers that predict the next.
  case predictive(NetworkDescription)
  /// Spins on an annealer or a sampler.
  case ising(IsingSettings)
  /// Spins that learn the distribution of images.
  case boltzmann(BoltzmannModel)

  /// Layers and the rule that teaches them.
  init(_ network: NetworkDescription, rule: LearningRule) {
    if network.energy == .predictive {
      self = .predictive(network)
    } else {
      self = rule == .backpropagation ? .feedForward(network) : .hopfield(network)
    }
  }
}

extension Configuration {
  /// The layers of any model that has them: all but Ising networks and Boltzmann machines.
  package var network: NetworkDescription? {
    switch model {
    case .hopfield(let network), .feedForward(let network), .predictive(let network): network
    case .ising, .boltzmann: nil
    }
  }

  /// How free and nudged phases of a training relax, on the hardware that trains.
  package var trainingRelaxation: RelaxationSettings {
    var settings = relaxation
    settings.hardware = hardware.training
    return settings
  }

  /// How images are classified: as long as `run.evaluation` says, on the hardware that infers.
  package var inferenceRelaxation: RelaxationSettings {
    var settings = relaxation
    settings.hardware = hardware.inference
    if let sweeps = run.evaluation.sweeps { settings.free.sweeps = sweeps }
    if let tolerance = run.evaluation.tolerance { settings.free.tolerance = tolerance }
    return settings
  }

  /// The same to the equilibrium, as far as a thousand sweeps lead there.
  package var equilibriumRelaxation: RelaxationSettings {
    var settings = inferenceRelaxation
    settings.free.sweeps = max(settings.free.sweeps, 1000)
    settings.free.tolerance = 1e-4
    return settings
  }
}

extension Configuration {
  /// Parses a configuration.
  ///
  /// - Parameters:
  ///   - source: what messages call the text, as a rule its file name.
  ///   - overrides: applied in order before anything is read.
  ///   - folder: where a relative `data.folder` of the text starts from; the current folder if `nil`, as for those of overrides.
  /// - Throws: `ConfigurationError` for a syntax error, an unknown or missing key, a wrong type or a value that is not allowed;
  ///   one message that names file, line and key path.
  package init(yaml: String, source: String, overrides: [ConfigurationOverride] = [], folder: String? = nil) throws {
    var root = try ConfigurationNode(yaml: yaml) { .line($0, file: source) }
    if case .null = root.content, overrides.isEmpty {
      throw ConfigurationError("\(source):1: is empty, expected a configuration (docs/guide/configuration.md)")
    }
    if let folder { for path in Self.dataPaths { root.change(at: path) { UserPath.absolute($0, in: folder) } } }
    for override in overrides { try root.apply(override) }
    // Found from anywhere later: by `evaluate`, by a resumed run, by `report`.
    for path in Self.dataPaths { root.change(at: path) { UserPath.absolute($0) } }
    root.change(at: ["run", "folder"]) { UserPath.expand($0) }
    self = try ConfigurationForm.read(ConfigurationReader(root), base: nil).configuration()
  }

  /// The keys that name files and folders of data.
  private static let dataPaths: [ArraySlice<String>] = [
    ["data", "folder"], ["data", "files", "train"], ["data", "files", "trainLabels"], ["data", "files", "test"],
    ["data", "files", "testLabels"],
  ]

  /// Every key with its value; parses to an equal configuration.
  package var resolved: String {
    get throws { try ConfigurationForm(self).text() }
  }

  /// The keys whose values are not the defaults, as `key.path: value`, with the default in parentheses where it is one value. The layers
  /// of the network are left out.
  package var changes: [String] {
    let standard = ConfigurationForm.standard.leaves(in: nil, joinsLists: true)
    return ConfigurationForm(self).leaves(in: nil, joinsLists: true).compactMap { leaf in
      guard !leaf.path.hasPrefix("network."), leaf.path != "name" else { return nil }
      let usual = leaf.path == "data.name" ? nil : standard.first { $0.path == leaf.path }?.value
      // Nothing is what an optional key has where nobody writes it.
      guard usual != leaf.value, usual != nil || !["null", "[]"].contains(leaf.value) else { return nil }
      let value = leaf.value.count > 200 ? "\(leaf.value.prefix(200)) …" : leaf.value
      return "\(leaf.path): \(value)" + (usual.map { $0.isEmpty || $0 == "null" ? "" : " (\($0))" } ?? "")
    }
  }

  /// The keys whose values differ, as `key.path: mine, theirs` lines in the order of the file.
  ///
  /// - Parameter sections: the top-level keys to compare; all if `nil`.
  package func differences(from other: Configuration, in sections: [String]? = nil) -> [String] {
    let mine = ConfigurationForm(self).leaves(in: sections)
    let theirs = ConfigurationForm(other).leaves(in: sections)
    let paths = mine.map(\.path) + theirs.map(\.path).filter { path in !mine.contains { $0.path == path } }
    return paths.compactMap { path in
      let left = mine.first { $0.path == path }?.value ?? "absent"
      let right = theirs.first { $0.path == path }?.value ?? "absent"
      return left == right ? nil : "\(path): \(left), \(right)"
    }
  }

  /// Every value with its key path, in the order of the file; a list of single values is one, `[a, b]`.
  package var values: [(path: String, value: String)] { ConfigurationForm(self).leaves(in: nil, joinsLists: true) }
}

extension Configuration {
  /// The name under which a configuration is read from standard input.
  package static let standardInput = "-"

  /// Reads the configuration that stands on standard input, whose relative paths start from the current folder.
  ///
  /// - Throws: `ConfigurationError` as for a file.
  package init(standardInput bytes: [UInt8], overrides: [ConfigurationOverride] = []) throws {
    try self.init(bytes: bytes, source: "standard input", folder: nil, overrides: overrides)
  }

  /// A configuration is a page of text; anything near this size is another file given by mistake.
  package static let maximumBytes = 1 << 20

  /// Reads the configuration file at `path`.
  ///
  /// - Throws: `ConfigurationError` if the file cannot be read, is larger than 1 MiB, is not UTF-8 or is not a valid
  ///   configuration.
  package init(contentsOf path: String, overrides: [ConfigurationOverride] = []) throws {
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(path, atMost: Self.maximumBytes)
    } catch let error as FileError {
      throw ConfigurationError("cannot read the configuration: \(error)")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try self.init(bytes: bytes, source: path, folder: folder, overrides: overrides)
  }

  private init(bytes: [UInt8], source: String, folder: String?, overrides: [ConfigurationOverride]) throws {
    guard bytes.count <= Self.maximumBytes else {
      throw ConfigurationError("\(source): has more than \(Self.maximumBytes) bytes; a configuration is a page of text")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError("\(source): a configuration is UTF-8 text, this is not")
    }
    try self.init(yaml: text, source: source, overrides: overrides, folder: folder)
  }
}
