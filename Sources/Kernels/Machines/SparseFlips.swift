import CKernels

/// Flips under sparse couplings, colour by colour: spins of one colour are not coupled, so the order among them does not matter.
public final class SparseFlips: FlipOperator, BiasedFlips {
  public var spinCount: Int { state.count }
  public var identifiers: AlignedBuffer<UInt32> { state.identifiers }
  public var energy: Double { state.energy }
  /// Where each colour begins in the order of visits, and at the end where the last one does.
  package let colourStarts: [Int]
  private let state: FlipState
  private let couplings: SparseCouplings
  private var bias: [Float]
  private let fields: AlignedBuffer<Float>

  /// - Parameter bias: `h`, one a spin; none are zero.
  public init(_ couplings: SparseCouplings, bias: [Float] = []) {
    precondition(couplings.columnCount == couplings.rowCount && (bias.isEmpty || bias.count == couplings.rowCount))
    let colouring = Colouring(couplings)
    colourStarts = colouring.starts
    self.couplings = couplings.reordered(colouring.order)
    self.bias = bias.isEmpty ? [Float](repeating: 0, count: couplings.rowCount) : colouring.order.map { bias[$0] }
    state = FlipState(order: colouring.order)
    fields = AlignedBuffer(count: state.spins.count)
  }

  package func take(bias: [Float]) {
    precondition(bias.count == spinCount, "\(bias.count) fields for \(spinCount) spins")
    for position in 0..<spinCount { self.bias[position] = bias[Int(state.identifiers[position])] }
  }

  public func reset(to spins: [Int8]) {
    state.take(spins)
    for position in 0..<spinCount {
      var field = Double(bias[position])
      for entry in couplings.row(position) {
        let neighbour = couplings.neighbours.base[entry]
        field += Double(neighbour.coupling) * Double(state.spins.base[Int(neighbour.spin)])
      }
      fields[position] = Float(field)
    }
    state.energy = state.energy(field: { Double(fields[$0]) }, bias: bias)
  }

  @discardableResult public func sweep(thresholds: NoisePlane, scale: Float) -> Int {
    precondition(thresholds.count >= spinCount)
    var flips: Int64 = 0
    for colour in 0..<colourStarts.count - 1 {
      flips += InstructionSet.current.machines.flip_sparse(
        state.spins.base, fields.base, thresholds.base, scale, Int64(colourStarts[colour]), Int64(colourStarts[colour + 1]),
        couplings.rows.base, couplings.neighbours.base, &state.energy)
    }
    return Int(flips)
  }

  public func copySpins(to buffer: AlignedBuffer<Float>) { state.copy(to: buffer) }
}

extension SparseCouplings {
  /// The same couplings with the spins in another order: position `p` is spin `order[p]`.
  func reordered(_ order: [Int]) -> SparseCouplings {
    var position = [Int32](repeating: 0, count: order.count)
    for (place, spin) in order.enumerated() { position[spin] = Int32(place) }
    return rows(order, renamed: position, columnCount: order.count)
  }
}

/// The ±1 spins of one replica in the order of visits.
final class FlipState {
  let count: Int
  let spins: AlignedBuffer<Float>
  let identifiers: AlignedBuffer<UInt32>
  var energy = 0.0

  /// - Parameter order: the global number of each spin.
  init(order: [Int]) {
    count = order.count
    let padded = ReplicaShape(spins: order.count, replicas: 1).count
    spins = AlignedBuffer(count: padded)
    identifiers = AlignedBuffer(count: padded)
    for (position, spin) in order.enumerated() { identifiers[position] = UInt32(spin) }
  }

  func take(_ source: [Int8]) {
    for position in 0..<count {
      let spin = source[Int(identifiers[position])]
      precondition(spin == 1 || spin == -1, "a spin of \(spin)")
      spins[position] = Float(spin)
    }
  }

  func copy(to buffer: AlignedBuffer<Float>) { buffer.copy(from: spins, count: spins.count) }

  /// `−½ Σ s_i (f_i + h_i)`; `f` holds `h` once.
  func energy(field: (Int) -> Double, bias: [Float]) -> Double {
    var sum = 0.0
    for position in 0..<count { sum += Double(spins[position]) * (field(position) + Double(bias[position])) }
    return -sum / 2
  }
}
