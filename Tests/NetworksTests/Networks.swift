import Kernels

@testable import Networks

/// Small networks that have, between them, every kind of edge.
enum Networks {
  /// input → a (max-pooled) → b → output, b's edge as asked for.
  static func chain(
    pooling: EdgeDescription.Pooling = .max, stride: Int = 1, activation: Activation = .clamp, skip: Bool = false,
    gain: Float = 0.7
  ) -> NetworkDescription {
    var second = [
      EdgeDescription(from: "a", kind: .convolution, kernel: 3, stride: stride, padding: 1, pooling: pooling, gain: gain)
    ]
    if skip {
      second.append(
        EdgeDescription(
          from: NetworkDescription.inputName, kind: .convolution, kernel: 2, stride: pooling == .none ? 2 * stride : 4 * stride,
          gain: gain))
    }
    var output = [EdgeDescription(from: "b", kind: .dense, gain: gain)]
    if skip { output.append(EdgeDescription(from: "a", kind: .dense, gain: gain)) }
    return NetworkDescription(
      input: ImageShape(channels: 2, rows: 8, columns: 8),
      layers: [
        LayerDescription(
          name: "a", channels: 6, activation: activation,
          edges: [
            EdgeDescription(from: NetworkDescription.inputName, kind: .convolution, kernel: 3, padding: 1, pooling: .max, gain: 1)
          ]),
        LayerDescription(name: "b", channels: 18, activation: activation, edges: second),
        LayerDescription(name: "output", channels: 4, edges: output),
      ])
  }

  static let all: [NetworkDescription] = [
    chain(), chain(pooling: .average), chain(pooling: .none), chain(pooling: .none, stride: 2), chain(skip: true),
    chain(pooling: .none, skip: true), chain(pooling: .average, skip: true), chain(activation: .sigmoid, skip: true),
    chain(activation: .halfClamp), chain(activation: .relu6, gain: 0.4), chain(pooling: .none, activation: .tanh),
    chain(pooling: .average, activation: .tanh, skip: true), deep,
  ]

  /// Five layers, one of which reaches past two others.
  static let deep = NetworkDescription(
    input: ImageShape(channels: 1, rows: 6, columns: 10),
    layers: [
      LayerDescription(
        name: "a", channels: 5, edges: [EdgeDescription(from: "input", kind: .convolution, kernel: 3, padding: 1)]),
      LayerDescription(
        name: "b", channels: 7, edges: [EdgeDescription(from: "a", kind: .convolution, kernel: 3, padding: 1, pooling: .max)]),
      LayerDescription(name: "c", channels: 17, edges: [EdgeDescription(from: "b", kind: .convolution, kernel: 3, padding: 1)]),
      LayerDescription(
        name: "d", channels: 9,
        edges: [
          EdgeDescription(from: "c", kind: .dense, gain: 0.8), EdgeDescription(from: "a", kind: .dense, gain: 0.8),
        ]),
      LayerDescription(name: "output", channels: 3, edges: [EdgeDescription(from: "d", kind: .dense, gain: 0.8)]),
    ])

  static func network(_ description: NetworkDescription, cost: Cost = .squaredError, capacity: Int) throws -> HopfieldNetwork {
    let layout = try NetworkLayout(description)
    return HopfieldNetwork(layout: layout, parameters: layout.initialParameters(seed: 3), cost: cost, capacity: capacity)
  }

  /// Uniform in ±1, rows × columns × channels.
  static func images(_ count: Int, of layout: NetworkLayout, seed: UInt64 = 1) -> [Float] {
    var random = Philox(seed: seed, stream: 0).sequence()
    return (0..<count * layout.input.spins).map { _ in 2 * random.uniform() - 1 }
  }
}

extension HopfieldNetwork {
  /// All spins of samples, layer by layer.
  func states(_ samples: Range<Int>) -> [[Float]] { spins.map { $0.unpacked(samples: samples) } }

  /// Writes over all spins of all samples, as a caller from outside would.
  func scramble(_ random: inout PhiloxSequence) {
    for planes in spins {
      let shape = planes.shape
      for sample in 0..<capacity {
        for channel in 0..<shape.channels {
          for pixel in 0..<shape.pixels {
            planes[sample, channel, pixel / shape.columns, pixel % shape.columns] = random.uniform()
          }
        }
      }
    }
    spinsChanged()
  }
}
