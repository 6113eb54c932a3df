import Host
import Kernels

/// The feed-forward network of the same layers:
///
///     h_k = σ_k(Σ_edges P(w ⋆ h_pre) + b_k),   h_0 = x
///
/// one pass upwards, with the couplings of a Hopfield network and nothing from above. Its gradient by back-propagation is what
/// other rules of learning are compared with.
public final class FeedForwardNetwork {
  /// The layers, and where their parameters lie.
  public let layout: NetworkLayout
  /// The loss, a function of the last layer's activities.
  public let cost: Cost
  /// Samples that fit.
  public let capacity: Int
  /// As `layout` places them. Call `parametersChanged()` after writing to them.
  public let parameters: AlignedBuffer<Float>
  /// What time has been spent on.
  public let times: Profile
  /// `h_1 … h_N`.
  package let activities: [SpinPlanes]
  /// The gradient with respect to what σ was taken of, by layer.
  let errors: [SpinPlanes]
  let edges: [CoupledEdge]
  /// What σ was taken of, without the bias; and what comes down from the errors above.
  private let drives: [AlignedBuffer<Float>]
  let topDown: [AlignedBuffer<Float>]

  /// - Parameters:
  ///   - parameters: shared, not copied; `layout.parameterCount` floats.
  ///   - capacity: samples that fit, above 0. All memory is taken here.
  public init(
    layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost, capacity: Int, times: Profile = Profile()
  ) {
    precondition(parameters.count == layout.parameterCount && capacity > 0)
    let strip = Strip(whole: layout)
    let workspace = Workspace()
    let shapes = layout.layers.map(\.shape)
    (self.layout, self.parameters, self.cost, self.capacity, self.times) = (layout, parameters, cost, capacity, times)
    activities = shapes.map { SpinPlanes(shape: $0, capacity: capacity) }
    errors = shapes.map { SpinPlanes(shape: $0, capacity: capacity) }
    edges = layout.edges.map { CoupledEdge($0, of: strip, capacity: capacity, workspace: workspace) }
    drives = shapes.map { AlignedBuffer(count: capacity * $0.fieldCount) }
    topDown = shapes.map { AlignedBuffer(count: capacity * $0.fieldCount) }
    parametersChanged()
  }

  /// Arranges the weights for the kernels; call it after every write to `parameters`.
  public func parametersChanged() {
    times.measure(.update) { for edge in edges { edge.load(parameters) } }
  }

  /// Clamps the input of samples 0 … `samples` − 1 to images of rows, columns, channels.
  public func clamp(_ pixels: [Float], samples: Int) {
    precondition(samples <= capacity)
    times.measure(.load) {
      for edge in edges { edge.clamped?.load(pixels, first: 0, samples: samples) }
    }
  }

  /// One pass upwards.
  public func forward(samples: Int) {
    for layer in 1...layout.layers.count { predict(layer, into: activities[layer - 1], samples: samples) }
  }

  /// `planes ← σ(Σ P(w ⋆ h_pre) + b)` of a layer, from the present activities.
  func predict(_ layer: Int, into planes: SpinPlanes, samples: Int) {
    let description = layout.layers[layer - 1]
    times.measure(.field) {
      var accumulate = false
      for edge in edges where edge.layout.post == layer {
        edge.coupling.drive(
          from: edge.clampedInput ?? activities[edge.layout.pre - 1], into: drives[layer - 1], samples: samples,
          accumulate: accumulate)
        accumulate = true
      }
    }
    times.measure(.step) {
      _ = planes.update(
        description.activation.rule, bias: parameters, biasOffset: description.bias.offset, base: nil, drive: drives[layer - 1],
        topDown: nil, samples: 0..<samples)
    }
  }

  /// The output of one sample.
  public func prediction(sample: Int) -> [Float] {
    (0..<layout.output.shape.channels).map { activities[layout.layers.count - 1][sample, $0, 0, 0] }
  }

  /// Back-propagates the costs of the samples that have just gone forward, and adds their gradient times `scale`.
  public func addGradient(labels: ArraySlice<Int>, scale: AlignedBuffer<Float>, into gradient: AlignedBuffer<Float>) {
    let samples = labels.count
    let output = layout.layers.count
    for (sample, label) in labels.enumerated() {
      let slope = cost.slope(prediction: prediction(sample: sample), label: label)
      for (unit, value) in slope.enumerated() { errors[output - 1][sample, unit, 0, 0] = value }
    }
    for layer in stride(from: output - 1, to: 0, by: -1) {
      pullDown(to: layer, samples: samples)
      errors[layer - 1].assign(
        derivativeOf: layout.layers[layer - 1].activation.rule, at: activities[layer - 1], times: topDown[layer - 1],
        samples: samples)
    }
    addErrors(scale: scale, samples: samples, into: gradient)
  }

  /// `Σ wᵀ ⋆ P⁻¹(errors)` of the layers above, into `topDown`.
  func pullDown(to layer: Int, samples: Int) {
    times.measure(.field) {
      var accumulate = false
      for edge in edges where edge.layout.pre == layer {
        edge.coupling.topDown(
          from: errors[edge.layout.post - 1], into: topDown[layer - 1], samples: samples, accumulate: accumulate)
        accumulate = true
      }
      if !accumulate { topDown[layer - 1].clear() }
    }
  }

  /// `gradient += Σ_n scale_n h_pre ⋆ P⁻¹(errors)`, and of the biases.
  func addErrors(scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>) {
    times.measure(.gradient) {
      for edge in edges {
        let post = errors[edge.layout.post - 1]
        edge.addGradient(
          pre: edge.clampedInput ?? activities[edge.layout.pre - 1], post: post, scale: scale, samples: samples,
          rows: 0..<post.shape.rows, into: gradient, at: edge.layout.weight.offset)
      }
      for (index, layer) in layout.layers.enumerated() {
        errors[index].addChannelSums(scale: scale, samples: samples, into: gradient, at: layer.bias.offset)
      }
    }
  }

  /// Bytes of states, and of the fields that move them.
  public var memory: (states: Int, fields: Int) {
    let clamped = edges.compactMap { $0.clampedInput?.buffer.count }.reduce(0, +)
    return (
      4 * (activities + errors).reduce(clamped) { $0 + $1.buffer.count }, 4 * (drives + topDown).reduce(0) { $0 + $1.count }
    )
  }
}
