import Kernels
import Machines

/// The field that a machine's spins feel in a network: couplings, the clamped input, biases and the nudge.
///
/// Fields of all layers are computed at once, from one state. The spins of all samples are one replica, so that a machine's plane
/// lies as the network's fields do.
final class NetworkField: FieldOperator {
  let shape: ReplicaShape
  /// Zero: biases are the network's own.
  let bias: AlignedBuffer<Float>
  let hasBias = false
  /// A bound that no network's energy reaches; energies of networks are `HopfieldNetwork.energies`.
  let magnitude = 0x1p40
  let places: PlaneLayout
  var nudge: Nudge?

  private let network: HopfieldNetwork
  private let force: OutputForce
  /// Whether the network has the states that were placed last, by `place(_:)`, and those have not been asked for yet.
  private var holds: AlignedBuffer<Float>?

  init(_ network: HopfieldNetwork, samples: Int, force: OutputForce) {
    self.network = network
    self.force = force
    places = PlaneLayout(network, samples: samples)
    shape = ReplicaShape(spins: places.count, replicas: 1)
    bias = ReplicaShape.paddedBias([], spins: places.count)
  }

  /// Moves the network's spins to where a step has brought them. The next field is of just these, if it is asked for.
  ///
  /// - Returns: the change, if it is wanted.
  @discardableResult
  func place(_ states: AlignedBuffer<Float>, wantsChange: Bool = false) throws -> Double {
    let change = try network.place(states, as: places, wantsChange: wantsChange)
    holds = states
    return change
  }

  /// `scale` is 1, or 0 for couplings alone: what acts on the sines of phases.
  func evaluate(_ states: AlignedBuffer<Float>, scale: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    try bring(states)
    try network.collectFields(into: field, as: places, isExternal: scale[0] != 0, force: force, nudge: nudge)
  }

  func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    try bring(states)
    try network.collectFields(into: field, as: places, isExternal: false, force: force, nudge: nil, accumulate: true)
  }

  private func bring(_ states: AlignedBuffer<Float>) throws {
    if holds !== states { _ = try network.place(states, as: places, wantsChange: false) }
    // They may change before they are asked for again.
    holds = nil
  }
}
