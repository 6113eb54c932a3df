import CKernels

/// The field of sparse couplings: rows over many replicas, or slices of rows for one.
public final class SparseField: FieldOperator {
  public let shape: ReplicaShape
  public let bias: AlignedBuffer<Float>
  public let hasBias: Bool
  public let magnitude: Double
  private let couplings: SparseCouplings
  private let sliced: SlicedRows?

  /// - Parameter bias: `h`, one a spin; none are zero.
  public init(_ couplings: SparseCouplings, bias: [Float] = [], replicas: Int) {
    precondition(couplings.columnCount == couplings.rowCount, "couplings to spins of another rank")
    self.couplings = couplings
    shape = ReplicaShape(spins: couplings.rowCount, replicas: replicas)
    self.bias = Self.padded(bias, shape)
    hasBias = bias.contains { $0 != 0 }
    magnitude = couplings.magnitude + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }
    sliced = replicas == 1 ? SlicedRows(couplings) : nil
  }

  public func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    precondition(states.count == shape.count && field.count == shape.count)
    if let sliced {
      sliced.add(states, into: field)
    } else {
      InstructionSet.current.machines.sparse_field(
        couplings.rows.base, couplings.neighbours.base, 0, Int64(couplings.rowCount), states.base, Int64(shape.stride), field.base)
    }
  }

  static func padded(_ bias: [Float], _ shape: ReplicaShape) -> AlignedBuffer<Float> {
    precondition(bias.isEmpty || bias.count == shape.spins, "\(bias.count) fields for \(shape.spins) spins")
    let buffer = ReplicaShape(spins: shape.spins, replicas: 1).plane()
    for (spin, value) in bias.enumerated() { buffer[spin] = value }
    return buffer
  }
}
