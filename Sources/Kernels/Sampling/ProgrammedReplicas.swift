import CKernels

/// Couplings and fields that change all the time, as those of a machine that learns, on replicas in vectors of 16.
///
///     E(s) = −Σ_p J_p s_a s_b − Σ_i h_i s_i
///
/// over coupled pairs p = (a, b). The pairs stay the same, and so does the place of every spin; states are held by `ReplicaStates`, any number of
/// them on the same couplings. Parameters lie as they are learned: one coupling a pair, then one field a spin. Couplings are integers in one
/// unit, 2²⁷ of which are more than the greatest field, so that fields and energies are exact sums whose order does not matter.
package final class ProgrammedReplicas {
  package let layout: ReplicaLayout
  package let spinCount: Int
  /// Of the fields, as last programmed.
  package private(set) var unit = 1.0
  /// The two spins of each pair.
  private let first: AlignedBuffer<Int32>
  private let second: AlignedBuffer<Int32>
  private let rows: AlignedBuffer<Int64>
  /// The pair of each entry of a row.
  private let entries: AlignedBuffer<Int32>
  private let weights: AlignedBuffer<eq_weight>
  private let bases: AlignedBuffer<Int32>
  private let scales: AlignedBuffer<Float>
  private let shifts: AlignedBuffer<Int8>
  private let identifiers: AlignedBuffer<UInt32>
  /// One for each parameter: the spins of its pair, or a spin and the place that is always up.
  private let bonds: AlignedBuffer<eq_bond>
  private let integers: AlignedBuffer<Int32>
  private let magnitudes: AlignedBuffer<Float>
  private let key: ReplicaKey
  private let set: InstructionSet

  /// - Parameters:
  ///   - pairs: two different spins each.
  ///   - isFixed: of each spin, whether sweeps leave it as it is; none are if there are none.
  package init(
    pairs: [(Int32, Int32)], spinCount: Int, isFixed: [Bool] = [], seed: UInt64, set: InstructionSet = .current
  ) {
    self.spinCount = spinCount
    self.set = set
    key = ReplicaKey(seed: seed)
    var starts = [Int](repeating: 0, count: spinCount + 1)
    for (a, b) in pairs {
      starts[Int(a) + 1] += 1
      starts[Int(b) + 1] += 1
    }
    for spin in 0..<spinCount { starts[spin + 1] += starts[spin] }
    var (neighbours, owners) = ([Int32](repeating: 0, count: 2 * pairs.count), [Int32](repeating: 0, count: 2 * pairs.count))
    var next = starts
    for (pair, (a, b)) in pairs.enumerated() {
      for (one, other) in [(Int(a), b), (Int(b), a)] {
        (neighbours[next[one]], owners[next[one]]) = (other, Int32(pair))
        next[one] += 1
      }
    }
    let graph = ReplicaCouplings(
      rowStarts: starts, neighbours: neighbours, couplings: [Double](repeating: 1, count: neighbours.count),
      fields: [Double](repeating: 0, count: spinCount))
    let layout = ReplicaLayout(whole: graph, isFixed: isFixed)
    self.layout = layout
    let places = layout.places(of: spinCount)
    var (rowStarts, taken, others): ([Int64], [Int32], [eq_weight]) = ([0], [], [])
    for spin in layout.free {
      for entry in starts[spin]..<starts[spin + 1] {
        taken.append(owners[entry])
        others.append(eq_weight(place: places[Int(neighbours[entry])], twice: 0))
      }
      rowStarts.append(Int64(taken.count))
    }
    first = AlignedBuffer(pairs.map(\.0))
    second = AlignedBuffer(pairs.map(\.1))
    rows = AlignedBuffer(rowStarts)
    entries = AlignedBuffer(taken)
    weights = AlignedBuffer(others)
    bases = AlignedBuffer(count: layout.free.count)
    scales = AlignedBuffer(count: layout.free.count)
    shifts = AlignedBuffer(count: layout.free.count)
    identifiers = AlignedBuffer(layout.free.map { UInt32($0) })
    let ground = Int32(layout.ground)
    bonds = AlignedBuffer(
      pairs.map { eq_bond(first: places[Int($0.0)], second: places[Int($0.1)], sign: 0) }
        + (0..<spinCount).map { eq_bond(first: places[$0], second: ground, sign: 0) })
    integers = AlignedBuffer(count: pairs.count + spinCount)
    magnitudes = AlignedBuffer(count: spinCount)
  }

  /// Pairs and spins.
  package var parameterCount: Int { bonds.count }
  package var pairCount: Int { first.count }

  /// States of so many replicas, all up.
  ///
  /// - Parameter firstReplica: a multiple of 16.
  package func states(firstReplica: Int, laneCount: Int) -> ReplicaStates {
    precondition(firstReplica % LaneReplicas.alignment == 0)
    let uncoupled = ReplicaCouplings(
      rowStarts: [Int](repeating: 0, count: spinCount + 1), neighbours: [], couplings: [],
      fields: [Double](repeating: 0, count: spinCount))
    return ReplicaStates(uncoupled, layout: layout, firstReplica: firstReplica, laneCount: laneCount, strideUnit: 1)
  }

  /// Takes new parameters: `factor` times those that were learned, and `1 − factor` times other fields.
  ///
  /// - Parameters:
  ///   - parameters: a coupling a pair, then a field a spin.
  ///   - base: one field a spin; zero if there are none.
  /// - Returns: whether all numbers were finite; if not, nothing was taken.
  package func program(_ parameters: AlignedBuffer<Float>, factor: Double = 1, base: [Float] = []) -> Bool {
    let (pairs, spins) = (pairCount, spinCount)
    precondition(parameters.count >= pairs + spins && (base.isEmpty || base.count == spins))
    let values = parameters.base
    let sums = magnitudes.base
    for spin in 0..<spins {
      sums[spin] = abs(field(values[pairs + spin], factor, base.isEmpty ? 0 : base[spin]))
    }
    let scale = Float(factor)
    for pair in 0..<pairs {
      let magnitude = abs(values[pair] * scale)
      sums[Int(first.base[pair])] += magnitude
      sums[Int(second.base[pair])] += magnitude
    }
    var (greatest, total): (Float, Float) = (0, 0)
    for spin in 0..<spins {
      greatest = max(greatest, sums[spin])
      total += sums[spin]
    }
    guard total.isFinite else { return false }
    unit = greatest > 0 ? Double(sign: .plus, exponent: Int(greatest.exponent) - 24, significand: 1) : 1
    let inverse = 1 / unit
    // To the nearest integer: adding 1.5 · 2⁵² leaves no fraction.
    let shift = 0x1.8p52
    for pair in 0..<pairs {
      integers.base[pair] = Int32(truncatingIfNeeded: Int((Double(values[pair]) * factor * inverse + shift) - shift))
    }
    for spin in 0..<spins {
      let value = Double(field(values[pairs + spin], factor, base.isEmpty ? 0 : base[spin]))
      integers.base[pairs + spin] = Int32(truncatingIfNeeded: Int((value * inverse + shift) - shift))
    }
    for (place, spin) in layout.free.enumerated() {
      var sum = integers.base[pairs + spin]
      for entry in Int(rows.base[place])..<Int(rows.base[place + 1]) {
        let coupling = integers.base[Int(entries.base[entry])]
        weights.base[entry].twice = 2 &* coupling
        sum &+= coupling
      }
      bases.base[place] = sum
      scales.base[place] = Float(2 * unit)
    }
    return true
  }

  private func field(_ learned: Float, _ factor: Double, _ base: Float) -> Float {
    Float(factor * Double(learned) + (1 - factor) * Double(base))
  }

  /// Visits the free spins of all replicas, colour after colour, each replica at its temperature.
  ///
  /// - Parameters:
  ///   - inverseTemperatures: 1/T of each lane, padding included.
  ///   - energies: changes are added, in the unit.
  package func sweep(
    _ states: ReplicaStates, inverseTemperatures: AlignedBuffer<Float>, energies: AlignedBuffer<Int64>, number: UInt32
  ) {
    precondition(inverseTemperatures.count == states.bitCount && energies.count == states.bitCount)
    withLanes(states, inverseTemperatures.base, energies.base) {
      set.sampling.sweep_lanes(&$0, 0, Int64(layout.free.count), number)
    }
  }

  /// The fields on the spins at some places, in the unit: [place][lane], lanes padded to a multiple of 16.
  package func readFields(of states: ReplicaStates, at places: Range<Int>, into fields: AlignedBuffer<Int32>) {
    precondition(places.lowerBound >= 0 && places.upperBound <= layout.free.count)
    precondition(fields.count >= places.count * states.paddedLaneCount)
    withLanes(states, nil, nil) {
      set.sampling.fields_lanes(&$0, Int64(places.lowerBound), Int64(places.upperBound), fields.base)
    }
  }

  /// Adds, for every parameter, in how many replicas of the mask the two spins of its pair differ, or its spin is down.
  package func countUnequal(_ states: ReplicaStates, mask: AlignedBuffer<UInt64>, into counts: AlignedBuffer<Int32>) {
    precondition(mask.count == states.stride && counts.count >= bonds.count)
    set.sampling.count_unequal(states.words.base, Int64(states.stride), bonds.base, Int64(bonds.count), mask.base, counts.base)
  }

  /// The field that was programmed for the spin at a place, in the unit.
  package func ownField(at place: Int) -> Int { Int(integers[pairCount + layout.own[place]]) }

  private func withLanes(
    _ states: ReplicaStates, _ inverseTemperatures: UnsafePointer<Float>?, _ energies: UnsafeMutablePointer<Int64>?,
    _ body: (inout eq_lanes) -> Void
  ) {
    var state = eq_lanes(
      spins: states.words.base, stride: Int64(states.stride), groups: Int64(states.paddedLaneCount / 16), rows: rows.base,
      weights: weights.base, bases: bases.base, scales: scales.base, shifts: shifts.base, rates: inverseTemperatures,
      energies: energies,
      identifiers: identifiers.base, key: key.words, first_block: UInt32(states.firstReplica / 4),
      equal: nil, favours: nil, links: nil, fields: nil, length: 0, matrix: nil, lists: nil, listed: nil, places: 0)
    body(&state)
  }
}

extension ReplicaStates {
  /// Lanes up to a multiple of 16, which kernels work on.
  package var paddedLaneCount: Int { (laneCount + 15) / 16 * 16 }

  /// Takes the spins of all replicas from states on another layout of the same spins.
  package func copySpins(from other: ReplicaStates, places: (from: [Int32], to: [Int32])) {
    precondition(other.stride == stride && places.from.count == places.to.count)
    for (from, to) in zip(places.from, places.to) {
      (words.base + Int(to) * stride).update(from: other.words.base + Int(from) * stride, count: stride)
    }
  }
}
