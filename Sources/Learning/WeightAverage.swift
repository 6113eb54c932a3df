import Kernels
import Networks

/// The exponential moving average of a network's parameters, which is measured and kept in their place (Polyak & Juditsky 1992).
///
/// Training goes on with the parameters themselves. The average is taken element by element after every update, on every rank, so
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
