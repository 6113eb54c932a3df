import Kernels
import Networks
import Testing

@testable import Learning

/// What the estimators of one gradient have in common, and where they part.
@Suite struct EstimatorTests {
  /// Images that relax to an equilibrium or, in a few sweeps, only part of the way.
  private struct Relaxed {
    let network: HopfieldNetwork
    let propagation: EquilibriumPropagation
    let labels: [Int]
    let relaxation: RelaxationSettings

    init(
      _ estimator: Estimator, nudge: Float = 0.02, sweeps: (free: Int, nudged: Int), feedback: Float = 1,
      activation: Activation = .sigmoid, change: (NetworkLayout, AlignedBuffer<Float>) -> Void = { _, _ in }
    ) throws {
      let layout = try NetworkLayout(
        GradientTests.description(.max, activation: activation, skip: true, feedback: [feedback]))
      let parameters = layout.initialParameters(seed: 7)
      change(layout, parameters)
      var settings = LearningSettings()
      (settings.estimator, settings.nudge) = (estimator, nudge)
      settings.batch = .init(size: 2, shard: 2)
      relaxation = RelaxationSettings(
        order: .sequential, free: .init(sweeps: sweeps.free), nudged: .init(sweeps: sweeps.nudged))
      network = HopfieldNetwork(
        layout: layout, parameters: parameters, capacity: EquilibriumPropagation.capacity(settings))
      propagation = EquilibriumPropagation(network: network, relaxation: relaxation, settings: settings)
      var random = Philox(seed: 11, stream: 0).sequence()
      labels = [0, 3]
      var report = ShardReport()
      try propagation.relaxFreely(
        (0..<2 * layout.input.spins).map { _ in 2 * random.uniform() - 1 }, labels: labels[...], first: 0, report: &report)
    }

    func gradient() throws -> AlignedBuffer<Float> {
      let gradient = AlignedBuffer<Float>(count: network.layout.parameterCount)
      var report = ShardReport()
      try propagation.addGradient(labels: labels[...], batch: 2, into: gradient, report: &report)
      return gradient
    }
  }

  private func norm(_ gradient: AlignedBuffer<Float>, _ block: ParameterBlock) -> Double {
    let range = block.offset..<block.offset + block.count
    return gradient.product(with: gradient, range: range).squareRoot()
  }

  /// The norm of the difference in units of that of the second.
  private func distance(_ a: AlignedBuffer<Float>, _ b: AlignedBuffer<Float>, _ block: ParameterBlock) -> Double {
    let difference = AlignedBuffer<Float>(count: a.count)
    for index in 0..<a.count { difference[index] = a[index] - b[index] }
    return norm(difference, block) / norm(b, block)
  }

  /// The limit of both as the nudge vanishes; the first layer's signal is weak at a weak feedback.
  @Test(arguments: [Float(1), 0.25, 0.1]) func linearResponseIsTheLimitOfCentred(_ feedback: Float) throws {
    let response = try Relaxed(.linearResponse, sweeps: (80, 80), feedback: feedback).gradient()
    let far = try Relaxed(.centred, nudge: 0.4, sweeps: (80, 80), feedback: feedback).gradient()
    let near = try Relaxed(.centred, nudge: 0.05, sweeps: (80, 80), feedback: feedback).gradient()
    for block in try Relaxed(.centred, sweeps: (1, 1)).network.layout.blocks {
      let distances = (distance(near, response, block), distance(far, response, block))
      // An error of order β²: 64 times less.
      #expect(distances.0 < 4e-3 && distances.1 > 30 * distances.0, "\(block.name): \(distances)")
    }
  }

  /// A spin at its wall stays there: with all hidden spins clamped to 1 only the read-out learns.
  @Test func clampedSpinsDoNotRespond() throws {
    let relaxed = try Relaxed(.linearResponse, sweeps: (20, 20), activation: .clamp) { layout, parameters in
      for layer in layout.layers.dropLast() {
        layout.assign(Array(repeating: 20, count: layer.shape.channels), to: layer.bias, of: parameters)
      }
    }
    let gradient = try relaxed.gradient()
    for block in relaxed.network.layout.blocks {
      #expect((norm(gradient, block) > 0) == block.name.hasPrefix("output"), "\(block.name)")
    }
  }

