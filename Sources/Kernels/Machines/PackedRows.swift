import CKernels

/// Rows of couplings of one size that add their part of the field of ±1 spins, in several replicas, from one bit a spin and
/// coupling: 32 products an operation.
package final class PackedRows {
  private let signs: CouplingSigns
  private let stride: Int

  /// - Parameter replicas: 2 or more.
  package init(_ signs: CouplingSigns, replicas: Int) {
    precondition(replicas > 1, "bits of one replica have no vectors")
    self.signs = signs
    stride = ReplicaShape(spins: signs.columnCount, replicas: replicas).stride
  }

  /// Words that the spins of all columns take: [32 spins][replica].
  package var wordCount: Int { signs.rowWords * stride }

  /// The words of a run of spins, the first of which is a multiple of 32.
  package func words(of spins: Range<Int>) -> Range<Int> {
    precondition(spins.lowerBound % 32 == 0, "spins from \(spins.lowerBound) on begin within a word")
    return spins.lowerBound / 32 * stride..<(spins.upperBound + 31) / 32 * stride
  }

  /// Packs the signs of a plane of `count` spins into `words` from `place` on.
  package func pack(_ spins: AlignedBuffer<Float>, count: Int, into words: AlignedBuffer<UInt32>, at place: Int = 0) {
    precondition(spins.count >= count * stride && place >= 0 && place + (count + 31) / 32 * stride <= words.count)
    InstructionSet.current.machines.pack_signs(spins.base, Int64(count), Int64(stride), words.base + place)
  }

  /// `field_i += Σ_j J_ij s_j` over a run of columns, the first of which is a multiple of 32, with `J_ii = unit`.
  package func add(_ columns: Range<Int>, of words: AlignedBuffer<UInt32>, into field: AlignedBuffer<Float>) {
    precondition(columns.lowerBound % 32 == 0 && columns.lowerBound >= 0 && columns.upperBound <= signs.columnCount)
    precondition(words.count >= wordCount && field.count >= signs.rowCount * stride)
    InstructionSet.current.machines.packed_field(
      signs.words.base, Int64(signs.rowCount), Int64(signs.rowWords), Int64(columns.lowerBound / 32),
      Int64((columns.upperBound + 31) / 32), Int64(columns.count), words.base, Int64(stride), signs.unit, field.base)
  }

  /// Takes back what the diagonal added: `field_i −= unit · s_i` for the spins of these rows.
  package func removeDiagonal(_ spins: AlignedBuffer<Float>, from field: AlignedBuffer<Float>) {
    precondition(spins.count >= ReplicaShape.padded(signs.rowCount * stride) && field.count == spins.count)
    InstructionSet.current.machines.add_noise(field.base, spins.base, Int64(signs.rowCount * stride), -signs.unit)
  }
}
