import CKernels

extension SpinPlanes {
  /// Turns states into what the difference of their products is made of: with a in the first `count` samples and b in as many behind
  /// them, a − b and (a + b)/2, in their places.
  ///
  /// `a a' − b b' = (a − b)(a' + b')/2 + (a + b)/2 (a' − b')`: where a and b are close, the left side loses the digits that they have
  /// in common, the right side does not.
  package func formDifference(samples count: Int) {
    precondition(count >= 0 && 2 * count <= capacity)
    let length = count * shape.stride
    let (first, second) = (buffer.base, buffer.base + length)
    for index in 0..<length {
      let (a, b) = (first[index], second[index])
      first[index] = a - b
      second[index] = 0.5 * (a + b)
    }
  }

  /// `d ← d + ω (σ'(s) ⊙ (drive + topDown) − d)` over rows `rows`: responses d in the first `samples` samples, of the states s, which σ has
  /// given, in as many samples from `states` on. Absent fields are zero.
  package func respond(
    _ rule: LocalRule, states: Int, drive: AlignedBuffer<Float>?, topDown: AlignedBuffer<Float>?, factor: Float = 1, samples: Int,
    rows: Range<Int>
  ) -> SpinChange {
    let first = rows.lowerBound * shape.columns
    let skipped = first * shape.paddedChannels
    precondition(samples <= states && states + samples <= capacity && rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    for field in [drive, topDown] { precondition(field.map { $0.count >= samples * shape.fieldCount } ?? true) }
    var norms = (0.0, 0.0)
    withUnsafeMutableBytes(of: &norms) {
      InstructionSet.current.kernels.respond(
        buffer.base, buffer.base + states * shape.stride, pixelOffsets.base + first, Int64(shape.stride),
        drive.map { $0.base + skipped }, topDown.map { $0.base + skipped }, Int64(shape.fieldCount), rule.rawValue, factor,
        Int64(shape.paddedChannels), Int64(rows.count * shape.columns), Int64(samples),
        $0.baseAddress?.assumingMemoryBound(to: Double.self))
    }
    return SpinChange(moved: norms.0, size: norms.1)
  }
}
