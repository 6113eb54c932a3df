import Foundation
import TestTools
import Testing

@testable import Kernels

/// Fields that are added up at each visit, counted for 512 replicas at once or kept: all give the same bits.
@Suite struct ReplicaWayTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var couplings: ReplicaCouplings
  }

  static let cases = [
    Case(testDescription: "±1", couplings: ReplicaCouplings(RandomCouplings(70, density: 1, values: .signs, seed: 3))),
    Case(
      testDescription: "±1 and fields",
      couplings: ReplicaCouplings(RandomCouplings(45, density: 0.6, values: .signs, hasBias: true, seed: 4))),
    Case(
      testDescription: "±1 in two tiles, not all coupled",
      couplings: ReplicaCouplings(RandomCouplings(240, density: 0.7, values: .signs, hasBias: true, seed: 6))),
    Case(
      testDescription: "real",
      couplings: ReplicaCouplings(RandomCouplings(66, density: 0.8, values: .real, hasBias: true, seed: 5))),
  ]

  private static let inverseTemperatures = [0.0, 0.05, 0.3, 1.5]

  private func kernel(_ couplings: ReplicaCouplings, lanes: Int, way: LaneReplicas.Way, set: InstructionSet = .current)
    -> LaneReplicas
  {
    let kernel = LaneReplicas(
      couplings, layout: ReplicaLayout(whole: couplings), firstReplica: 0, laneCount: lanes, seed: 77, set: set, way: way)
    kernel.states.randomise(seed: 5)
    kernel.restart()
    kernel.take(inverseTemperatures: Self.inverseTemperatures)
    kernel.assign((0..<lanes).map { UInt16($0 / 3 % Self.inverseTemperatures.count) })
    return kernel
  }

  /// Spins and energies of all replicas.
  private func found(_ kernel: LaneReplicas) -> (spins: [[Int8]], energies: [Int64]) {
    let lanes = kernel.states.laneCount
    var energies = [Int64](repeating: 0, count: lanes)
    kernel.addEnergies(to: &energies)
    return ((0..<lanes).map { kernel.states.spins(lane: $0) }, energies)
  }

  @Test(arguments: cases, [21, 300, 530]) func allWaysGiveTheSameBits(_ test: Case, _ lanes: Int) {
    let added = kernel(test.couplings, lanes: lanes, way: .added)
    for sweep: UInt32 in 0..<8 { added.sweep(number: sweep) }
    let expected = found(added)
    for set in InstructionSet.available {
      for way in [LaneReplicas.Way.automatic, .counted, .tiled, .kept] {
        let other = kernel(test.couplings, lanes: lanes, way: way, set: set)
        for sweep: UInt32 in 0..<8 {
          guard sweep == 5 else {
            other.sweep(number: sweep)
            continue
          }
          for colour in 0..<other.states.layout.colourStarts.count - 1 { other.sweep(colour: colour, number: sweep) }
        }
        #expect(found(other) == expected, "\(set.name), \(way)")
        other.restart()
        #expect(found(other).energies == expected.energies, "\(set.name), \(way), anew")
      }
    }
  }

  /// Spins that are turned from outside, and replicas that are replaced, take their fields along.
  @Test(arguments: cases) func fieldsFollowTheStates(_ test: Case) {
    let (added, kept) = (kernel(test.couplings, lanes: 40, way: .added), kernel(test.couplings, lanes: 40, way: .kept))
    for kernel in [added, kept] {
      kernel.sweep(number: 0)
      let places = AlignedBuffer<Int32>(count: 3)
      places.assign([3, 17, 4])
      kernel.flip(first: 3, of: places, lane: 11)
      kernel.copy([(from: 11, to: 2), (from: 30, to: 31)])
      for sweep: UInt32 in 1..<5 { kernel.sweep(number: sweep) }
    }
    #expect(found(kept) == found(added))
  }

  /// Spins that are held stay, and count in the fields of others.
  @Test(arguments: [LaneReplicas.Way.counted, .tiled]) func heldSpinsAreCounted(_ way: LaneReplicas.Way) {
    let couplings = Self.cases[2].couplings
    func found(_ way: LaneReplicas.Way, _ set: InstructionSet) -> [[Int8]] {
      let layout = ReplicaLayout(whole: couplings, isFixed: (0..<couplings.spinCount).map { $0 % 5 == 0 })
      let kernel = LaneReplicas(couplings, layout: layout, firstReplica: 0, laneCount: 40, seed: 77, set: set, way: way)
      kernel.states.randomise(seed: 5)
      kernel.restart()
      kernel.take(inverseTemperatures: [0.05])
      kernel.assign([UInt16](repeating: 0, count: 40))
      for sweep: UInt32 in 0..<4 { kernel.sweep(number: sweep) }
      return (0..<40).map { kernel.states.spins(lane: $0) }
    }
    let expected = found(.added, .current)
    for set in InstructionSet.available { #expect(found(way, set) == expected, "\(set.name)") }
  }

  /// All 2⁶ states in their shares, χ² of 63 degrees of freedom, where `wrong` is what the kernel takes in place of 1/T.
  private func chiSquare(_ way: LaneReplicas.Way, _ couplings: ReplicaCouplings, wrong: Double? = nil, set: InstructionSet)
    -> Double
  {
    let inverseTemperature = 0.4
    let layout = ReplicaLayout(whole: couplings)
    let kernel = LaneReplicas(couplings, layout: layout, firstReplica: 0, laneCount: 512, seed: 7, set: set, way: way)
    kernel.states.randomise(seed: 1)
    kernel.restart()
    kernel.take(inverseTemperatures: [wrong ?? inverseTemperature])
    kernel.assign([UInt16](repeating: 0, count: 512))
    var counts = [Double](repeating: 0, count: 64)
    for sweep: UInt32 in 0..<620 {
      kernel.sweep(number: sweep)
      guard sweep >= 20, sweep % 15 == 0 else { continue }
      for lane in 0..<512 {
        counts[zip(layout.own, kernel.states.spins(lane: lane)).reduce(0) { $1.1 < 0 ? $0 | 1 << $1.0 : $0 }] += 1
      }
    }
    let weights = (0..<64).map { state in
      exp(-inverseTemperature * couplings.energy(of: (0..<6).map { state >> $0 & 1 == 1 ? -1 : 1 }))
    }
    let (all, partition) = (counts.reduce(0, +), weights.reduce(0, +))
    return zip(counts, weights).reduce(0) { sum, pair in
      let expected = all * pair.1 / partition
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
  }

  @Test(arguments: [LaneReplicas.Way.added, .counted, .tiled, .kept], InstructionSet.available)
  func statesHaveTheirProbabilities(_ way: LaneReplicas.Way, _ set: InstructionSet) {
    let couplings = ReplicaCouplings(RandomCouplings(6, density: 1, values: .signs, hasBias: true, seed: 12))
    // p > 10⁻³.
    #expect(chiSquare(way, couplings, set: set) < 103.4)
    // A temperature that is wrong by a twentieth is found.
    #expect(chiSquare(way, couplings, wrong: 0.42, set: set) > 103.4)
  }

  /// Fields of any size at any temperature: where an estimate does not know which way a spin turns, the exact comparison does, whatever the
  /// instruction set.
  @Test func estimatesAreNeverWrong() throws {
    let count = 2048
    let couplings = ReplicaCouplings(
      rowStarts: [Int](repeating: 0, count: count + 1), neighbours: [], couplings: [],
      fields: (0..<count).map { spin -> Double in
        let size = exp(-Double(spin * 37 % 97) / 5)
        return spin % 5 == 0 ? 0 : spin % 2 == 0 ? size : -size
      })
    let rates = (0..<16).map { exp2(Double($0) - 5) }
    var first: [UInt64]?
    for set in InstructionSet.available {
      let kernel = LaneReplicas(
        couplings, layout: ReplicaLayout(whole: couplings), firstReplica: 0, laneCount: 512, seed: 5, set: set)
      kernel.restart()
      kernel.take(inverseTemperatures: rates)
      kernel.assign((0..<512).map { UInt16($0 % 16) })
      var sum = Checksum()
      for sweep: UInt32 in 0..<12 {
        kernel.sweep(number: sweep)
        sum.update(kernel.states.words.elements)
      }
      if let first { #expect(first == sum.words, "\(set.name)") }
      first = sum.words
    }
  }

  /// Words that follow each other, in four.
  private struct Checksum {
    var words: [UInt64] = [1, 2, 3, 4]
    mutating func update(_ more: [UInt64]) {
      for (index, word) in more.enumerated() {
        words[index % 4] = (words[index % 4] ^ word) &* 0x9E37_79B9_7F4A_7C15
        words[index % 4] ^= words[index % 4] >> 29
      }
    }
  }

  /// Overlaps of links where most pairs are coupled are those of the pairs.
  @Test(arguments: [1, 0.85, 0.3]) func linkOverlapsAreThoseOfThePairs(_ density: Double) {
    let couplings = ReplicaCouplings(RandomCouplings(50, density: density, values: .signs, seed: 9))
    // Words of 512 replicas, and more pairs than are written at once.
    let kernel = kernel(couplings, lanes: 70, way: .counted)
    kernel.sweep(number: 0)
    for wantsSums in [false, true] {
      let meter = kernel.states.meter()
      let sums = wantsSums ? meter.sums(pairs: nil, rows: 1, greatest: 4) : nil
      meter.read(pairs: true)
      for (one, other) in [(0, 1), (3, 69), (64, 64)] {
        let (a, b) = (kernel.states.spins(lane: one), kernel.states.spins(lane: other))
        var place = [Int](repeating: 0, count: 50)
        for (index, spin) in kernel.states.layout.own.enumerated() { place[spin] = index }
        let products = zip(a, b).map { $0 * $1 }
        var unequal = 0
        for spin in 0..<50 {
          for entry in couplings.row(spin) where couplings.neighbours[entry] < spin {
            if products[place[spin]] != products[place[Int(couplings.neighbours[entry])]] { unequal += 1 }
          }
        }
        #expect(meter.linkOverlap(one, other) == Int64(unequal))
      }
      if let sums {
        sums.add(lane: 3, to: 0)
        var counts = [Int64](repeating: 0, count: sums.count)
        sums.read(row: 0, into: &counts)
        #expect(sums.count == 50 + couplings.neighbours.count / 2)
        #expect(counts[50...].reduce(0, +) > 0)
      }
    }
  }

  /// Only rows of one size each are counted; others are added up.
  @Test func couplingsOfOtherSizesAreNotCounted() {
    let real = Self.cases[3].couplings
    let (added, counted) = (kernel(real, lanes: 30, way: .added), kernel(real, lanes: 30, way: .counted))
    #expect(added.states.stride == 1 && counted.states.stride == 1)
    #expect(kernel(Self.cases[0].couplings, lanes: 30, way: .counted).states.stride == 8)
    #expect(kernel(Self.cases[0].couplings, lanes: 300, way: .automatic).states.stride == 8)
  }
}
