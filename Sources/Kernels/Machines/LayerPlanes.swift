import CKernels

/// Between the planes of a network's layers and a machine's plane, in which a layer's spins lie as fields do: [sample][pixel]
/// [channel], channels padded.
extension SpinPlanes {
  /// Takes the spins of rows `rows` from a machine's plane, the layer's at `offset`. Padded channels become zero.
  ///
  /// - Returns: how far they moved, in the bits of an update by the network's own rule.
  package func place(_ plane: AlignedBuffer<Float>, at offset: Int, samples: Int, rows: Range<Int>) -> SpinChange {
    precondition(samples <= capacity && offset >= 0 && offset + samples * shape.fieldCount <= plane.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    let first = rows.lowerBound * shape.columns
    var norms = (0.0, 0.0)
    withUnsafeMutableBytes(of: &norms) {
      InstructionSet.current.machines.place_spins(
        buffer.base, pixelOffsets.base + first, Int64(shape.stride), plane.base + offset + first * shape.paddedChannels,
        Int64(shape.fieldCount), Int64(shape.paddedChannels), Int64(shape.channels), Int64(rows.count * shape.columns),
        Int64(samples), $0.baseAddress?.assumingMemoryBound(to: Double.self))
    }
    return SpinChange(moved: norms.0, size: norms.1)
  }

  /// Copies the spins into a machine's plane, to `offset`.
  package func take(into plane: AlignedBuffer<Float>, at offset: Int, samples: Int) {
    precondition(samples <= capacity && offset >= 0 && offset + samples * shape.fieldCount <= plane.count)
    InstructionSet.current.machines.take_spins(
      buffer.base, pixelOffsets.base, Int64(shape.stride), Int64(shape.paddedChannels), Int64(shape.pixels), Int64(samples),
      plane.base + offset)
  }
}

/// The parts of the field on one layer.
package struct LayerFields {
  /// One number a channel, padded, at the offset of the buffer.
  package var bias: (buffer: AlignedBuffer<Float>, offset: Int)?
  /// From the clamped input, from below, and from above: contiguous.
  package var base, drive, topDown: AlignedBuffer<Float>?

  /// The parts that a layer has; `nil` for those that it lacks.
  package init(
    bias: (buffer: AlignedBuffer<Float>, offset: Int)?, base: AlignedBuffer<Float>?, drive: AlignedBuffer<Float>?,
    topDown: AlignedBuffer<Float>?
  ) {
    (self.bias, self.base, self.drive, self.topDown) = (bias, base, drive, topDown)
  }

  /// Writes, or adds, the sum of the parts over `samples` samples to `offset` of a machine's plane.
  package func sum(
    into plane: AlignedBuffer<Float>, at offset: Int, shape: PlaneShape, samples: Int, accumulate: Bool = false
  ) {
    let count = samples * shape.fieldCount
    precondition(offset >= 0 && offset + count <= plane.count)
    for part in [base, drive, topDown] { precondition(part.map { $0.count >= count } ?? true) }
    precondition(bias.map { $0.offset >= 0 && $0.offset + shape.paddedChannels <= $0.buffer.count } ?? true)
    InstructionSet.current.machines.sum_fields(
      bias.map { UnsafePointer($0.buffer.base + $0.offset) }, base?.base, drive?.base, topDown?.base, Int64(shape.paddedChannels),
      Int64(samples * shape.pixels), accumulate ? 1 : 0, plane.base + offset)
  }
}
