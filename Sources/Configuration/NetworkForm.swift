import Kernels
import Networks
import Yams

/// The `network` section as it is written.
struct NetworkForm: ConfigurationSection {
  /// Activation of hidden layers that set none of their own.
  var activation: Activation = .clamp
  var energy: NetworkEnergy = .hopfield
  var feedback = Feedback()
  /// Where absent, the shape of the data set's images.
  var input: InputForm?
  var layers: [LayerForm] = []
  /// What the section stands for, once `resolve` has been called.
  private(set) var description = NetworkDescription(input: .init(channels: 0, rows: 0, columns: 0), layers: [])

  init() {}

  init(_ network: NetworkDescription) {
    input = InputForm(channels: network.input.channels, rows: network.input.rows, columns: network.input.columns)
    layers = network.layers.enumerated().map { LayerForm($1, isOutput: $0 == network.layers.count - 1) }
    energy = network.energy
    feedback.factors = network.feedback
    description = network
  }

  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "energy", \.energy, "The energy: of coupled layers (`hopfield`), or of layers that predict the next (`predictive`)."),
      ConfigurationKey(
        "feedback", \.feedback, standard: "1",
        "γ: how strongly a layer acts on the layer below it, as a share of how strongly that one drives it (the graded energy). 1 is the symmetric network."
      ).written { $0.feedback != Feedback() },
      ConfigurationKey("activation", \.activation, "Activation of hidden layers that set none of their own.").written { _ in false
      },
      ConfigurationKey(
        "input", \.input, standard: "the data set's",
        "Extent of the clamped input; the edges of the first layers are `from: \(NetworkDescription.inputName)`."),
      ConfigurationKey("layers", \.layers, required: true, "From the input upwards; the last one is the output and is linear."),
    ]
  }

  /// Works out the network: the defaults that depend on a layer's place, and the rules between keys.
  ///
  /// - Parameters:
  ///   - shape: the data set's.
  ///   - reader: of this section, for the places of errors.
  mutating func resolve(input shape: ImageShape, _ reader: ConfigurationReader) throws {
    if let input, input.shape != shape {
      throw reader["input"].failure("the images of the data set are \(shape), found \(input.shape)")
    }
    let readers = try reader["layers"].elements()
    guard !layers.isEmpty else { throw reader["layers"].failure("a network needs at least its output layer") }
    var names = [NetworkDescription.inputName]
    var resolved: [LayerDescription] = []
    for (form, reader) in zip(layers, readers) {
      let isOutput = names.count == layers.count
      let layer = try form.resolve(after: names, activation: activation, isOutput: isOutput, reader)
      names.append(layer.name)
      resolved.append(layer)
    }
    description = NetworkDescription(input: shape, layers: resolved, energy: energy, feedback: feedback.factors)
    do {
      _ = try NetworkLayout(description)
    } catch let error as NetworkError {
      throw reader[error.description.hasPrefix("network.feedback") ? "feedback" : "layers"].failure(error.description)
    }
  }
}

extension Activation: ConfigurationValue {}
extension NetworkEnergy: ConfigurationValue {}
extension EdgeDescription.Kind: ConfigurationValue {}
extension EdgeDescription.Pooling: ConfigurationValue {}

/// `network.feedback`: one number for all layers, or a list with one a layer.
struct Feedback: ConfigurationValue, Equatable {
  var factors: [Float] = [1]

  static var form: String { "a number above 0, at most 1, or a list of them, one a layer" }

  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    if case .sequence = reader.node.content {
      return Feedback(factors: try reader.elements().map { try Float.read($0, base: nil) })
    }
    return Feedback(factors: [try Float.read(reader, base: nil)])
  }

  var yaml: Node { factors.count == 1 ? factors[0].yaml : factors.yaml }
}

/// The `network.input` section: all of it or nothing.
struct InputForm: ConfigurationSection {
  var channels = 0
  var rows = 0
  var columns = 0

  var shape: ImageShape { ImageShape(channels: channels, rows: rows, columns: columns) }

  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("channels", \.channels, .from(1, to: 65_536), required: true, "Number of channels."),
      ConfigurationKey("rows", \.rows, .from(1, to: 4096), required: true, "Height in pixels."),
      ConfigurationKey("columns", \.columns, .from(1, to: 4096), required: true, "Width in pixels."),
    ]
  }
}
