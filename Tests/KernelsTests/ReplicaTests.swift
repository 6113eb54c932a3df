import Foundation
import TestTools
import Testing

@testable import Kernels

/// Heat bath on many replicas against one spin of one replica after the other, in double precision.
@Suite struct ReplicaTests {
  enum Layout: CaseIterable { case coded, lanes }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var couplings: ReplicaCouplings
    var fixed: [Int] = []
    var testDescription: String { name }

    var layout: ReplicaLayout {
      ReplicaLayout(whole: couplings, isFixed: (0..<couplings.spinCount).map { fixed.contains($0) })
    }

    func kernel(_ layout: Layout, lanes: Int, first: Int = 0, set: InstructionSet = .current) -> (any ReplicaKernel)? {
      switch layout {
      case .coded:
        CodedCouplings(couplings).map {
          CodedReplicas(
            couplings, coded: $0, layout: self.layout, firstReplica: first, laneCount: lanes, seed: 77, set: set)
        }
      case .lanes:
        LaneReplicas(couplings, layout: self.layout, firstReplica: first, laneCount: lanes, seed: 77, set: set)
      }
    }
  }

  static let cases = [
    Case(name: "±1, no fields", couplings: ReplicaCouplings(RandomCouplings(40, density: 0.08, values: .signs, seed: 3))),
    Case(
      name: "±1 and fields",
      couplings: ReplicaCouplings(RandomCouplings(30, density: 0.1, values: .signs, hasBias: true, seed: 4))),
    Case(
      name: "small integers and fields",
      couplings: ReplicaCouplings(RandomCouplings(24, density: 0.07, values: .smallIntegers, hasBias: true, seed: 6))),
    Case(name: "all degrees", couplings: ReplicaCouplings(RandomCouplings(16, density: 0.5, values: .signs, seed: 8))),
    Case(
      name: "real", couplings: ReplicaCouplings(RandomCouplings(33, density: 0.3, values: .real, hasBias: true, seed: 5))),
    Case(
      name: "fixed spins", couplings: ReplicaCouplings(RandomCouplings(30, density: 0.1, values: .signs, hasBias: true, seed: 4)),
      fixed: [0, 7, 29]),
  ]

  static let inverseTemperatures = [0.0, 0.3, 1.1, 4.0]

  private func begin(_ kernel: any ReplicaKernel) {
    kernel.states.randomise(seed: 5)
    kernel.restart()
    kernel.take(inverseTemperatures: Self.inverseTemperatures)
    let first = kernel.states.firstReplica
    kernel.assign((0..<kernel.states.laneCount).map { UInt16(($0 + first) / 3 % Self.inverseTemperatures.count) })
  }

  /// The chance of turning against a field of size `f`, and 32 or 31 random bits and what refines them, as the kernels' documentation says.
  private func turns(_ layout: Layout, probability: Double, replica: Int, spin: Int, sweep: Int) -> Bool? {
    let key = ReplicaKey(seed: 77)
    let (spin, sweep) = (UInt32(spin), UInt32(sweep))
    switch layout {
    case .coded:
      var drawn: UInt32 = 0
      for digit in 0..<32 {
        let words = key.bits(SIMD4(UInt32(replica / 128), UInt32(digit), spin, sweep))
        drawn = drawn << 1 | (words[replica % 128 / 32] >> UInt32(replica % 32) & 1)
      }
      return Double(drawn) < (probability * 0x1p32).rounded(.down)
    case .lanes:
      let drawn = Double(key.bits(SIMD4(UInt32(replica / 4), 0, spin, sweep))[replica % 4] >> 1)
      let least = probability * 0x1p31
      // Single precision does not decide these.
      return abs(drawn - least) <= 1 + 3e-5 * least ? nil : drawn < least
    }
  }

  @Test(arguments: cases, Layout.allCases) func visitsAreThoseOfOneSpinAfterTheOther(_ test: Case, _ layout: Layout) throws {
    let lanes = 21
    guard let kernel = test.kernel(layout, lanes: lanes, first: 128) else {
      #expect(test.name == "real" || test.name.hasPrefix("small") || test.name.hasPrefix("all"))
      return
    }
    begin(kernel)
    let states = kernel.states
    let own = states.layout.own
    var spins = (0..<lanes).map { lane -> [Int8] in
      var state = [Int8](repeating: 0, count: test.couplings.spinCount)
      for (spin, value) in zip(own, states.spins(lane: lane)) { state[spin] = value }
      return state
    }
    for sweep in 0..<6 {
      try kernel.sweep(number: UInt32(sweep))
      for lane in 0..<lanes {
        let inverseTemperature = Self.inverseTemperatures[(lane + 128) / 3 % Self.inverseTemperatures.count]
        for (place, spin) in states.layout.free.enumerated() {
          let field = test.couplings.field(spin, of: spins[lane])
          let probability = 1 / (1 + exp(2 * abs(field) * inverseTemperature))
          let found: Int8 = states.isDown(place: place, lane: lane) ? -1 : 1
          if let turns = turns(layout, probability: probability, replica: 128 + lane, spin: spin, sweep: sweep), field != 0 {
            let expected: Int8 = (field < 0) == turns ? 1 : -1
            #expect(found == expected, "sweep \(sweep), replica \(lane), spin \(spin)")
          }
          spins[lane][spin] = found
        }
        for spin in test.fixed { #expect(spins[lane][spin] == states.spins(lane: lane)[own.firstIndex(of: spin)!]) }
      }
      var energies = [Int64](repeating: 0, count: lanes)
      try kernel.addEnergies(to: &energies)
      for lane in 0..<lanes {
        let energy = test.couplings.energy(of: spins[lane])
        expectClose(Double(energies[lane]) * kernel.energyUnit, energy, absolute: 1e-6)
      }
    }
  }

  @Test(arguments: cases, Layout.allCases) func allInstructionSetsGiveTheSameBits(_ test: Case, _ layout: Layout) throws {
    var first: (bits: [UInt64], energies: [Int64])?
    for set in InstructionSet.available {
      guard let kernel = test.kernel(layout, lanes: 150, set: set) else { return }
      begin(kernel)
      for sweep: UInt32 in 0..<20 { try kernel.sweep(number: sweep) }
      var energies = [Int64](repeating: 0, count: 150)
      try kernel.addEnergies(to: &energies)
      let found = (bits: kernel.states.words.elements, energies: energies)
      if let first { #expect(first == found, "\(set.name)") }
      first = found
    }
  }

  /// Sums over the free spins of `f (s − tanh βf)` and `f² (1 − tanh² βf)`, spin by spin.
  @Test(arguments: cases, InstructionSet.available) func fieldsOfReplicasAreAddedUp(_ test: Case, _ set: InstructionSet) throws {
    let lanes = 150
    guard let kernel = test.kernel(.lanes, lanes: lanes, set: set) else { return }
    begin(kernel)
    let rates = (0..<lanes).map { 0.1 + 0.01 * Double($0) }
    let fields = ReplicaFields(test.couplings, states: kernel.states, set: set)
    var (excess, slope) = ([Int64](repeating: 0, count: lanes), [Int64](repeating: 0, count: lanes))
    fields.add(inverseTemperatures: rates, excess: &excess, slope: &slope)
    let layout = test.layout
    for lane in [0, 63, 64, lanes - 1] {
      var spins = [Int8](repeating: 0, count: test.couplings.spinCount)
      for (spin, value) in zip(layout.own, kernel.states.spins(lane: lane)) { spins[spin] = value }
      var (over, rise) = (0.0, 0.0)
      for spin in layout.free {
        let field = test.couplings.field(spin, of: spins)
        let mean = tanh(rates[lane] * field)
        over += field * (Double(spins[spin]) - mean)
        rise += field * field * (1 - mean * mean)
      }
      expectClose(fields.excessUnit * Double(excess[lane]), over, absolute: 1e-9)
      expectClose(fields.slopeUnit * Double(slope[lane]), rise, absolute: 1e-9)
    }
  }

  /// Whatever rank holds a replica, and whatever is beside it.
  @Test(arguments: cases, Layout.allCases) func partsAreThoseOfTheWhole(_ test: Case, _ layout: Layout) throws {
    guard let whole = test.kernel(layout, lanes: 300), let part = test.kernel(layout, lanes: 60, first: 128) else { return }
    begin(whole)
    begin(part)
    for sweep: UInt32 in 0..<20 {
      try whole.sweep(number: sweep)
      for colour in 0..<part.states.layout.colourStarts.count - 1 { part.sweep(colour: colour, number: sweep) }
    }
    for lane in 0..<60 { #expect(part.states.spins(lane: lane) == whole.states.spins(lane: 128 + lane)) }
  }

  /// Where all random bits of a visit are those of the probability, bits beyond them decide: flips are as rare as they should be.
  @Test(arguments: [false, true]) func rareFlipsAreRefined(_ isMore: Bool) throws {
    let key = ReplicaKey(seed: 77)
    let couplings = ReplicaCouplings(rowStarts: [0, 0], neighbours: [], couplings: [], fields: [1])
    let test = Case(name: "", couplings: couplings)
    // Multi-spin coding: any visit will do, since a double has the digits for its probability.
    for sweep: UInt32 in 0..<40 {
      var drawn = 0.0
      for digit: UInt32 in 0..<32 { drawn = 2 * drawn + Double(key.bits(SIMD4(0, digit, 0, sweep))[0] & 1) }
      guard drawn < 0x1p31 else { continue }
      let rest = Double(key.bits(SIMD4(0, 32, 0, sweep))[0]) * 0x1p-32
      #expect(try turns(.coded, test, share: (drawn + (isMore ? (1 + rest) / 2 : rest / 2)) * 0x1p-32, lane: 0, sweep) == isMore)
    }
    // Vectors of 16: a float has the digits for small probabilities only.
    var found = 0
    for sweep: UInt32 in 0..<400_000 where found < 6 {
      let words = key.bits(SIMD4(0, 0, 0, sweep))
      for lane in 0..<16 where words[lane] >> 1 < 8192 {
        let rest = Double(key.bits(SIMD4(UInt32(lane), 1, 0, sweep))[0]) * 0x1p-32
        guard rest > 0.1, rest < 0.9 else { continue }
        found += 1
        let share = (Double(words[lane] >> 1) + (isMore ? rest + 0.05 : rest - 0.05)) * 0x1p-31
        #expect(try turns(.lanes, test, share: share, lane: lane, sweep) == isMore)
      }
    }
    #expect(found > 2)
  }

  /// Whether one spin in a field of 1 turns against it at the temperature where it does so with this probability.
  private func turns(_ layout: Layout, _ test: Case, share: Double, lane: Int, _ sweep: UInt32) throws -> Bool {
    let kernel = try #require(test.kernel(layout, lanes: 16))
    kernel.take(inverseTemperatures: [log(1 / share - 1) / 2])
    kernel.assign([UInt16](repeating: 0, count: 16))
    try kernel.sweep(number: sweep)
    return kernel.states.isDown(place: 0, lane: lane)
  }

  /// All 2⁶ states in their shares.
  @Test(arguments: Layout.allCases, [0.4, 1.5]) func statesHaveTheirProbabilities(_ layout: Layout, _ inverseTemperature: Double)
    throws
  {
    let drawn = RandomCouplings(6, density: 0.7, values: layout == .coded ? .signs : .real, hasBias: true, seed: 12)
    let test = Case(name: "", couplings: ReplicaCouplings(drawn))
    let kernel = try #require(test.kernel(layout, lanes: 512))
    kernel.states.randomise(seed: 1)
    kernel.restart()
    kernel.take(inverseTemperatures: [inverseTemperature])
    kernel.assign([UInt16](repeating: 0, count: 512))
    var counts = [Double](repeating: 0, count: 64)
    let draws = 40
    for sweep: UInt32 in 0..<UInt32(draws * 25 + 100) {
      try kernel.sweep(number: sweep)
      guard sweep >= 100, sweep % 25 == 0 else { continue }
      for lane in 0..<512 {
        let spins = kernel.states.spins(lane: lane)
        counts[zip(kernel.states.layout.own, spins).reduce(0) { $1.1 < 0 ? $0 | 1 << $1.0 : $0 }] += 1
      }
    }
    let weights = (0..<64).map { state in
      exp(-inverseTemperature * test.couplings.energy(of: (0..<6).map { state >> $0 & 1 == 1 ? -1 : 1 }))
    }
    let all = Double(512 * draws)
    #expect(counts.reduce(0, +) == all)
    let partition = weights.reduce(0, +)
    let squares = zip(counts, weights).reduce(0) { sum, pair in
      let expected = all * pair.1 / partition
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    // Wilson & Hilferty: p > 10⁻³ of χ² with 63 degrees of freedom.
    #expect(squares < 63 * pow(1 - 2.0 / 567 + 3.09 * (2.0 / 567).squareRoot(), 3), "χ² \(squares)")
  }

  @Test func packedStatesAreThoseOfTheReplicas() throws {
    for lanes in [40, 513] {
      for layout in Layout.allCases {
        let test = Self.cases[0]
        let kernel = try #require(test.kernel(layout, lanes: lanes))
        begin(kernel)
        try kernel.sweep(number: 1)
        let states = kernel.states
        let (spins, pairs) = (
          PackedStates(bits: states.ownCount, rows: states.bitCount), PackedStates(bits: states.pairCount, rows: states.bitCount)
        )
        states.unpackSpins(into: spins)
        states.unpackPairs(into: pairs)
        for lane in [0, 1, lanes - 1] {
          let expected = states.spins(lane: lane)
          #expect(expected.indices.allSatisfy { spins.bit(lane, $0) == (expected[$0] < 0) })
          #expect(spins.count(lane) == expected.count { $0 < 0 })
          #expect(spins.differences(lane, 0) == zip(expected, states.spins(lane: 0)).count { $0 != $1 })
          #expect(pairs.count(lane) == test.couplings.pairs.count { $0.contains(lane: lane, of: states) })
        }
      }
    }
  }
}

/// Two coupled spins.
private struct Pair {
  let one: Int
  let other: Int

  func contains(lane: Int, of states: ReplicaStates) -> Bool {
    let spins = states.spins(lane: lane)
    return spins[states.layout.own.firstIndex(of: one)!] != spins[states.layout.own.firstIndex(of: other)!]
  }
}

extension ReplicaCouplings {
  init(_ random: RandomCouplings) {
    var (starts, neighbours, couplings): ([Int], [Int32], [Double]) = ([0], [], [])
    for i in 0..<random.count {
      for j in 0..<random.count where random.matrix[i][j] != 0 {
        neighbours.append(Int32(j))
        couplings.append(random.matrix[i][j])
      }
      starts.append(neighbours.count)
    }
    self.init(rowStarts: starts, neighbours: neighbours, couplings: couplings, fields: (0..<random.count).map { random.h($0) })
  }

  fileprivate var pairs: [Pair] {
    (0..<spinCount).flatMap { spin in
      row(spin).filter { neighbours[$0] < spin }.map { Pair(one: spin, other: Int(neighbours[$0])) }
    }
  }

  func field(_ spin: Int, of spins: [Int8]) -> Double {
    row(spin).reduce(fields[spin]) { $0 + couplings[$1] * Double(spins[Int(neighbours[$1])]) }
  }

  func energy(of spins: [Int8]) -> Double {
    (0..<spinCount).reduce(0) { $0 - Double(spins[$1]) * (field($1, of: spins) + fields[$1]) / 2 }
  }
}
