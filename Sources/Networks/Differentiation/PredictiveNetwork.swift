import Host
import Kernels

/// A predictive-coding network, every layer of which predicts the next:
///
///     E(θ, x, h) = ½ Σ_k ‖h_k − f_k(h_<k)‖²,   f_k = σ_k(Σ_edges P(w ⋆ h_pre) + b_k)
///
/// Free, it settles in one pass upwards, where E = 0. Nudged, a sweep downwards moves every layer to
///
///     h_k ← Π_k [f_k + Σ_post J_postᵀ (h_post − f_post)],   J = ∂f_post/∂h_k,
///
/// where ∂E/∂h_k is zero for the errors that there are, or to the end of the range of σ_k (Π_k; for ReLU the positive part): activities
/// that no prediction can reach would grow from sweep to sweep. The output moves to where E + βC is least.
///
/// Source: the energy of Whittington & Bogacz (2017); with ReLU ∘ pooling ∘ convolution, one forward pass and few nudged sweeps,
/// Kerjan, Høier & Scellier (2026).
public final class PredictiveNetwork {
  /// The network whose forward pass makes the predictions; its activities are the states `h`.
  public let passes: FeedForwardNetwork
  /// `f_1 … f_N` at the present states.
  private let predictions: [SpinPlanes]
  private let order: [Int]

  /// - Parameter capacity: samples that fit, those of both nudged phases together.
  public init(
    layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost, capacity: Int, times: Profile = Profile()
  ) {
    passes = FeedForwardNetwork(layout: layout, parameters: parameters, cost: cost, capacity: capacity, times: times)
    predictions = layout.layers.map { SpinPlanes(shape: $0.shape, capacity: capacity) }
    order = (1...layout.layers.count).reversed()
  }

  /// The layers, and where their parameters lie.
  public var layout: NetworkLayout { passes.layout }

  /// Copies states and clamped inputs of samples 0 … `count` − 1 over those from `target` on.
  public func duplicate(count: Int, to target: Int) {
    for planes in passes.activities { planes.duplicate(first: 0, count: count, to: target) }
    for edge in passes.edges {
      edge.clampedInput?.duplicate(first: 0, count: count, to: target)
      edge.coupling.duplicateArgMax(count: count, to: target)
    }
  }

  /// Whether max-pooling keeps to the positions that are the greatest now.
  public func freezePooling(_ isFrozen: Bool) {
    for edge in passes.edges { edge.freezePooling(isFrozen) }
  }

  /// One sweep from the output down.
  public func sweep(nudge: Nudge) {
    let samples = nudge.labels.count
    for layer in order {
      let index = layer - 1
      passes.predict(layer, into: predictions[index], samples: samples)
      if layer == layout.layers.count { nudgeOutput(nudge) } else { passes.pullDown(to: layer, samples: samples) }
      passes.times.measure(.step) {
        let field = passes.topDown[index]
        passes.errors[index].assign(
          derivativeOf: layout.layers[index].activation.rule, at: predictions[index], times: field, samples: samples)
        passes.activities[index].assign(
          predictions[index], plus: field, within: layout.layers[index].activation.range, samples: samples)
      }
    }
  }

  /// What the nudge adds to the output's prediction.
  private func nudgeOutput(_ nudge: Nudge) {
    let index = layout.layers.count - 1
    let (planes, field) = (predictions[index], passes.topDown[index])
    let units = layout.output.shape.channels
    for (sample, label) in nudge.labels.enumerated() {
      let prediction = (0..<units).map { planes[sample, $0, 0, 0] }
      // Above the energy a read-out is an output like any other.
      let cost = passes.cost.isReadout ? Cost(.crossEntropy, smoothing: passes.cost.smoothing) : passes.cost
      var output = passes.prediction(sample: sample)
      cost.relax(&output, field: prediction, label: label, nudge: nudge.strengths[sample])
      for unit in 0..<units { field[sample * layout.output.shape.paddedChannels + unit] = output[unit] - prediction[unit] }
    }
  }

  /// `gradient += Σ_n scale_n ∂E/∂θ` at the present states: zero while free.
  public func addGradient(scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>) {
    for layer in order {
      let index = layer - 1
      passes.predict(layer, into: predictions[index], samples: samples)
      passes.activities[index].difference(from: predictions[index], into: passes.topDown[index], samples: samples)
      // ∂E/∂θ = −(h − f) ∂f/∂θ; the caller's scale turns the sign.
      passes.errors[index].assign(
        derivativeOf: layout.layers[index].activation.rule, at: predictions[index], times: passes.topDown[index],
        samples: samples)
    }
    passes.addErrors(scale: scale, samples: samples, into: gradient)
  }

}
