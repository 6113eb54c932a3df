import Kernels
import Networks

/// The cosine between the gradient of equilibrium propagation and that of back-propagation through time, micro-shard by
/// micro-shard: of all parameters, and of every edge's weights.
final class GradientCosine {
  private let layout: NetworkLayout
  private let unrolled: UnrolledRelaxation
  private let exact: AlignedBuffer<Float>
  private let scale: AlignedBuffer<Float>

  init(_ network: HopfieldNetwork, relaxation: RelaxationSettings, samples: Int) {
    layout = network.layout
    unrolled = UnrolledRelaxation(network, order: relaxation.order, sweeps: relaxation.nudged.sweeps, samples: samples)
    exact = AlignedBuffer(count: network.layout.parameterCount)
    scale = AlignedBuffer(count: samples)
  }

  static func names(_ layout: NetworkLayout) -> [String] {
    ["cosine"] + layout.edges.map { "cosine.\($0.weight.name.split(separator: ".").dropLast().joined(separator: "."))" }
  }

  /// Computes the exact gradient from the free states, in which it leaves the network: by sweeps of the network's own rule, which keep
  /// them where a machine has the same equilibria.
  func prepare(_ shard: MicroShard) throws {
    exact.clear()
    scale.fill(1 / Float(shard.batch))
    try unrolled.run(samples: shard.labels.count)
    unrolled.addGradient(labels: shard.labels, scale: scale, into: exact)
  }

  /// The cosines with a gradient of the same micro-shard, in the order of `names`.
  func cosines(with gradient: AlignedBuffer<Float>) -> [Double] {
    let ranges = [0..<layout.parameterCount] + layout.edges.map { $0.weight.offset..<$0.weight.offset + $0.weight.count }
    return ranges.map { range in
      let sizes = exact.product(with: exact, range: range) * gradient.product(with: gradient, range: range)
      return sizes > 0 ? exact.product(with: gradient, range: range) / sizes.squareRoot() : 0
    }
  }
}
