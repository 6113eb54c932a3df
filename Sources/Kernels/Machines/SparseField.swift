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
