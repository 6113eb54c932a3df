import Networks

/// One layer as it is written: either the short form, with the keys of its only edge beside its own, or a list of edges.
struct LayerForm: ConfigurationSection {
  var name = ""
  var channels: Int?
  var units: Int?
  var activation: Activation?
  /// The short form.
  var edge = EdgeForm()
  /// The long form.
  var edges: [EdgeForm]?

  init() {}

  /// The long form of a layer.
  init(_ layer: LayerDescription, isOutput: Bool) {
    let isDense = !layer.edges.contains(where: \.drivesImages)
    name = layer.name
    channels = isDense ? nil : layer.channels
    units = isDense ? layer.channels : nil
    activation = isOutput ? .linear : layer.activation
    edges = layer.edges.map { EdgeForm($0) }
  }

  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    let own: [ConfigurationKey<Self>] = [
      ConfigurationKey("name", \.name, required: true, "Letters, digits, `-` and `_`; names its tensors in a checkpoint."),
      ConfigurationKey(
        "channels", \.channels, .from(1, to: 65_536), standard: "", "Channels of a convolutional layer; rows and columns follow."
      ).omittingNull,
      ConfigurationKey("units", \.units, .from(1, to: 65_536), standard: "", "Units of a dense layer, instead of `channels`.")
        .omittingNull,
      ConfigurationKey(
        "activation", \.activation, standard: "`network.activation`",
        "Maps a field to a state; the output's is `linear`."),
      ConfigurationKey("edges", \.edges, standard: "the edge below", "The edges that drive the layer, if there are several."),
    ]
    return own + EdgeForm.keys.map { $0.lifted(to: \.edge).written { _ in false } }
  }

  /// The layer that this stands for.
  ///
  /// - Parameters:
  ///   - earlier: the names of the input and of the layers before, from which edges may come.
  ///   - activation: of hidden layers that name none.
  ///   - reader: of this layer, for the places of errors.
  func resolve(
    after earlier: [String], activation standard: Activation, isOutput: Bool, _ reader: ConfigurationReader
  ) throws -> LayerDescription {
    try checkName(after: earlier, reader["name"])
    guard let count = channels ?? units, channels == nil || units == nil else {
      throw reader.failure("a layer has either `channels` (convolution) or `units` (dense)")
    }
    if isOutput, let activation, activation != .linear {
      throw reader["activation"].failure("found `\(activation.rawValue)`, but the last layer is the output, which is `linear`")
    }
    return LayerDescription(
      name: name, channels: count, activation: isOutput ? .linear : activation ?? standard,
      edges: try resolveEdges(after: earlier, reader))
  }

  private func checkName(after earlier: [String], _ reader: ConfigurationReader) throws {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
    // A number would be taken for an index by an override.
    guard isPlain, name.count <= 100, name.contains(where: \.isLetter) else {
      throw reader.failure(expected: "a name of 1 to 100 letters, digits, `-` and `_`, one of them a letter")
    }
    guard !earlier.contains(name) else {
      throw reader.failure("another layer\(name == earlier[0] ? " (the clamped input)" : "") is called `\(name)` already")
    }
  }

  private func resolveEdges(after earlier: [String], _ reader: ConfigurationReader) throws -> [EdgeDescription] {
    let kind: EdgeDescription.Kind = units == nil ? .convolution : .dense
    guard let edges else {
      return [try edge.resolve(after: earlier, kind: kind, reader)]
    }
    guard edge == EdgeForm() else {
      throw reader.failure("keys of an edge stand both beside `edges` and inside it; move them inside")
    }
    guard !edges.isEmpty else { throw reader["edges"].failure("a layer needs at least one edge") }
    let resolved = try zip(edges, try reader["edges"].elements()).map { try $0.resolve(after: earlier, kind: kind, $1) }
    for (index, edge) in resolved.enumerated() where resolved[..<index].contains(where: { $0.from == edge.from }) {
      throw reader["edges"].failure("two edges come from `\(edge.from)`")
    }
    return resolved
  }
}
