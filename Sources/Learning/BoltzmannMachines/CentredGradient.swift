import Files
import Kernels
import Networks

/// The gradient in coordinates in which every spin is counted from its mean over the data, brought back to couplings and fields.
///
/// With `μ_i` the running means of clamped spins, products are those of `s_i − μ_i`:
///
///     g'_ij = g_ij − μ_i g_j − μ_j g_i,   g'_i = g_i − (η_J/η_h) Σ_j g'_ij μ_j
///
/// for learning rates η_J of couplings and η_h of fields: the second term takes back what the step in the couplings adds to the fields on the means.
/// A step along it does not depend on which of its two states a spin calls 1. Sources: Cho, Raiko & Ilin, Neural Computation 25, 805 (2013);
/// Montavon & Müller (2012); Melchior, Fischer & Wiskott, JMLR 17, 99 (2016), section 3.
final class CentredGradient {
  static let name = "warm.means"
  private let layout: BoltzmannLayout
  private let rate: Float
  /// η_J/η_h.
  private let ratio: Float
  /// `μ`; empty before the first step.
  private(set) var means: [Float] = []

  /// - Parameters:
  ///   - rate: by which share the means follow those of a mini-batch.
  ///   - ratio: the learning rate of couplings over that of fields.
  init(_ layout: BoltzmannLayout, rate: Float, ratio: Float = 1) {
    self.layout = layout
    self.rate = rate
    self.ratio = ratio
  }

  /// - Parameter means: of the mini-batch.
  func centre(_ gradient: AlignedBuffer<Float>, means new: [Float]) {
    means = means.isEmpty ? new : zip(means, new).map { $0 + rate * ($1 - $0) }
    let fields = layout.fields.offset
    let slopes = (0..<layout.spinCount).map { gradient[fields + $0] }
    var centred = slopes
    for (index, (one, other)) in layout.pairs.enumerated() {
      let (a, b) = (Int(one), Int(other))
      let slope = gradient[index] - means[a] * slopes[b] - means[b] * slopes[a]
      gradient[index] = slope
      centred[a] -= ratio * slope * means[b]
      centred[b] -= ratio * slope * means[a]
    }
    for spin in 0..<layout.spinCount { gradient[fields + spin] = centred[spin] }
  }

  var tensors: [String: Tensor] { means.isEmpty ? [:] : [Self.name: Tensor(means)] }

  func restore(_ tensors: [String: Tensor]) throws {
    guard let tensor = tensors[Self.name] else {
      means = []
      return
    }
    guard tensor.shape == [layout.spinCount] else {
      throw NetworkError("tensor \(Self.name) has shape \(tensor.shape); this machine expects [\(layout.spinCount)]")
    }
    means = try tensor.floats()
  }
}
