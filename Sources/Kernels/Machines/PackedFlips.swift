import CKernels

/// Flips where every pair of spins is coupled by `c` or `−c`, and there are no fields: a bit for each coupling, and local fields
/// as integers of 16 bits.
public final class PackedFlips: FlipOperator {
  public var spinCount: Int { state.count }
  public var identifiers: AlignedBuffer<UInt32> { state.identifiers }
  /// The kernel counts in units of `c`.
  public var energy: Double { state.energy * Double(unit) }
  private let state: FlipState
  private let unit: Float
  private let signs: AlignedBuffer<UInt8>
  /// Bytes from one row to the next: whole vectors of 32 fields.
  private let stride: Int
  private let fields: AlignedBuffer<Int16>

  /// Local fields count up to the number of spins, and may reach half of that again while a row is added up.
  public static let greatestSpinCount = 16_384

  /// `nil` if a pair is not coupled, couplings differ in size, or there are too many spins for 16 bits.
  public init?(_ couplings: SparseCouplings) {
    let count = couplings.rowCount
    guard count > 1, count <= Self.greatestSpinCount, couplings.columnCount == count,
      couplings.neighbours.count == count * (count - 1)
    else { return nil }
    let unit = couplings.neighbours[0].coupling.magnitude
    guard unit > 0, (0..<couplings.neighbours.count).allSatisfy({ couplings.neighbours.base[$0].coupling.magnitude == unit }) else {
      return nil
    }
    self.unit = unit
    state = FlipState(order: Array(0..<count))
    let rowStride = (count + 31) / 32 * 4
    stride = rowStride
    let bits = AlignedBuffer<UInt8>(count: count * stride)
    couplings.forEach { row, other, coupling in if coupling < 0 { bits[row * rowStride + other / 8] |= 1 << UInt8(other % 8) } }
    signs = bits
    fields = AlignedBuffer(count: stride * 8 + 32)
  }

  public func reset(to spins: [Int8]) {
    state.take(spins)
    var energy = 0
    for spin in 0..<spinCount {
      var field = 0
      for other in 0..<spinCount {
        let isNegative = signs.base[spin * stride + other / 8] >> UInt8(other % 8) & 1 == 1
        field += Int(state.spins.base[other]) * (isNegative ? -1 : 1)
      }
      // The diagonal's bit counts as a coupling of 1, see `flip_packed`.
      fields[spin] = Int16(field)
      energy -= Int(state.spins[spin]) * field - 1
    }
    state.energy = Double(energy / 2)
  }

  @discardableResult public func sweep(thresholds: NoisePlane, scale: Float) -> Int {
    precondition(thresholds.count >= spinCount)
    return Int(
      InstructionSet.current.machines.flip_packed(
        state.spins.base, fields.base, thresholds.base, scale / unit, 0, Int64(spinCount), signs.base, Int64(stride),
        &state.energy))
  }

  public func copySpins(to buffer: AlignedBuffer<Float>) { state.copy(to: buffer) }
}
