import CKernels

/// Replicas in vectors of 16, for couplings of any size: each spin's field is added up anew at its visit.
///
/// Couplings are integers in units of their row, 2²⁷ of which are more than its greatest field, so that fields and energies are exact sums:
/// nothing drifts, and no order of terms matters. That is finer than single precision.
package final class LaneReplicas: PlacedReplicaKernel {
  package let states: ReplicaStates
  package let energyUnit: Double
  private let rows: AlignedBuffer<Int64>
  private let weights: AlignedBuffer<eq_weight>
  private let bases: AlignedBuffer<Int32>
  /// h of each spin in units of its row.
  private let ownFields: AlignedBuffer<Int32>
  private let scales: AlignedBuffer<Float>
  private let shifts: AlignedBuffer<Int8>
  private let laneInverseTemperatures: AlignedBuffer<Float>
  private let energies: AlignedBuffer<Int64>
  private let identifiers: AlignedBuffer<UInt32>
  private let key: ReplicaKey
  private let firstBlock: UInt32
  private let set: InstructionSet
  /// Whether no spin is held, and none is another rank's.
  private let isAlone: Bool
  private var inverseTemperatures: [Double] = []
  /// Of rows whose couplings are of one size each: 2|J|, and the sum of those below 0.
  private let equal: EqualRows?
  /// The same of dense couplings.
  private let tiled: TiledRows?
  /// Fields that are kept, where most pairs are coupled.
  private let kept: KeptFields?
  /// Couplings of this rank's pairs and fields of its spins, in units of the energy.
  private let pairs: AlignedBuffer<eq_pair>

  /// Replicas of which the first of a rank's must be a multiple.
  package static let alignment = 16

  /// How the fields of spins are found. All ways give the same bits.
  package enum Way: Sendable {
    /// The fastest.
    case automatic
    /// Coupling by coupling at each visit.
    case added
    /// As links of one size that pull down, counted for 512 replicas at once.
    case counted
    /// The same, only those whose couplings have the rarer sign, where most pairs are coupled.
    case tiled
    /// Kept, and changed where a spin turns.
    case kept
  }

  /// Fewer replicas, or couplings of a spin, are not worth counting together.
  private static let leastCounted = (replicas: 256, links: 24)
  /// Numbers of a matrix that is kept.
  private static let greatestMatrix = 1 << 25

  /// - Parameters:
  ///   - firstReplica: a multiple of 16.
  ///   - way: one that is impossible for these couplings is not taken.
  package init(
    _ couplings: ReplicaCouplings, layout: ReplicaLayout, firstReplica: Int, laneCount: Int, seed: UInt64,
    set: InstructionSet = .current, way: Way = .automatic
  ) {
    precondition(firstReplica % Self.alignment == 0)
    self.set = set
    isAlone = layout.ghosts.isEmpty && layout.fixed.isEmpty
    let isLarge = laneCount >= Self.leastCounted.replicas && couplings.bounds.meanDegree >= Self.leastCounted.links
    let isEqual = (way == .counted || way == .tiled || way == .automatic && isLarge) && couplings.bounds.hasEqualRows
    let isTiled = way == .tiled || way == .automatic && isEqual && Self.isDense(couplings)
    let keeps = way == .kept || way == .automatic && !isEqual && Self.isDense(couplings)
    states = ReplicaStates(
      couplings, layout: layout, firstReplica: firstReplica, laneCount: laneCount, strideUnit: isEqual ? 8 : 1)
    key = ReplicaKey(seed: seed)
    firstBlock = UInt32(firstReplica / 4)
    let units = RowUnits(couplings)
    energyUnit = units.energyUnit
    let places = layout.places(of: couplings.knownCount)
    var (starts, weights): ([Int64], [eq_weight]) = ([0], [])
    var pairs: [eq_pair] = []
    var (bases, ownFields): ([Int32], [Int32]) = ([], [])
    for (place, spin) in layout.own.enumerated() {
      let (number, unit) = (couplings.number(spin), units.units[spin])
      let field = (couplings.fields[spin] / unit).rounded()
      var base = field
      for entry in couplings.row(spin) {
        let other = Int(couplings.neighbours[entry])
        let coupling = units.rounded(couplings.couplings[entry], spin, other)
        base += coupling / unit
        if place < layout.free.count { weights.append(eq_weight(place: places[other], twice: Int32(2 * coupling / unit))) }
        if couplings.number(other) < number {
          pairs.append(eq_pair(first: Int32(place), second: places[other], weight: Int64(coupling / energyUnit)))
        }
      }
      if field != 0 {
        pairs.append(eq_pair(first: Int32(place), second: Int32(layout.ground), weight: Int64(field * (unit / energyUnit))))
      }
      guard place < layout.free.count else { continue }
      starts.append(Int64(weights.count))
      bases.append(Int32(base))
      ownFields.append(Int32(field))
    }
    rows = AlignedBuffer(starts)
    self.weights = AlignedBuffer(weights)
    self.bases = AlignedBuffer(bases)
    self.ownFields = AlignedBuffer(ownFields)
    self.pairs = AlignedBuffer(pairs)
    scales = AlignedBuffer(layout.free.map { Float(2 * units.units[$0]) })
    shifts = AlignedBuffer(layout.free.map { Int8((units.units[$0] / units.energyUnit).exponent) })
    identifiers = AlignedBuffer(layout.free.map { UInt32(couplings.number($0)) })
    tiled = isEqual && isTiled ? TiledRows(starts, weights, places: layout.ground) : nil
    equal = isEqual && tiled == nil ? EqualRows(starts, weights) : nil
    kept = keeps && isAlone ? KeptFields(couplings, units, layout, lanes: states.bitCount) : nil
    laneInverseTemperatures = AlignedBuffer(count: states.bitCount)
    energies = AlignedBuffer(count: states.bitCount)
  }

  /// Whether most pairs are coupled, and the matrix is not too large.
  private static func isDense(_ couplings: ReplicaCouplings) -> Bool {
    let spins = couplings.spinCount
    return 2 * couplings.bounds.entryCount >= spins * spins && spins >= 64 && spins * spins <= Self.greatestMatrix
  }

  /// Bytes of fields that are kept for so many replicas, with their matrix.
  package static func keptBytes(_ couplings: ReplicaCouplings, replicas: Int) -> Double {
    isDense(couplings) ? 4 * Double(couplings.spinCount) * Double(couplings.spinCount + replicas + 64) : 0
  }

  package func take(inverseTemperatures values: [Double]) { inverseTemperatures = values }

  package func assign(_ temperatures: [UInt16]) {
    precondition(temperatures.count == states.laneCount)
    for lane in 0..<temperatures.count {
      laneInverseTemperatures.base[lane] = Float(inverseTemperatures[Int(temperatures[lane])])
    }
  }

  /// Works out the energies of the present states.
  package func restart() {
    energies.clear()
    if isAlone {
      readFields()
    } else {
      set.sampling.sum_pairs(states.words.base, Int64(states.stride), pairs.base, Int64(pairs.count), energies.base)
    }
  }

  /// With all spins at hand, the energy is −½ Σ s (f + h), which is faster than pair by pair. Fields that are kept are taken on the way.
  private func readFields() {
    let (free, lanes, padded) = (states.layout.free.count, states.laneCount, states.paddedLaneCount)
    let some = AlignedBuffer<Int32>(count: 64 * padded)
    for first in stride(from: 0, to: free, by: 64) {
      let last = min(first + 64, free)
      withState { set.sampling.fields_lanes(&$0, Int64(first), Int64(last), some.base) }
      for place in first..<last {
        let (read, down) = (some.base + (place - first) * padded, states.words.base + place * states.stride)
        let (own, shift) = (Int64(ownFields[place]), Int64(shifts[place]))
        for lane in 0..<lanes {
          let twice = (Int64(read[lane]) + own) << shift
          energies.base[lane] += down[lane / 64] >> UInt64(lane % 64) & 1 == 1 ? twice : -twice
        }
      }
      guard let kept else { continue }
      for lane in 0..<lanes {
        let fields = kept.fields.base + lane * kept.length
        for place in first..<last { fields[place] = some.base[(place - first) * padded + lane] }
      }
    }
    for lane in 0..<lanes { energies.base[lane] /= 2 }
  }

  /// Adds up the fields of a replica that was written from outside.
  private func keepFields(_ lane: Int) {
    guard let kept else { return }
    for place in 0..<states.layout.free.count { kept.fields.base[lane * kept.length + place] = Int32(field(place, lane)) }
  }

  /// In units of the row.
  private func field(_ place: Int, _ lane: Int) -> Int64 {
    var field = Int64(bases[place])
    for entry in Int(rows[place])..<Int(rows[place + 1]) where states.isDown(place: Int(weights[entry].place), lane: lane) {
      field -= Int64(weights[entry].twice)
    }
    return field
  }

  package func sweep(_ places: Range<Int>, number: UInt32) {
    withState { set.sampling.sweep_lanes(&$0, Int64(places.lowerBound), Int64(places.upperBound), number) }
  }

  private func withState(_ body: (inout eq_lanes) -> Void) {
    var state = eq_lanes(
      spins: states.words.base, stride: Int64(states.stride), groups: Int64((states.laneCount + 15) / 16), rows: rows.base,
      weights: weights.base, bases: bases.base, scales: scales.base, shifts: shifts.base, rates: laneInverseTemperatures.base,
      energies: energies.base, identifiers: identifiers.base, key: key.words, first_block: firstBlock,
      equal: (tiled?.twice ?? equal?.twice)?.base, favours: (tiled?.favours ?? equal?.favours)?.base,
      links: (tiled?.links ?? equal?.links)?.base, fields: kept?.fields.base, length: Int64(kept?.length ?? 0),
      matrix: kept?.matrix.base, lists: tiled?.lists.base, listed: tiled?.listed.base, places: Int64(states.layout.ground))
    body(&state)
  }

  /// One spin after the other, each in the field of those that have turned before.
  package func flip(first count: Int, of places: AlignedBuffer<Int32>, lane: Int) {
    for index in 0..<count {
      let place = Int(places[index])
      let field = field(place, lane)
      let change = (states.isDown(place: place, lane: lane) ? -2 * field : 2 * field) << Int64(shifts[place])
      energies[lane] += change
      states.flip(place: place, lane: lane)
    }
    keepFields(lane)
  }

  package func copy(_ lanes: [(from: Int, to: Int)]) {
    states.copy(lanes)
    for (from, to) in lanes {
      energies[to] = energies[from]
      if let kept { kept.fields.copy(from: kept.fields, at: from * kept.length, to: to * kept.length, count: kept.length) }
    }
  }

  package func addEnergies(to sums: inout [Int64]) {
    precondition(sums.count == states.laneCount)
    for lane in 0..<sums.count { sums[lane] += energies.base[lane] }
  }
}

