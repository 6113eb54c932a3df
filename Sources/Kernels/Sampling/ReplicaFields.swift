import CKernels
import Foundation

/// What the fields on the spins of replicas say about their temperature.
///
/// In equilibrium at inverse temperature β the mean of `f_i (s_i − tanh(β f_i))` is 0 for every spin, f_i the field on it. Sums over spins are
/// integers in units of `excessUnit` and `slopeUnit`, so that they do not depend on how ranks share the spins.
package final class ReplicaFields {
  package let excessUnit: Double
  package let slopeUnit: Double
  private let set: InstructionSet
  private let states: ReplicaStates
  private let freeCount: Int
  private let placed: PlacedCouplings
  /// The same in whole numbers, where these are exact.
  private let whole: WholeCouplings?
  private let values: AlignedBuffer<Double>
  /// Fields that repeat, as those of equal couplings do, are found here.
  private var known = [Terms](repeating: Terms(), count: 1 << 12)

  package init(_ couplings: ReplicaCouplings, states: ReplicaStates, set: InstructionSet = .current) {
    self.set = set
    self.states = states
    let layout = states.layout
    freeCount = layout.free.count
    placed = PlacedCouplings(couplings, in: layout)
    whole = WholeCouplings(placed, lanes: states.paddedLaneCount)
    values = AlignedBuffer(count: states.bitCount)
    let greatest = couplings.bounds.greatestField
    // No sum of all spins' terms reaches 2⁶².
    let digits = 60 - (Int.bitWidth - couplings.spinCount.leadingZeroBitCount)
    let scale = greatest > 0 ? greatest : 1
    excessUnit = scale * Double(sign: .plus, exponent: -digits, significand: 1)
    slopeUnit = scale * excessUnit
  }

  /// A field at a temperature, with its terms for a spin that is up or down.
  private struct Terms {
    var field = Double.nan
    var inverseTemperature = 0.0
    var up: Int64 = 0
    var down: Int64 = 0
    var slope: Int64 = 0
  }

  /// Adds up `f (s − tanh βf)` and its slope `f² (1 − tanh² βf)` over this rank's free spins.
  ///
  /// - Parameter inverseTemperatures: β of each lane.
  package func add(inverseTemperatures: [Double], excess: inout [Int64], slope: inout [Int64]) {
    let lanes = states.laneCount
    precondition(inverseTemperatures.count == lanes && excess.count == lanes && slope.count == lanes)
    // Its memory, not a copy, for as long as this takes.
    var known: [Terms] = []
    swap(&known, &self.known)
    defer { swap(&known, &self.known) }
    for place in 0..<freeCount {
      readFields(place)
      excess.withUnsafeMutableBufferPointer { excess in
        slope.withUnsafeMutableBufferPointer { slope in
          known.withUnsafeMutableBufferPointer { known in
            add(place, inverseTemperatures, to: excess, slope, known: known)
          }
        }
      }
    }
  }

  /// The fields on the spin at a place in all replicas.
  private func readFields(_ place: Int) {
    if let whole {
      whole.read(place, of: states, set, into: values)
    } else {
      let row = placed.row(place)
      set.sampling.sum_fields(
        states.words.base, Int64(states.stride), placed.fields.base[place], placed.neighbours.base + row.lowerBound,
        placed.couplings.base + row.lowerBound, Int64(row.count), values.base)
    }
  }

  /// The same of one spin whose fields are among `values`.
  private func add(
    _ place: Int, _ inverseTemperatures: [Double], to excess: UnsafeMutableBufferPointer<Int64>,
    _ slope: UnsafeMutableBufferPointer<Int64>, known: UnsafeMutableBufferPointer<Terms>
  ) {
    let own = states.words.base + place * states.stride
    for first in stride(from: 0, to: states.laneCount, by: 64) {
      var down = own[first / 64]
      for lane in first..<min(first + 64, states.laneCount) {
        let (field, inverseTemperature) = (values.base[lane], inverseTemperatures[lane])
        let slot = Int((field.bitPattern &* 0x9E37_79B9_7F4A_7C15 ^ inverseTemperature.bitPattern &* 0xBB67_AE85_84CA_A73B) >> 52)
        if known[slot].field != field || known[slot].inverseTemperature != inverseTemperature {
          known[slot] = terms(field, inverseTemperature)
        }
        // No branch: which way a spin points is hard to foretell.
        let isDown = Int64(truncatingIfNeeded: down & 1)
        excess[lane] &+= known[slot].up &+ (known[slot].down &- known[slot].up) & -isDown
        slope[lane] &+= known[slot].slope
        down >>= 1
      }
    }
  }

  private func terms(_ field: Double, _ inverseTemperature: Double) -> Terms {
    let mean = tanh(inverseTemperature * field)
    return Terms(
      field: field, inverseTemperature: inverseTemperature, up: Int64((field * (1 - mean) / excessUnit).rounded()),
      down: Int64((-field * (1 + mean) / excessUnit).rounded()),
      slope: Int64((field * field * (1 - mean * mean) / slopeUnit).rounded()))
  }
}

