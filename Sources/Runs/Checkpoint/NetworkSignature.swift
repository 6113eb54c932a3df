import Networks

extension NetworkDescription {
  /// What decides whether weights fit a network, one line for the input, each layer and each edge.
  ///
  /// Gains and learning rates are left out: they concern the beginning and the course of a training, not what its weights mean.
  public var signature: [String] {
    (energy == .hopfield ? [] : ["energy: \(energy.rawValue)"]) + ["\(Self.inputName): \(input)"]
      + layers.enumerated().flatMap { index, layer in
        let activation = index == layers.count - 1 ? Activation.linear : layer.activation
        return ["\(layer.name): \(layer.channels) channels, \(activation.rawValue)"]
          + layer.edges.map { "\($0.from) → \(layer.name): \($0.signature)" }
      }
  }
}

extension Configuration {
  /// What decides whether weights fit the network, whichever kind it is of.
  var networkSignature: [String] { ising?.network.signature ?? network.signature }

  /// The Hopfield network, for commands that know no other.
  ///
  /// - Throws: `NetworkError` if the configuration has another kind of network.
  public func hopfieldLayout(for command: String) throws -> NetworkLayout {
    guard ising == nil, network.energy == .hopfield else {
      throw NetworkError("\(name): `\(command)` works on Hopfield networks, and this is another kind")
    }
    guard learning.rule != .backpropagation else {
      throw NetworkError("\(name): `\(command)` works on Hopfield networks, and this one is feed-forward (learning.rule)")
    }
    return try NetworkLayout(network)
  }
}

extension EdgeDescription {
  fileprivate var signature: String {
    guard kind == .convolution else { return "dense" }
    let pooling = pooling == Pooling.none ? "no pooling" : "\(pooling.rawValue) pooling \(window)"
    return "convolution \(kernel)×\(kernel), stride \(stride), padding \(padding), \(pooling)"
  }
}

extension Checkpoint {
  /// Refuses weights of another network, naming the first difference.
  ///
  /// - Parameter source: what a message calls the checkpoint.
  /// - Throws: `CheckpointError`.
  public func requireNetwork(_ network: NetworkDescription, source: String) throws {
    try requireNetwork(network.signature, source: source)
  }

  func requireNetwork(_ wanted: [String], source: String) throws {
    guard networkSignature != wanted else { return }
    let index =
      zip(networkSignature, wanted).enumerated().first { $1.0 != $1.1 }?.offset ?? min(networkSignature.count, wanted.count)
    let found = index < networkSignature.count ? "`\(networkSignature[index])`" : "nothing more"
    let expected = index < wanted.count ? "`\(wanted[index])`" : "nothing more"
    throw CheckpointError(
      "\(source): the checkpoint is of another network: it has \(found) where the configuration has \(expected)")
  }
}
