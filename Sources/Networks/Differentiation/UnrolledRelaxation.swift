import Kernels

/// Back-propagation through time over the last sweeps of a free phase: the exact gradient of the loss after so many sweeps, seen
/// from the states before them.
///
/// A free relaxation is a recurrent network; where it has converged, the truncated gradient equals that of equilibrium propagation
/// (Ernoult et al. 2019). Needs a whole network.
public final class UnrolledRelaxation {
  private let network: HopfieldNetwork
  /// The last sweeps of a free phase, through which it differentiates.
  public let sweeps: Int
  private let schedule: UpdateSchedule
  /// By update, in order: the layers that moved, with their states before.
  private var records: [(layers: [Int], states: [SpinPlanes])] = []
  /// `∂C/∂s` of every layer in the present state, contiguous, and `∂C/∂field` of the layers that moved, as planes.
  private let slopes: [AlignedBuffer<Float>]
  private let errors: [SpinPlanes]
  private let samples: Int

  /// - Parameters:
  ///   - sweeps: through which the gradient goes back.
  ///   - samples: that relax together.
  public init(_ network: HopfieldNetwork, order: RelaxationSettings.Order, sweeps: Int, samples: Int) {
    precondition(network.strip.isWhole && samples <= network.capacity && sweeps > 0)
    self.network = network
    self.sweeps = sweeps
    self.samples = samples
    schedule = UpdateSchedule(order, layout: network.layout, nudged: false)
    let shapes = network.layout.layers.map(\.shape)
    slopes = shapes.map { AlignedBuffer(count: samples * $0.fieldCount) }
    errors = shapes.map { SpinPlanes(shape: $0, capacity: samples) }
    for _ in 0..<sweeps {
      for group in schedule.groups {
        records.append((group, group.map { SpinPlanes(shape: shapes[$0 - 1], capacity: samples) }))
      }
    }
  }

  /// Makes the sweeps from the present states, remembering every state on the way.
  public func run(samples count: Int) throws {
    precondition(count <= samples)
    for (layers, states) in records {
      for (layer, state) in zip(layers, states) {
        state.buffer.copy(from: network.spins[layer - 1].buffer, count: count * state.shape.stride)
      }
      _ = try network.sweep(UpdateSchedule(groups: [layers]), samples: count, nudge: nil, wantsChange: false)
    }
  }

  /// Goes back through the sweeps, and adds the gradient times `scale`. The network is then in the states before them.
  public func addGradient(labels: ArraySlice<Int>, scale: AlignedBuffer<Float>, into gradient: AlignedBuffer<Float>) {
    let count = labels.count
    for slope in slopes { slope.clear() }
    var isLast = true
    let output = network.layout.layers.count
    for (layers, states) in records.reversed() {
      for layer in layers {
        if layer == output {
          takeOutputErrors(isLast ? labels : nil, count: count)
          isLast = false
        } else {
          errors[layer - 1].assign(
            derivativeOf: network.layout.layers[layer - 1].activation.rule, at: network.spins[layer - 1],
            times: slopes[layer - 1], samples: count)
        }
      }
      for (layer, state) in zip(layers, states) {
        slopes[layer - 1].clear()
        network.spins[layer - 1].buffer.copy(from: state.buffer, count: count * state.shape.stride)
      }
      refreshArgMax(around: layers, count: count)
      for layer in layers { passDown(layer, scale: scale, count: count, into: gradient) }
    }
    network.spinsChanged()
  }

  /// The output follows its field; what is predicted is the field of its last update. A read-out's spins are no part of the state.
  private func takeOutputErrors(_ labels: ArraySlice<Int>?, count: Int) {
    let index = network.layout.layers.count - 1
    let stride = network.layout.output.shape.paddedChannels
    let isReadout = network.cost.isReadout
    for sample in 0..<count {
      let slope = labels.map {
        network.cost.slope(prediction: network.prediction(sample: sample), label: $0[$0.startIndex + sample])
      }
      for unit in 0..<network.layout.output.shape.channels {
        let past = isReadout ? 0 : slopes[index][sample * stride + unit]
        errors[index][sample, unit, 0, 0] = past + (slope?[unit] ?? 0)
      }
    }
  }

  /// Both products of an edge, whichever layer moved, were with the arg-max of the states before.
  private func refreshArgMax(around layers: [Int], count: Int) {
    for edge in network.edges where edge.isMaxPooled && edge.layout.pre != 0 {
      guard layers.contains(edge.layout.pre) || layers.contains(edge.layout.post) else { continue }
      edge.coupling.drive(
        from: network.spins[edge.layout.pre - 1], into: network.unusedDrive, samples: count, accumulate: false)
    }
  }

  /// From the errors of a layer to the slopes of its neighbours, and to the gradient: its field was
  /// `Σ P(w ⋆ s_pre) + Σ γ wᵀ ⋆ P⁻¹(s_post) + b`. The errors are not needed after it, and are multiplied by γ on the way.
  private func passDown(_ layer: Int, scale: AlignedBuffer<Float>, count: Int, into gradient: AlignedBuffer<Float>) {
    let error = errors[layer - 1]
    error.addChannelSums(scale: scale, samples: count, into: gradient, at: network.layout.layers[layer - 1].bias.offset)
    for edge in network.edges where edge.layout.post == layer {
      if edge.layout.pre != 0 {
        edge.coupling.topDown(from: error, into: slopes[edge.layout.pre - 1], samples: count, accumulate: true)
      }
      edge.addGradient(
        pre: edge.clampedInput ?? network.spins[edge.layout.pre - 1], post: error, scale: scale, samples: count,
        rows: 0..<error.shape.rows, into: gradient, at: edge.layout.weight.offset)
    }
    var factor: Float = 1
    for edge in network.edges where edge.layout.pre == layer {
      error.buffer.scale(by: edge.layout.topDownFactor / factor, count: count * error.shape.stride)
      factor = edge.layout.topDownFactor
      let post = network.spins[edge.layout.post - 1]
      edge.freezePooling(true)
      edge.coupling.drive(from: error, into: slopes[edge.layout.post - 1], samples: count, accumulate: true)
      edge.freezePooling(false)
      edge.addGradient(
        pre: error, post: post, scale: scale, samples: count, rows: 0..<post.shape.rows, into: gradient,
        at: edge.layout.weight.offset)
    }
  }
}