/// Fields of dense couplings, which are kept, and what they change by.
private struct KeptFields {
  /// Places from one replica to the next: an odd multiple of 16, so that one spin's fields do not share a few lines of the cache.
  let length: Int
  /// [replica][place], in units of the row.
  let fields: AlignedBuffer<Int32>
  /// [place][other]: 2J in units of the other's row.
  let matrix: AlignedBuffer<Int32>

  init(_ couplings: ReplicaCouplings, _ units: RowUnits, _ layout: ReplicaLayout, lanes: Int) {
    length = ((layout.free.count + 15) / 16 | 1) * 16
    fields = AlignedBuffer(count: lanes * length)
    matrix = AlignedBuffer(count: layout.free.count * length)
    let places = layout.places(of: couplings.knownCount)
    for (place, spin) in layout.free.enumerated() {
      for entry in couplings.row(spin) {
        let other = Int(couplings.neighbours[entry])
        let coupling = units.rounded(couplings.couplings[entry], spin, other) / units.units[other]
        matrix.base[place * length + Int(places[other])] = Int32(2 * coupling)
      }
    }
  }
}

/// The units, powers of two, in which the couplings of each row are integers.
struct RowUnits {
  /// Of each spin that this rank knows.
  let units: [Double]
  /// The smallest of all ranks'.
  let energyUnit: Double

  /// A row's greatest field is below 2²⁶ of its unit; the sum of all is below 2⁶² of the smallest unit, which coarser units of the rows with
  /// the smallest fields see to.
  init(_ couplings: ReplicaCouplings) {
    func unit(_ greatest: Double) -> Double {
      greatest > 0 && greatest.isFinite ? Double(sign: .plus, exponent: greatest.exponent - 25, significand: 1) : 0
    }
    let coarsest = unit(couplings.bounds.greatestField)
    let spinDigits = Int.bitWidth - max(couplings.spinCount, 1).leadingZeroBitCount
    let finest = coarsest > 0 ? Double(sign: .plus, exponent: coarsest.exponent - max(31 - spinDigits, 0), significand: 1) : 1
    units = (0..<couplings.knownCount).map { max(unit(couplings.greatestField($0)), finest) }
    energyUnit = max(unit(couplings.bounds.leastField), finest)
  }

  /// A coupling as both of its rows can hold it.
  func rounded(_ coupling: Double, _ one: Int, _ other: Int) -> Double {
    let unit = max(units[one], units[other])
    return (coupling / unit).rounded() * unit
  }
}
