import CKernels

/// The field of dense couplings: a matrix product over the replicas, or a matrix times a vector.
public final class DenseField: FieldOperator {
  public let shape: ReplicaShape
  public let bias: AlignedBuffer<Float>
  public let hasBias: Bool
  public let magnitude: Double
  private let couplings: AlignedBuffer<Float>
  private let rowStride: Int
  private let packed: AlignedBuffer<Float>
  private let zero = AlignedBuffer<Int64>(count: 1)

  /// - Parameters:
  ///   - bias: `h`, one a spin; none are zero.
  public init(_ source: SparseCouplings, bias: [Float] = [], replicas: Int) {
    let spins = source.rowCount
    precondition(source.columnCount == spins, "couplings to spins of another rank")
    shape = ReplicaShape(spins: spins, replicas: replicas)
    self.bias = SparseField.padded(bias, shape)
    hasBias = bias.contains { $0 != 0 }
    let rowStride = ReplicaShape.padded(spins)
    let rows = AlignedBuffer<Float>(count: spins * rowStride)
    source.forEach { rows[$0 * rowStride + $1] = $2 }
    self.rowStride = rowStride
    couplings = rows
    magnitude = source.magnitude + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }
    packed = AlignedBuffer(count: replicas == 1 ? 0 : spins * shape.stride)
  }

  public func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    precondition(states.count == shape.count && field.count == shape.count)
    let (spins, stride) = (Int64(shape.spins), Int64(shape.stride))
    guard shape.replicas > 1 else {
      InstructionSet.current.machines.dense_field(
        couplings.base, spins, Int64(rowStride), Int64(rowStride), states.base, field.base)
      return
    }
    // Each row of couplings is a "pixel" whose channels are the spins, each replica an output channel.
    InstructionSet.current.kernels.pack(states.base, stride, spins, stride, packed.base)
    InstructionSet.current.kernels.convolve(
      couplings.base, zero.base, Int64(rowStride), zero.base, 1, spins, packed.base, stride, field.base, zero.base, stride, 1,
      spins, 1)
  }
}
