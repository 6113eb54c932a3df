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
