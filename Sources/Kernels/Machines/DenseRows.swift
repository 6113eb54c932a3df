import CKernels

/// Dense rows of couplings, whose field is added up block by block of columns.
///
/// The blocks are a function of the number of spins alone, and are added in order: a field has the same bits whether one rank has
/// all spins at hand, or multiplies each block as it comes from another.
package final class DenseRows {
  /// Spins on which the field acts.
  package let rowCount: Int
  /// Spins that the rows name: those of the whole problem.
  package let columnCount: Int
  /// Spins of a block; the last may have fewer.
  package let blockLength: Int
  private let couplings: AlignedBuffer<Float>
  private let rowStride: Int
  private let stride: Int

  /// A block's length for so many spins: at least 16 blocks where there are enough spins, and whole pairs of vectors.
  package static func blockLength(spins: Int) -> Int { min(max((spins / 16 + 31) / 32 * 32, 32), 1024) }

  /// One row while it is written: zeros at first.
  package struct Row {
    fileprivate let couplings: AlignedBuffer<Float>
    fileprivate let start: Int
    fileprivate let count: Int

    /// Writes one coupling of the row.
    package func set(_ column: Int, _ coupling: Float) {
      precondition(column >= 0 && column < count, "column \(column) of \(count)")
      couplings.base[start + column] = coupling
    }
  }

  /// - Parameter fill: called for each row.
  package init(rows: Int, columns: Int, replicas: Int, fill: (_ index: Int, _ row: Row) -> Void) {
    rowCount = rows
    columnCount = columns
    blockLength = Self.blockLength(spins: columns)
    let rowStride = ReplicaShape.padded(columns)
    let couplings = AlignedBuffer<Float>(count: rows * rowStride)
    for row in 0..<rows { fill(row, Row(couplings: couplings, start: row * rowStride, count: columns)) }
    self.couplings = couplings
    self.rowStride = rowStride
    stride = ReplicaShape(spins: columns, replicas: replicas).stride
  }

  /// Blocks that a field is added up from.
  package var blockCount: Int { (columnCount + blockLength - 1) / blockLength }

  /// The columns of a block; the last one may be shorter.
  package func columns(ofBlock block: Int) -> Range<Int> { block * blockLength..<min((block + 1) * blockLength, columnCount) }

  /// `Σ |J|` over these rows.
  package var magnitude: Double { (0..<couplings.count).reduce(0) { $0 + Double(couplings.base[$1].magnitude) } }

  /// `field_i += Σ_j J_ij x_j` over the columns of one block; `states` is a plane of all columns, `field` one of all rows.
  package func add(block: Int, of states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    let columns = columns(ofBlock: block)
    precondition(states.count >= ReplicaShape.padded(columnCount * stride) && field.count >= rowCount * stride)
    let first = columns.lowerBound
    guard stride > 1 else {
      let length = ReplicaShape.padded(columns.count)
      InstructionSet.current.machines.dense_field(
        couplings.base + first, Int64(rowCount), Int64(rowStride), Int64(length), states.base + first, field.base)
      return
    }
    InstructionSet.current.machines.dense_product(
      couplings.base + first, Int64(rowCount), Int64(rowStride), Int64(columns.count), states.base + first * stride,
      Int64(stride),
      field.base)
  }
}