  /// Where the free phase ends early, states of the nudged phase move on by themselves. Subtracted from a state that stopped (`old`) that
  /// motion is taken for a gradient, and is the greater the smaller β; subtracted from one that kept relaxing it cancels.
  @Test(arguments: [Estimator.oneSided, .negative, .randomSign]) func driftIsNoGradient(_ estimator: Estimator) throws {
    let sweeps = (free: 2, nudged: 3)
    let relaxed = try Relaxed(estimator, nudge: 0.01, sweeps: sweeps)
    let network = relaxed.network
    network.freezePooling(samples: 2)
    try network.duplicate(count: 2, to: 2)
    let beta: Float = estimator == .negative ? -0.01 : 0.01
    let nudge = Nudge(labels: relaxed.labels, strengths: [beta, beta])
    try Relaxation(relaxed.relaxation, layout: network.layout).run(network, samples: 2, nudge: nudge)
    let scale = AlignedBuffer<Float>(count: 2)
    scale.fill(-1 / (2 * beta))
    let old = AlignedBuffer<Float>(count: network.layout.parameterCount)
    try network.addDifference(scale: scale, samples: 2, into: old)

    let ours = try Relaxed(estimator, nudge: 0.01, sweeps: sweeps).gradient()
    let centred = try Relaxed(.centred, nudge: 0.01, sweeps: sweeps).gradient()
    let first = network.layout.blocks[0]
    #expect(norm(old, first) > 4 * norm(centred, first))
    #expect(distance(ours, centred, first) < 0.1)
  }

  /// An output that is the target already has nothing to teach, however far the layers below are from their equilibrium.
  @Test(arguments: Estimator.allCases) func nothingIsLearntWhereTheCostIsFlat(_ estimator: Estimator) throws {
    let relaxed = try Relaxed(estimator, nudge: 0.01, sweeps: (2, 3)) { layout, parameters in
      let output = layout.layers.count
      for edge in layout.edges where edge.post == output {
        layout.assign(Array(repeating: 0, count: edge.weight.shape.reduce(1, *)), to: edge.weight, of: parameters)
      }
      // The squared error's target of the only class that is asked for.
      layout.assign([0, 1, 0, 0], to: layout.output.bias, of: parameters)
    }
    let gradient = AlignedBuffer<Float>(count: relaxed.network.layout.parameterCount)
    var report = ShardReport()
    try relaxed.propagation.addGradient(labels: [1, 1], batch: 2, into: gradient, report: &report)
    // (0 + β 1)/(1 + β) need not be 1 in the last bit.
    #expect(gradient.elements.allSatisfy { abs($0) < 1e-4 })
    relaxed.network.reset()
    try relaxed.propagation.relaxFreely(
      Array(repeating: 0.5, count: 2 * relaxed.network.layout.input.spins), labels: [1, 1], first: 0, report: &report)
    let other = AlignedBuffer<Float>(count: relaxed.network.layout.parameterCount)
    try relaxed.propagation.addGradient(labels: [0, 2], batch: 2, into: other, report: &report)
    #expect(other.elements.contains { abs($0) > 0.01 })
  }

  /// Correlations of close states, against double precision: the difference of products loses the digits in which they agree.
  @Test func differencesOfCorrelationsDoNotCancel() throws {
    let relaxed = try Relaxed(.centred, sweeps: (2, 1), activation: .clamp)
    let network = relaxed.network
    network.freezePooling(samples: 2)
    try network.duplicate(count: 2, to: 2)
    var random = Philox(seed: 5, stream: 0).sequence()
    for planes in network.spins {
      for sample in 0..<2 {
        for channel in 0..<planes.shape.channels {
          for pixel in 0..<planes.shape.pixels {
            let (row, column) = (pixel / planes.shape.columns, pixel % planes.shape.columns)
            planes[sample, channel, row, column] = 0.3 + 0.6 * random.uniform()
            planes[sample + 2, channel, row, column] = planes[sample, channel, row, column] + 1e-4 * random.uniform()
          }
        }
      }
    }
    network.spinsChanged()
    let edge = network.layout.edges.first { $0.pre == 1 && $0.post == 3 }!
    let (pre, post) = (network.spins[0].unpacked(samples: 0..<4), network.spins[2].unpacked(samples: 0..<4))
    let (inputs, units) = (pre.count / 4, post.count / 4)
    var exact: [Double] = []
    var plain: [Float] = []
    for unit in 0..<units {
      for input in 0..<inputs {
        var (sum, single) = (0.0, Float(0))
        for sample in 0..<4 {
          let (x, y) = (pre[sample * inputs + input], post[sample * units + unit])
          sum += (sample < 2 ? 1 : -1) * Double(x) * Double(y)
          single += (sample < 2 ? 1 : -1) * x * y
        }
        exact.append(sum)
        plain.append(single)
      }
    }
    let scale = AlignedBuffer<Float>(count: 2)
    scale.fill(1)
    let gradient = AlignedBuffer<Float>(count: network.layout.parameterCount)
    try network.addDifference(scale: scale, samples: 2, into: gradient)
    let ours = network.layout.tensor(edge.weight, of: gradient)
    func error(_ values: [Float]) -> Double {
      let size = exact.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return zip(values, exact).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }.squareRoot() / size
    }
    #expect(error(ours) < 1e-6)
    #expect(error(plain) > 1e-4)
  }
}
