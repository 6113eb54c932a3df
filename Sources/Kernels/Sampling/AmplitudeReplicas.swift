import CKernels

/// Heat bath on amplitudes in [−1, 1]: after many sweeps a state has the density `exp(−E/T)/Z`,
///
///     E(s) = −½ Σ_ij J_ij s_i s_j − Σ_i h_i s_i + k/2 Σ_i s_i² .
///
/// A visit draws an amplitude from its density in the field of the others, without a step size. Energies are sums of the spins' own terms, each
/// rounded to a multiple of `energyUnit`, so that they do not depend on how ranks share the spins.
package final class AmplitudeReplicas: PlacedReplicaKernel {
  package let states: ReplicaStates
  package let energyUnit: Double
  private let amplitudes: AmplitudeStates
  private let rows: AlignedBuffer<Int64>
  private let weights: AlignedBuffer<eq_weight>
  private let fields: AlignedBuffer<Double>
  private let scales: AlignedBuffer<Double>
  private let laneInverseTemperatures: AlignedBuffer<Double>
  private let sums: AlignedBuffer<Int64>
  private let identifiers: AlignedBuffer<UInt32>
  private let stiffness: Double
  private let key: ReplicaKey
  private let set: InstructionSet
  private var inverseTemperatures: [Double] = []

  /// Replicas of which the first of a rank's must be a multiple.
  package static let alignment = 8

  /// - Parameters:
  ///   - stiffness: k, 0 or more.
  ///   - firstReplica: a multiple of 8.
  package init(
    _ couplings: ReplicaCouplings, stiffness: Double, layout: ReplicaLayout, firstReplica: Int, laneCount: Int, seed: UInt64,
    set: InstructionSet = .current
  ) {
    precondition(firstReplica % Self.alignment == 0 && stiffness >= 0)
    self.set = set
    self.stiffness = stiffness
    amplitudes = AmplitudeStates(couplings, layout: layout, firstReplica: firstReplica, laneCount: laneCount)
    states = amplitudes
    key = ReplicaKey(seed: seed)
    let units = RowUnits(couplings)
    let places = layout.places(of: couplings.knownCount)
    var (starts, weights): ([Int64], [eq_weight]) = ([0], [])
    for spin in layout.own {
      for entry in couplings.row(spin) {
        let other = Int(couplings.neighbours[entry])
        let coupling = units.rounded(couplings.couplings[entry], spin, other) / units.units[spin]
        weights.append(eq_weight(place: places[other], twice: Int32(coupling)))
      }
      starts.append(Int64(weights.count))
    }
    rows = AlignedBuffer(starts)
    self.weights = AlignedBuffer(weights)
    fields = AlignedBuffer(
      layout.own.map { (couplings.fields[$0] / units.units[$0]).rounded() * AmplitudeStates.scale })
    scales = AlignedBuffer(layout.own.map { units.units[$0] / AmplitudeStates.scale })
    identifiers = AlignedBuffer(layout.free.map { UInt32(couplings.number($0)) })
    laneInverseTemperatures = AlignedBuffer(count: states.stride)
    sums = AlignedBuffer(count: states.stride)
    // No term of a spin is greater than this, and the sum of all is below 2⁶².
    let greatest = couplings.bounds.greatestField + stiffness
    let digits = min(51, 61 - (Int.bitWidth - couplings.spinCount.leadingZeroBitCount))
    energyUnit = greatest > 0 ? Double(sign: .plus, exponent: greatest.exponent + 1 - digits, significand: 1) : 1
  }

  package func take(inverseTemperatures values: [Double]) { inverseTemperatures = values }

  package func assign(_ temperatures: [UInt16]) {
    precondition(temperatures.count == states.laneCount)
    for lane in 0..<temperatures.count { laneInverseTemperatures.base[lane] = inverseTemperatures[Int(temperatures[lane])] }
  }

  package func restart() {}

  package func sweep(_ places: Range<Int>, number: UInt32) {
    withState { state in set.sampling.sweep_amplitudes(&state, Int64(places.lowerBound), Int64(places.upperBound), number) }
  }

  package func flip(first count: Int, of places: AlignedBuffer<Int32>, lane: Int) {
    preconditionFailure("amplitudes have no clusters")
  }

  package func addEnergies(to energies: inout [Int64]) {
    precondition(energies.count == states.laneCount)
    sums.clear()
    withState { state in
      set.sampling.add_amplitude_energies(&state, Int64(states.ownCount), energyUnit, sums.base)
    }
    for lane in 0..<energies.count { energies[lane] += sums.base[lane] }
  }

  private func withState(_ body: (inout eq_amplitudes) -> Void) {
    var state = eq_amplitudes(
      spins: amplitudes.amplitudes, stride: Int64(states.stride), rows: rows.base, weights: weights.base, fields: fields.base,
      scales: scales.base, rates: laneInverseTemperatures.base, stiffness: stiffness, identifiers: identifiers.base,
      key: key.words,
      first_block: UInt32(states.firstReplica / 2))
    body(&state)
  }
}
