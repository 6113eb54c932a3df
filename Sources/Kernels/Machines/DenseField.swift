/// The field of dense couplings: a matrix product over the replicas, or a matrix times a vector; of spins ±1 under couplings of one
/// size a product of bits.
public final class DenseField: FieldOperator {
  public let shape: ReplicaShape
  public let bias: AlignedBuffer<Float>
  public let hasBias: Bool
  public let magnitude: Double
  private let source: SparseCouplings
  /// Made when amplitudes are first evaluated: machines of spins do without.
  private lazy var rows = DenseRows(rows: shape.spins, columns: shape.spins, replicas: shape.replicas) { index, row in
    source.forEach(in: index) { row.set($0, $1) }
  }
  private let packed: PackedRows?
  private let words: AlignedBuffer<UInt32>

  /// - Parameter bias: `h`, one a spin; none are zero.
  public init(_ source: SparseCouplings, bias: [Float] = [], replicas: Int) {
    precondition(source.columnCount == source.rowCount, "couplings to spins of another rank")
    shape = ReplicaShape(spins: source.rowCount, replicas: replicas)
    self.bias = ReplicaShape.paddedBias(bias, spins: shape.spins)
    hasBias = bias.contains { $0 != 0 }
    magnitude = source.magnitude + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }
    self.source = source
    packed = replicas > 1 ? CouplingSigns(source).map { PackedRows($0, replicas: replicas) } : nil
    words = AlignedBuffer(count: packed?.wordCount ?? 0)
  }

  public func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    precondition(states.count == shape.count && field.count == shape.count)
    for block in 0..<rows.blockCount { rows.add(block: block, of: states, into: field) }
  }

  public func addCouplings(spins: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) {
    guard let packed else { return addCouplings(spins, into: field) }
    precondition(spins.count == shape.count && field.count == shape.count)
    packed.pack(spins, count: shape.spins, into: words)
    packed.add(0..<shape.spins, of: words, into: field)
    packed.removeDiagonal(spins, from: field)
  }
}
