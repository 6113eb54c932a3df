import Networks

extension NetworkDescription {
  /// What decides whether weights fit a network, one line for the input, each layer and each edge.
  ///
  /// Gains and learning rates are left out: they concern the beginning and the course of a training, not what its weights mean.
  package var signature: [String] {
    (energy == .hopfield ? [] : ["energy: \(energy.rawValue)"])
      + (isGraded ? ["feedback: \(feedbackText)"] : []) + ["\(Self.inputName): \(input)"]
      + layers.enumerated().flatMap { index, layer in
        let activation = index == layers.count - 1 ? Activation.linear : layer.activation
        return ["\(layer.name): \(layer.channels) channels, \(activation.rawValue)"]
          + layer.edges.map { "\($0.from) → \(layer.name): \($0.signature)" }
      }
  }

  private var isGraded: Bool { feedback.contains { $0 != 1 } }

  /// Of one number and of a list that repeats it the network is the same.
  private var feedbackText: String {
    let all = feedback.count == 1 ? Array(repeating: feedback[0], count: layers.count) : feedback
    return all.dropFirst().map { "\($0)" }.joined(separator: ", ")
  }
}

extension Configuration {
  /// What decides whether weights fit the network, whichever kind it is of.
  package var networkSignature: [String] {
    switch model {
    case .hopfield(let network), .feedForward(let network), .predictive(let network): network.signature
    case .ising(let ising): ising.network.signature
    case .boltzmann(let model): model.machine.signature
    }
  }

  /// The Hopfield network, for commands that know no other.
  ///
  /// - Throws: `NetworkError` if the configuration has another kind of network.
  package func hopfieldLayout(for command: String) throws -> NetworkLayout {
    switch model {
    case .hopfield(let network):
      return try NetworkLayout(network)
    case .feedForward:
      throw NetworkError("\(name): `\(command)` works on Hopfield networks, and this one is feed-forward (learning.rule)")
    case .predictive, .ising, .boltzmann:
      throw NetworkError("\(name): `\(command)` works on Hopfield networks, and this is another kind")
    }
  }
}

extension EdgeDescription {
  fileprivate var signature: String {
    let convolution = "convolution \(kernel)×\(kernel), stride \(stride), padding \(padding)"
    return switch coupling {
    case .dense: "dense"
    case .convolution: "\(convolution), no pooling"
    case .maxPooled(let window): "\(convolution), max pooling \(window)"
    case .averagePooled(let window): "\(convolution), average pooling \(window)"
    }
  }
}
