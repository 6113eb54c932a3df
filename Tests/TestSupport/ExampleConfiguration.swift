import Configuration

/// A configuration that uses most keys, in the short and in the long form of a layer.
package let exampleYAML = """
  name: example
  seed: 7
  data:
    name: cifar10
    validation: 5000
    limit: 1000
    normalisation: {mean: [0.5, 0.5, 0.5], deviation: [1, 1, 1]}
    augmentation: {flip: true, crop: {padding: 4, mode: edge}}
  network:
    activation: halfClamp
    layers:
      - {name: conv1, channels: 32, kernel: 5, padding: 2, pool: max, gain: 1.0, learningRate: 0.0625}
      - name: conv2
        channels: 64
        activation: clamp
        edges: [{from: conv1, kernel: 3, padding: 1, pool: average}, {from: input, kernel: 1, stride: 4}]
      - {name: output, units: 10}
  relaxation:
    order: synchronous
    free: {sweeps: 40}
  learning:
    cost: crossEntropy
    estimator: randomSign
    nudge: 0.25
    batch: {size: 32, shard: 4}
    optimiser: {kind: adamW, weightDecay: 3e-4, clip: 1.5}
    schedule: {kind: cosine, warmUp: 1, floor: 0.001}
  run:
    folder: elsewhere
    checkpoint: {epochs: 2}

  """

/// The example with the given overrides.
package func example(_ overrides: String...) throws -> Configuration {
  try Configuration(yaml: exampleYAML, source: "example.yaml", overrides: try overrides.map { try ConfigurationOverride($0) })
}

/// The message of the error that `body` throws, or "no error".
package func message(of body: () throws -> some Any) -> String {
  do {
    _ = try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}
