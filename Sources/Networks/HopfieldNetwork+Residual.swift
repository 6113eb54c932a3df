import Foundation
import Kernels

/// How far a spin is from where its field drives it.
typealias SpinDistance = (StatesAndFields.Spin) -> Float

extension HopfieldNetwork {
  /// The residual of each sample under the network's own rule: `mean over layers of ‖σ(f(s)) − s‖ / max(‖s‖, 1e-6)`, the fields of
  /// all layers being those of the present state, which stays as it is.
  ///
  /// - Parameter groups: the layers whose rows travel together between strips.
  func residuals(groups: [[Int]], samples: Int) throws -> [Double] {
    try finishExchanges()
    let places = PlaneLayout(self, samples: samples)
    let shape = ReplicaShape(spins: places.count, replicas: 1)
    let planes = StatesAndFields(states: shape.plane(), field: shape.plane())
    take(into: planes.states, as: places)
    try collectFields(into: planes.field, as: places, groups: groups, isExternal: true, force: nil, nudge: nil)
    return try residuals(of: planes, as: places, under: MachineSettings(.hopfield))
  }

  /// The residual of each sample with the states and fields of planes. A read-out is no part of the system, and is not counted.
  func residuals(of planes: StatesAndFields, as places: PlaneLayout, under rule: MachineSettings) throws -> [Double] {
    let counted = 0..<layout.layers.count - (cost.isReadout ? 1 : 0)
    let sums = SampleSums(self, capacity: places.samples)
    times.measure(.step) {
      for layer in counted {
        let shape = spins[layer].shape
        let distance = rule.distance(of: layout.layers[layer], isOutput: layer == layout.layers.count - 1)
        for (piece, rows) in pieces[layer] {
          for sample in 0..<places.samples {
            let first = places.offsets[layer] + sample * shape.fieldCount + rows.lowerBound * shape.columns * shape.paddedChannels
            sums.note(
              planes.sums(
                from: first, pixels: rows.count * shape.columns, channels: shape.channels, paddedChannels: shape.paddedChannels,
                distance),
              sample: sample, layer: layer, piece: piece)
          }
        }
      }
    }
    try sums.share(among: self)
    return (0..<places.samples).map { sums.relative(sample: $0, layers: counted) }
  }
}

extension Activation {
  /// `σ(f) − s`.
  var distance: SpinDistance {
    switch self {
    case .clamp: return { min(max($0.field, 0), 1) - $0.state }
    case .halfClamp: return { min(max($0.field / 2, 0), 1) - $0.state }
    case .relu6: return { min(max($0.field, 0), 6) - $0.state }
    case .sigmoid: return { 1 / (1 + exp(-$0.field)) - $0.state }
    case .tanh: return { Foundation.tanh($0.field) - $0.state }
    case .linear: return { $0.field - $0.state }
    }
  }
}