/// Couplings and fields that are multiples of a power of two, so few that sums of them are exact in any order.
private struct WholeCouplings {
  private let unit: Double
  private let rows: AlignedBuffer<Int64>
  private let weights: AlignedBuffer<eq_weight>
  private let bases: AlignedBuffer<Int32>
  private let sums: AlignedBuffer<Int32>

  /// Of a row's greatest field.
  private static let greatest = 0x1p28

  /// - Returns: `nil` if they are not.
  init?(_ placed: PlacedCouplings, lanes: Int) {
    let count = placed.fields.count
    var unit = Double.infinity
    var greatest = 0.0
    func take(_ value: Double) {
      guard value != 0 else { return }
      greatest = max(greatest, value.magnitude)
      unit = min(
        unit,
        value.ulp
          * Double(
            sign: .plus, exponent: value.significandBitPattern == 0 ? 52 : value.significandBitPattern.trailingZeroBitCount,
            significand: 1))
    }
    for place in 0..<count {
      take(placed.fields[place])
      for entry in placed.row(place) { take(placed.couplings[entry]) }
      guard greatest == 0 || greatest <= Self.greatest * unit else { return nil }
    }
    self.unit = unit.isFinite ? unit : 1
    var (rows, bases): ([Int64], [Int32]) = ([0], [])
    weights = AlignedBuffer(count: placed.couplings.count)
    for place in 0..<count {
      var (base, size) = (placed.fields[place], placed.fields[place].magnitude)
      for entry in placed.row(place) {
        let coupling = placed.couplings[entry]
        base += coupling
        size += coupling.magnitude
        guard size <= Self.greatest * self.unit else { return nil }
        weights[entry] = eq_weight(place: placed.neighbours[entry], twice: Int32(2 * coupling / self.unit))
      }
      bases.append(Int32(base / self.unit))
      rows.append(Int64(placed.row(place).upperBound))
    }
    self.rows = AlignedBuffer(rows)
    self.bases = AlignedBuffer(bases)
    sums = AlignedBuffer(count: lanes)
  }

  func read(_ place: Int, of states: ReplicaStates, _ set: InstructionSet, into values: AlignedBuffer<Double>) {
    var state = eq_lanes()
    (state.spins, state.stride, state.groups) = (states.words.base, Int64(states.stride), Int64(states.paddedLaneCount / 16))
    (state.rows, state.weights, state.bases) = (UnsafePointer(rows.base), UnsafePointer(weights.base), UnsafePointer(bases.base))
    set.sampling.fields_lanes(&state, Int64(place), Int64(place) + 1, sums.base)
    for lane in 0..<states.laneCount { values.base[lane] = unit * Double(sums.base[lane]) }
  }
}
