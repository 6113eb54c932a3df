import Foundation
import TestTools
import Testing

@testable import Kernels

/// Replicas whose couplings change, against sums in double precision.
@Suite struct ProgrammedReplicaTests {
  static let pairs: [(Int32, Int32)] = {
    var pairs: [(Int32, Int32)] = []
    for one in 0..<12 {
      for other in 0..<one where (other + 3 * one) % 4 != 0 { pairs.append((Int32(other), Int32(one))) }
    }
    return pairs
  }()
  static let spins = 12

  static func parameters(_ seed: UInt64) -> AlignedBuffer<Float> {
    var random = Philox(seed: seed, stream: 1).sequence()
    return AlignedBuffer((0..<pairs.count + spins).map { _ in 2 * random.uniform() - 1 })
  }

  static func isFixed(_ fixed: [Int]) -> [Bool] { (0..<spins).map { fixed.contains($0) } }

  /// The field on a spin of a state of −1 and 1.
  static func field(_ parameters: [Double], on spin: Int, _ state: [Double]) -> Double {
    var sum = parameters[pairs.count + spin]
    for (pair, (a, b)) in pairs.enumerated() {
      if a == spin { sum += parameters[pair] * state[Int(b)] }
      if b == spin { sum += parameters[pair] * state[Int(a)] }
    }
    return sum
  }

  static func state(_ states: ReplicaStates, lane: Int) -> [Double] {
    var spins = [Double](repeating: 0, count: Self.spins)
    for (place, spin) in states.layout.own.enumerated() { spins[spin] = states.isDown(place: place, lane: lane) ? -1 : 1 }
    return spins
  }

  @Test(arguments: [[], [0, 5, 11]], [1, 16, 70, 100])
  func fieldsAndCountsAreThoseOfTheStates(_ fixed: [Int], lanes: Int) {
    let parameters = Self.parameters(4)
    for set in InstructionSet.available {
      let machine = ProgrammedReplicas(
        pairs: Self.pairs, spinCount: Self.spins, isFixed: Self.isFixed(fixed), seed: 7, set: set)
      let base = (0..<Self.spins).map { Float($0) / 10 }
      #expect(machine.program(parameters, factor: 0.75, base: base))
      var wanted: [Double] = parameters.elements.map { 0.75 * Double($0) }
      for spin in 0..<Self.spins { wanted[Self.pairs.count + spin] += 0.25 * Double(base[spin]) }
      let states = machine.states(firstReplica: 32, laneCount: lanes)
      states.randomise(seed: 3)
      let free = machine.layout.free
      let fields = AlignedBuffer<Int32>(count: free.count * states.paddedLaneCount)
      machine.readFields(of: states, at: 0..<free.count, into: fields)
      let mask = AlignedBuffer<UInt64>(count: states.stride)
      for lane in stride(from: 0, to: lanes, by: 3) { mask[lane / 64] |= 1 << UInt64(lane % 64) }
      let counts = AlignedBuffer<Int32>(count: machine.parameterCount)
      machine.countUnequal(states, mask: mask, into: counts)
      var unequal = [Int32](repeating: 0, count: machine.parameterCount)
      for lane in 0..<lanes {
        let state = Self.state(states, lane: lane)
        for (place, spin) in free.enumerated() {
          let found = Double(fields[place * states.paddedLaneCount + lane]) * machine.unit
          expectClose(found, Self.field(wanted, on: spin, state), absolute: 1e-5, "\(set.name)")
        }
        guard lane % 3 == 0 else { continue }
        for (pair, (a, b)) in Self.pairs.enumerated() where state[Int(a)] != state[Int(b)] { unequal[pair] += 1 }
        for spin in state.indices where state[spin] < 0 { unequal[Self.pairs.count + spin] += 1 }
      }
      #expect(counts.elements == unequal, "\(set.name)")
    }
  }

  /// The bits of a sweep do not depend on the instruction set or on which replicas are beside each other, and fixed spins stay.
  @Test func sweepsHaveTheSameBitsEverywhere() {
    var known: [[Double]]?
    for set in InstructionSet.available {
      let machine = ProgrammedReplicas(pairs: Self.pairs, spinCount: Self.spins, isFixed: Self.isFixed([2]), seed: 7, set: set)
      // Weak couplings: strong ones would leave few states.
      #expect(machine.program(Self.parameters(4), factor: 0.2))
      func run(first: Int, lanes: Int) -> [[Double]] {
        let states = machine.states(firstReplica: first, laneCount: lanes)
        let inverseTemperatures = AlignedBuffer<Float>(count: states.bitCount)
        inverseTemperatures.fill(1)
        let energies = AlignedBuffer<Int64>(count: states.bitCount)
        for sweep in 0..<5 {
          machine.sweep(states, inverseTemperatures: inverseTemperatures, energies: energies, number: UInt32(sweep))
        }
        return (0..<lanes).map { Self.state(states, lane: $0) }
      }
      let all = run(first: 0, lanes: 96)
      #expect(all.allSatisfy { $0[2] == 1 } && Set(all).count > 48)
      #expect(Array(all[32..<40]) == run(first: 32, lanes: 8))
      #expect(known == nil || known == all, "\(set.name)")
      known = all
    }
  }

  /// What is not finite is refused, and what was programmed before stays.
  @Test(arguments: [Float.nan, .infinity]) func numbersThatAreNoneAreRefused(_ value: Float) {
    let machine = ProgrammedReplicas(pairs: Self.pairs, spinCount: Self.spins, seed: 7)
    let parameters = Self.parameters(4)
    #expect(machine.program(parameters))
    let unit = machine.unit
    parameters[3] = value
    #expect(!machine.program(parameters))
    #expect(machine.unit == unit)
  }
}
