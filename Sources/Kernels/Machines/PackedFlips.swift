import CKernels

/// Flips where every pair of spins is coupled by `c` or `−c`, and there are no fields: a bit for each coupling, and local fields
/// as integers of 16 bits.
package final class PackedFlips: FlipOperator {
  package var spinCount: Int { state.count }
  package var identifiers: AlignedBuffer<UInt32> { state.identifiers }
  /// The kernel counts in units of `c`.
  package var energy: Double { state.energy * Double(signs.unit) }
  private let state: FlipState
  private let signs: CouplingSigns
  private let fields: AlignedBuffer<Int16>

  /// Local fields count up to the number of spins, and may reach half of that again while a row is added up.
  package static let greatestSpinCount = 16_384

  /// `nil` if a pair is not coupled, couplings differ in size, or there are too many spins for fields of 16 bits.
  package init?(_ couplings: SparseCouplings) {
    let count = couplings.rowCount
    guard count <= Self.greatestSpinCount, let signs = CouplingSigns(couplings) else { return nil }
    self.signs = signs
    state = FlipState(order: Array(0..<count))
    fields = AlignedBuffer(count: signs.rowWords * 32 + 32)
  }

  package func reset(to spins: [Int8]) {
    state.take(spins)
    var energy = 0
    for spin in 0..<spinCount {
      var field = 0
      for other in 0..<spinCount {
        let isNegative = signs.words.base[spin * signs.rowWords + other / 32] >> UInt32(other % 32) & 1 == 1
        field += Int(state.spins.base[other]) * (isNegative ? -1 : 1)
      }
      // The diagonal's bit counts as a coupling of 1, see `flip_packed`.
      fields[spin] = Int16(field)
      energy -= Int(state.spins[spin]) * field - 1
    }
    state.energy = Double(energy / 2)
  }

  @discardableResult package func sweep(thresholds: NoisePlane, scale: Float) -> Int {
    precondition(thresholds.count >= spinCount)
    return Int(
      InstructionSet.current.machines.flip_packed(
        state.spins.base, fields.base, thresholds.base, scale / signs.unit, 0, Int64(spinCount), signs.words.base,
        Int64(signs.rowWords), &state.energy))
  }

  package func copySpins(to buffer: AlignedBuffer<Float>) { state.copy(to: buffer) }
}
