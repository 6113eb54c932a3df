import CKernels

/// Flips under dense couplings: a flip moves the fields of all spins, a row of couplings at a time.
///
/// Spins are visited in the order of `SparseFlips`, colour by colour, so that a trajectory does not depend on the layout.
/// Couplings are kept in a byte each where all of them are integers of at most 127, since rows come from memory.
public final class DenseFlips: FlipOperator, BiasedFlips {
  private enum Rows {
    case floats(AlignedBuffer<Float>)
    case bytes(AlignedBuffer<Int8>)
  }

  public var spinCount: Int { state.count }
  public var identifiers: AlignedBuffer<UInt32> { state.identifiers }
  public var energy: Double { state.energy }
  private let state: FlipState
  private let rows: Rows
  private let stride: Int
  private var bias: [Float]
  private let fields: AlignedBuffer<Float>

  /// - Parameter bias: `h`, one a spin; none are zero.
  public init(_ couplings: SparseCouplings, bias: [Float] = []) {
    let count = couplings.rowCount
    precondition(couplings.columnCount == count && (bias.isEmpty || bias.count == count))
    let order = Colouring(couplings).order
    var position = [Int](repeating: 0, count: count)
    for (place, spin) in order.enumerated() { position[spin] = place }
    self.bias = bias.isEmpty ? [Float](repeating: 0, count: count) : order.map { bias[$0] }
    state = FlipState(order: order)
    let stride = ReplicaShape.padded(count)
    self.stride = stride
    fields = AlignedBuffer(count: state.spins.count)
    let fitsBytes = (0..<couplings.neighbours.count).allSatisfy {
      let coupling = couplings.neighbours[$0].coupling
      return coupling.magnitude <= 127 && coupling == coupling.rounded()
    }
    if fitsBytes {
      let bytes = AlignedBuffer<Int8>(count: count * stride)
      // No sequence, which a loop could go through.
      // swift-format-ignore: ReplaceForEachWithForLoop
      couplings.forEach { bytes[position[$0] * stride + position[$1]] = Int8($2) }
      rows = .bytes(bytes)
    } else {
      let floats = AlignedBuffer<Float>(count: count * stride)
      // swift-format-ignore: ReplaceForEachWithForLoop
      couplings.forEach { floats[position[$0] * stride + position[$1]] = $2 }
      rows = .floats(floats)
    }
  }

  package func take(bias: [Float]) {
    precondition(bias.count == spinCount, "\(bias.count) fields for \(spinCount) spins")
    for position in 0..<spinCount { self.bias[position] = bias[Int(state.identifiers[position])] }
  }

  public func reset(to spins: [Int8]) {
    state.take(spins)
    for spin in 0..<spinCount {
      var field = Double(bias[spin])
      switch rows {
      case .floats(let row):
        for other in 0..<spinCount { field += Double(row.base[spin * stride + other] * state.spins.base[other]) }
      case .bytes(let row):
        for other in 0..<spinCount { field += Double(Float(row.base[spin * stride + other]) * state.spins.base[other]) }
      }
      fields[spin] = Float(field)
    }
    state.energy = state.energy(field: { Double(fields[$0]) }, bias: bias)
  }

  @discardableResult public func sweep(thresholds: NoisePlane, scale: Float) -> Int {
    precondition(thresholds.count >= spinCount)
    let kernels = InstructionSet.current.machines
    let (count, stride) = (Int64(spinCount), Int64(stride))
    switch rows {
    case .floats(let row):
      return Int(
        kernels.flip_dense(
          state.spins.base, fields.base, thresholds.base, scale, 0, count, row.base, stride, &state.energy))
    case .bytes(let row):
      return Int(
        kernels.flip_bytes(
          state.spins.base, fields.base, thresholds.base, scale, 0, count, row.base, stride, &state.energy))
    }
  }

  public func copySpins(to buffer: AlignedBuffer<Float>) { state.copy(to: buffer) }
}

extension SparseCouplings {
  /// Calls `body` with row, neighbour and coupling of every entry.
  func forEach(_ body: (Int, Int, Float) -> Void) {
    for row in 0..<rowCount { forEach(in: row) { body(row, $0, $1) } }
  }
}
