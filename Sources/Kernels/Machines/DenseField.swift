/// The field of dense couplings: a matrix product over the replicas, or a matrix times a vector.
public final class DenseField: FieldOperator {
  public let shape: ReplicaShape
  public let bias: AlignedBuffer<Float>
  public let hasBias: Bool
  public let magnitude: Double
  private let rows: DenseRows

  /// - Parameter bias: `h`, one a spin; none are zero.
  public init(_ source: SparseCouplings, bias: [Float] = [], replicas: Int) {
    precondition(source.columnCount == source.rowCount, "couplings to spins of another rank")
    shape = ReplicaShape(spins: source.rowCount, replicas: replicas)
    self.bias = ReplicaShape.paddedBias(bias, spins: shape.spins)
    hasBias = bias.contains { $0 != 0 }
    magnitude = source.magnitude + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }
    rows = DenseRows(rows: shape.spins, columns: shape.spins, replicas: replicas) { index, row in
      source.forEach(in: index) { row.set($0, $1) }
    }
  }

  public func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    precondition(states.count == shape.count && field.count == shape.count)
    for block in 0..<rows.blockCount { rows.add(block: block, of: states, into: field) }
  }
}
