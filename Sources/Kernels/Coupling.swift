/// One edge of a layered network: weights between a pre plane and a post plane, and the three products that relaxation and
/// learning need.
///
/// Weights, and their gradients, lie in a flat buffer in the order post channel, kernel row, kernel column, pre channel, both
/// channels padded to multiples of 16 with zeros.
package protocol Coupling: AnyObject {
  /// The plane that the coupling reads.
  var pre: PlaneShape { get }
  /// The plane that the coupling drives.
  var post: PlaneShape { get }
  /// Floats of its weights.
  var weightCount: Int { get }

  /// Arranges the weights at `offset` of `parameters` as the products read them. To be called after every change.
  func load(_ parameters: AlignedBuffer<Float>, at offset: Int)

  /// `drive (+)= P(w ⋆ s_pre)` on rows `rows` of the post plane, contiguous. A max-pooling coupling keeps the arg-max, which the
  /// next two products use.
  func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool)

  /// `field (+)= wᵀ ⋆ P⁻¹(s_post)` on rows `rows` of the pre plane, contiguous.
  func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool)

  /// `gradient += Σ_n scale_n · s_pre ⋆ P⁻¹(s_post)` over rows `rows` of the post plane, at `offset`: products of samples of the
  /// pre plane, from `preSample` on, with as many of the post plane from `postSample` on, where the arg-max is taken too.
  func addGradient(
    pre: SpinPlanes, preSample: Int, post: SpinPlanes, postSample: Int, scale: AlignedBuffer<Float>, samples: Int,
    rows: Range<Int>, into gradient: AlignedBuffer<Float>, at offset: Int)

  /// Copies the arg-max of `count` samples over those from `target` on. Nothing to do without max-pooling.
  func duplicateArgMax(count: Int, to target: Int)
}

extension Coupling {
  package func duplicateArgMax(count: Int, to target: Int) {}

  /// The drive of the whole post plane.
  package func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, accumulate: Bool) {
    self.drive(from: pre, into: drive, samples: samples, rows: 0..<post.rows, accumulate: accumulate)
  }

  /// The gradient over the whole post plane.
  package func addGradient(
    pre: SpinPlanes, post: SpinPlanes, scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>,
    at offset: Int
  ) {
    addGradient(
      pre: pre, preSample: 0, post: post, postSample: 0, scale: scale, samples: samples, rows: 0..<self.post.rows,
      into: gradient, at: offset)
  }

  /// The field on the whole pre plane.
  package func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, accumulate: Bool) {
    topDown(from: post, into: field, samples: samples, rows: 0..<pre.rows, accumulate: accumulate)
  }
}

/// Memory that couplings use one after the other and do not keep.
package final class Workspace {
  private var floats = AlignedBuffer<Float>(count: 0)
  private var entries = AlignedBuffer<Entry>(count: 0)
  private var counts = AlignedBuffer<Int32>(count: 0)

  /// Takes no memory until a coupling asks for some; it then grows to the greatest request.
  package init() {}

  func floats(_ count: Int) -> AlignedBuffer<Float> {
    if floats.count < count { floats = AlignedBuffer(count: count) }
    return floats
  }

  func entries(_ count: Int) -> AlignedBuffer<Entry> {
    if entries.count < count { entries = AlignedBuffer(count: count) }
    return entries
  }

  func counts(_ count: Int) -> AlignedBuffer<Int32> {
    if counts.count < count { counts = AlignedBuffer(count: count) }
    return counts
  }

  /// Bytes taken.
  package var bytes: Int { floats.count * 4 + entries.count * 8 + counts.count * 4 }
}
