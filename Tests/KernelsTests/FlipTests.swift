import TestTools
import Testing

@testable import Kernels

/// Sweeps of every layout against one spin after the other in double precision.
@Suite struct FlipTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var couplings: RandomCouplings
    var make: @Sendable (RandomCouplings) -> any FlipOperator
    var testDescription: String { name }
  }

  static let cases: [Case] = [1, 2, 16, 31, 33, 100].flatMap { count -> [Case] in
    let seed = UInt64(count)
    var cases = [
      Case(
        name: "sparse \(count)",
        couplings: RandomCouplings(count, density: 0.2, values: .smallIntegers, hasBias: true, seed: seed)
      ) {
        SparseFlips($0.rows, bias: $0.bias)
      },
      Case(
        name: "bytes \(count)", couplings: RandomCouplings(count, density: 0.9, values: .smallIntegers, hasBias: true, seed: seed)
      ) {
        DenseFlips($0.rows, bias: $0.bias)
      },
      Case(name: "floats \(count)", couplings: RandomCouplings(count, values: .real, hasBias: true, seed: seed)) {
        DenseFlips($0.rows, bias: $0.bias)
      },
    ]
    if count > 1 {
      cases.append(
        Case(name: "packed \(count)", couplings: RandomCouplings(count, values: .signs, seed: seed)) { PackedFlips($0.rows)! })
    }
    return cases
  }

  @Test(arguments: cases) func sweepsAreThoseOfOneSpinAfterTheOther(_ test: Case) throws {
    let couplings = test.couplings
    let flips = test.make(couplings)
    let order = (0..<couplings.count).map { Int(flips.identifiers[$0]) }
    #expect(order.sorted() == Array(0..<couplings.count))
    var spins = (0..<couplings.count).map { Int8($0 % 3 == 0 ? -1 : 1) }
    try flips.reset(to: spins)
    let noise = SpinNoise(
      .exponential, shape: ReplicaShape(spins: couplings.count, replicas: 1), identifiers: flips.identifiers,
      philox: Philox(seed: 3, stream: 0))
    let copy = AlignedBuffer<Float>(count: flips.identifiers.count)
    for step: UInt32 in 0..<12 {
      let thresholds = noise.plane(step: step)
      let scale = Float(12 - step) / 8
      let found = try flips.sweep(thresholds: thresholds, scale: scale)
      var expected = 0
      for (position, spin) in order.enumerated() {
        let field = couplings.field(spin) { Double(spins[$0]) }
        if Double(spins[spin]) * field < Double(scale * thresholds[position]) {
          spins[spin] = -spins[spin]
          expected += 1
        }
      }
      #expect(found == expected, "sweep \(step)")
      flips.copySpins(to: copy)
      #expect(order.indices.allSatisfy { copy[$0] == Float(spins[order[$0]]) }, "sweep \(step)")
      let energy = couplings.energy { Double(spins[$0]) }
      expectClose(flips.energy, energy, absolute: 1e-3, "energy after sweep \(step)")
    }
    let before = flips.energy
    try flips.reset(to: spins)
    expectClose(flips.energy, before, absolute: 1e-3)
  }

  @Test func coloursAreIndependentSets() {
    let couplings = RandomCouplings(120, density: 0.1, seed: 4)
    let colouring = Colouring(couplings.rows)
    #expect(colouring.order.sorted() == Array(0..<120) && colouring.starts.last == 120)
    for colour in 0..<colouring.starts.count - 1 {
      let members = colouring.order[colouring.starts[colour]..<colouring.starts[colour + 1]]
      for i in members { #expect(members.allSatisfy { couplings.matrix[i][$0] == 0 }) }
    }
  }

  @Test func packingNeedsEqualCouplingsOfAllPairs() {
    #expect(PackedFlips(RandomCouplings(20, density: 0.9, values: .signs).rows) == nil)
    #expect(PackedFlips(RandomCouplings(20, values: .real).rows) == nil)
  }
}
