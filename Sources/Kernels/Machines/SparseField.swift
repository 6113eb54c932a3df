import CKernels

/// The field of sparse couplings.
public final class SparseField: FieldOperator {
  public let shape: ReplicaShape
  public let bias: AlignedBuffer<Float>
  public let hasBias: Bool
  public let magnitude: Double
  private let rows: SparseRows

  /// - Parameter bias: `h`, one a spin; none are zero.
  public init(_ couplings: SparseCouplings, bias: [Float] = [], replicas: Int) {
    precondition(couplings.columnCount == couplings.rowCount, "couplings to spins of another rank")
    shape = ReplicaShape(spins: couplings.rowCount, replicas: replicas)
    self.bias = ReplicaShape.paddedBias(bias, spins: shape.spins)
    hasBias = bias.contains { $0 != 0 }
    magnitude = couplings.magnitude + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }
    rows = SparseRows(couplings, rows: 0..<couplings.rowCount, replicas: replicas)
  }

  public func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    precondition(states.count == shape.count && field.count == shape.count)
    rows.add(states, into: field)
  }
}

/// A run of sparse rows that adds its part of a field: rows over many replicas, or slices of rows for one.
///
/// A row's sum goes through its neighbours in their order whatever the run, so that it has the same bits on any number of ranks.
package final class SparseRows {
  private let couplings: SparseCouplings
  private let rows: Range<Int>
  private let stride: Int
  private let sliced: SlicedRows?

  /// - Parameter rows: the rows of `couplings` that this run adds.
  package init(_ couplings: SparseCouplings, rows: Range<Int>, replicas: Int) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= couplings.rowCount)
    self.couplings = couplings
    self.rows = rows
    stride = ReplicaShape(spins: couplings.rowCount, replicas: replicas).stride
    sliced = replicas == 1 ? SlicedRows(couplings, rows: rows) : nil
  }

  /// `field_i += Σ_j J_ij x_j` for the run's rows; `field` is a plane of all rows.
  package func add(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
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
