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
      for way in [LaneReplicas.Way.automatic, .counted, .kept] {
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

  /// Only rows of one size each are counted; others are added up.
  @Test func couplingsOfOtherSizesAreNotCounted() {
    let real = Self.cases[2].couplings
    let (added, counted) = (kernel(real, lanes: 30, way: .added), kernel(real, lanes: 30, way: .counted))
    #expect(added.states.stride == 1 && counted.states.stride == 1)
    #expect(kernel(Self.cases[0].couplings, lanes: 30, way: .counted).states.stride == 8)
    #expect(kernel(Self.cases[0].couplings, lanes: 300, way: .automatic).states.stride == 8)
  }
}
