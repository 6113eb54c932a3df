import CKernels

/// A run of sparse rows that adds its part of a field: rows over many replicas, or slices of rows for one.
///
/// A row's sum goes through its neighbours in their order whatever the run, so that it has the same bits on any number of ranks.
public final class SparseRows {
  private let couplings: SparseCouplings
  private let rows: Range<Int>
  private let stride: Int
  private let sliced: SlicedRows?

  public init(_ couplings: SparseCouplings, rows: Range<Int>, replicas: Int) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= couplings.rowCount)
    self.couplings = couplings
    self.rows = rows
    stride = ReplicaShape(spins: couplings.rowCount, replicas: replicas).stride
    sliced = replicas == 1 ? SlicedRows(couplings, rows: rows) : nil
  }

  /// `field_i += Σ_j J_ij x_j` for the run's rows; `field` is a plane of all rows.
  public func add(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    precondition(states.count >= couplings.columnCount * stride && field.count >= couplings.rowCount * stride + 16)
    if let sliced {
      sliced.add(states, into: field)
    } else {
      InstructionSet.current.machines.sparse_field(
        couplings.rows.base, couplings.neighbours.base, Int64(rows.lowerBound), Int64(rows.upperBound), states.base,
        Int64(stride),
        field.base)
    }
  }
}
