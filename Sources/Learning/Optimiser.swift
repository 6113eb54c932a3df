import Foundation
import Kernels
import Networks

/// Moves parameters against a gradient, or one part of them. All state is in `moments`, so that a checkpoint can hold it.
public final class Optimiser {
  /// The rule and its numbers.
  public let settings: OptimiserSettings
  /// SGD: the velocity. Adam, AdamW: first and second moments. Each lies as the parameters of `part` do.
  public let moments: [(name: String, values: AlignedBuffer<Float>)]
  /// The places of the parameters that it moves.
  public let part: Range<Int>
  /// Updates made.
  public private(set) var updates: Int
  private let blocks: [ParameterBlock]

  /// - Parameters:
  ///   - layout: where the blocks of parameters lie, and which have learning rates of their own.
  ///   - part: the places of the parameters that it moves; `nil`: all.
  ///   - updates: those made before, which Adam's corrections count.
  public init(_ settings: OptimiserSettings, layout: any ParameterLayout, part: Range<Int>? = nil, updates: Int = 0) {
    let all = 0..<layout.parameterCount
    let part = part?.clamped(to: all) ?? all
    self.settings = settings
    self.part = part
    self.updates = updates
    blocks = layout.blocks
    let names = settings.kind == .sgd ? ["velocity"] : ["first-moment", "second-moment"]
    moments = names.map { ($0, AlignedBuffer(count: part.count)) }
  }

  /// One update.
  ///
  /// - Parameters:
  ///   - parameters: all of them.
  ///   - gradient: of the parameters of `part`, with the first of which it begins.
  ///   - norm: the whole gradient's Euclidean norm, for clipping.
  ///   - factor: the schedule's; it multiplies every block's learning rate.
  public func update(_ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, norm: Double, factor: Float) {
    let scale: Float = settings.clip.map { Double($0) < norm ? Float(Double($0) / norm) : 1 } ?? 1
    updates += 1
    for block in blocks {
      let range = (block.offset..<block.offset + block.count).clamped(to: part)
      if range.isEmpty { continue }
      let rate = (block.learningRate ?? settings.learningRate) * factor
      switch settings.kind {
      case .sgd:
        ParameterUpdate.momentum(
          parameters, gradient: gradient, velocity: moments[0].values, range: range, origin: part.lowerBound,
          rate: rate, momentum: settings.momentum, nesterov: settings.nesterov, weightDecay: settings.weightDecay,
          gradientScale: scale)
      case .adam, .adamW:
        ParameterUpdate.adam(
          parameters, gradient: gradient, first: moments[0].values, second: moments[1].values, range: range,
          origin: part.lowerBound, rate: rate, beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
          weightDecay: settings.weightDecay, decoupled: settings.kind == .adamW,
          correction1: 1 - pow(settings.beta1, Float(updates)), correction2: 1 - pow(settings.beta2, Float(updates)),
          gradientScale: scale)
      }
      if let bound = settings.bound { parameters.clip(to: bound, range: range) }
    }
  }

  /// Continues after `updates` updates, with moments that were read into `moments`.
  public func resume(updates: Int) { self.updates = updates }
}

/// The exponential moving average of a network's parameters, which is measured and kept in their place (Polyak & Juditsky 1992).
///
/// Training continues with the parameters themselves. The average is taken element by element after every update, on every rank, so
/// its bits do not depend on the ranks.
public final class WeightAverage {
  /// Of its tensors in a checkpoint: `average.<layer>.<from>.weight`.
  public static let prefix = "average."

  /// As the parameters lie.
  public let values: AlignedBuffer<Float>
  private let decay: Float

  /// Begins with `parameters`.
  public init(of parameters: AlignedBuffer<Float>, decay: Float) {
    self.decay = decay
    values = AlignedBuffer(count: parameters.count)
    values.copy(from: parameters, count: parameters.count)
  }

  /// Takes in the parameters after `updates` updates. The decay rises to its value, so that the beginning is soon forgotten.
  public func add(_ parameters: AlignedBuffer<Float>, updates: Int) {
    ParameterUpdate.average(values, of: parameters, decay: min(decay, Float(1 + updates) / Float(10 + updates)))
  }
}
