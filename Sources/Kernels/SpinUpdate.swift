import CKernels

/// The local rules that move a spin in its field; the numbers are those of the kernels.
///
/// Infinite fields saturate. A field that is not a number saturates too, save under `linear`, which hands it on: a diverged
/// network shows in its output.
package enum LocalRule: Int32, Sendable {
  /// `min(max(f, 0), 1)`.
  case clamp = 0
  /// `min(max(f/2, 0), 1)`, `1/(1 + exp(−f))`, `min(max(f, 0), 6)`, `tanh f`, and `f`.
  case halfClamp, sigmoid, relu6, tanh, linear
}

/// Sums over one layer's spins: how far they have moved or have still to go, and their size.
package struct SpinChange: Sendable {
  /// `Σ (Δs)²`.
  package var moved: Double
  /// `Σ s²` of the new states.
  package var size: Double

  /// Sums that were computed elsewhere, such as on other strips.
  package init(moved: Double, size: Double) {
    self.moved = moved
    self.size = size
  }

  /// `‖Δs‖ / max(‖s‖, 1e-6)`.
  package var relative: Double { (moved.squareRoot()) / max(size.squareRoot(), 1e-6) }
}

extension SpinPlanes {
  /// Moves spins in their field `f = bias + base + drive + topDown`, in one pass over rows `rows` of some samples; absent terms are
  /// zero. Rules of slope 1 (`clamp`, `relu6`, `linear`): `s ← σ(s + ω (f − s))`; the others: `s ← s + ω (σ(f) − s)`, within the
  /// range of σ. With ω = 1 both are `s ← σ(f)`.
  ///
  /// - Parameters:
  ///   - bias: one number a channel, padded, at `biasOffset` of the buffer.
  ///   - base, drive, topDown: contiguous fields.
  ///   - factor: ω. With 1 the spin's former state does not count.
  package func update(
    _ rule: LocalRule, bias: AlignedBuffer<Float>, biasOffset: Int, base: AlignedBuffer<Float>?, drive: AlignedBuffer<Float>?,
    topDown: AlignedBuffer<Float>?, factor: Float = 1, samples: Range<Int>, rows: Range<Int>? = nil
  ) -> SpinChange {
    let rows = rows ?? 0..<shape.rows
    let first = rows.lowerBound * shape.columns
    let skipped = first * shape.paddedChannels
    let skippedFields = samples.lowerBound * shape.fieldCount + skipped
    precondition(samples.lowerBound >= 0 && samples.upperBound <= capacity)
    precondition(biasOffset + shape.paddedChannels <= bias.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    for field in [base, drive, topDown] { precondition(field.map { $0.count >= samples.upperBound * shape.fieldCount } ?? true) }
    var norms = (0.0, 0.0)
    withUnsafeMutableBytes(of: &norms) {
      InstructionSet.current.kernels.update(
        buffer.base + samples.lowerBound * shape.stride, pixelOffsets.base + first, Int64(shape.stride), bias.base + biasOffset,
        base.map { $0.base + skippedFields }, drive.map { $0.base + skippedFields }, topDown.map { $0.base + skippedFields },
        Int64(shape.fieldCount), rule.rawValue, factor, Int64(shape.paddedChannels), Int64(shape.channels),
        Int64(rows.count * shape.columns), Int64(samples.count),
        $0.baseAddress?.assumingMemoryBound(to: Double.self))
    }
    return SpinChange(moved: norms.0, size: norms.1)
  }

  /// `sum[channel] += Σ_n scale_n Σ_pixels s` over rows `rows`, at `offset` of the buffer.
  package func addChannelSums(
    scale: AlignedBuffer<Float>, samples: Int, rows: Range<Int>? = nil, into sum: AlignedBuffer<Float>, at offset: Int
  ) {
    let rows = rows ?? 0..<shape.rows
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    precondition(samples <= capacity && samples <= scale.count && offset + shape.paddedChannels <= sum.count)
    InstructionSet.current.kernels.sum_spins(
      buffer.base, pixelOffsets.base + rows.lowerBound * shape.columns, Int64(shape.stride), Int64(shape.paddedChannels),
      Int64(rows.count * shape.columns), Int64(samples),
      scale.base, sum.base + offset)
  }
}

extension AlignedBuffer where Element == Float {
  /// Multiplies the first `length` elements by `factor`.
  package func scale(by factor: Float, count length: Int) {
    precondition(length >= 0 && length <= count)
    guard factor != 1 else { return }
    for index in 0..<length { base[index] *= factor }
  }

  /// Multiplies rows `rows` of a contiguous field over planes of shape `shape` by `factor`.
  package func scale(by factor: Float, of shape: PlaneShape, samples: Int, rows: Range<Int>) {
    precondition(samples * shape.fieldCount <= count && rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    guard factor != 1 else { return }
    let row = shape.columns * shape.paddedChannels
    for sample in 0..<samples {
      let first = base + sample * shape.fieldCount + rows.lowerBound * row
      for index in 0..<rows.count * row { first[index] *= factor }
    }
  }

  /// Exchanges the first `length` elements with those of another buffer.
  package func swap(with other: AlignedBuffer<Float>, count length: Int) {
    precondition(length >= 0 && length <= count && length <= other.count)
    for index in 0..<length { (base[index], other.base[index]) = (other.base[index], base[index]) }
  }

  /// `self += other`, element by element.
  package func add(_ other: AlignedBuffer<Float>) {
    precondition(other.count == count)
    add(other, count: count)
  }

  /// Adds the first `length` elements of `other` to those from `offset` on.
  package func add(_ other: AlignedBuffer<Float>, count length: Int, to offset: Int = 0) {
    precondition(offset >= 0 && length >= 0 && offset + length <= count && length <= other.count)
    InstructionSet.current.kernels.add(base + offset, other.base, Int64(length))
  }
}
