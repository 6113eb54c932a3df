import Foundation
import Kernels
import Testing

@testable import Machines

/// The samplers against exact enumeration.
@Suite struct SamplerTests {
  /// Five spins, frustrated and with fields.
  private let reference = ReferenceSystem.random(5, hasBias: true, seed: 21)

  private func state(_ number: Int) -> [Double] { (0..<5).map { number >> $0 & 1 == 1 ? 1 : -1 } }

  @Test(arguments: FlipSampler.Rule.allCases, [0.6, 1.5])
  func statesHaveTheProbabilitiesOfBoltzmann(_ rule: FlipSampler.Rule, _ temperature: Double) throws {
    for flips in [SparseFlips(reference.rows, bias: reference.floatBias), DenseFlips(reference.rows, bias: reference.floatBias)]
      as [any FlipOperator]
    {
      try flips.reset(to: [1, 1, 1, 1, 1])
      let sampler = FlipSampler(
        flips, rule: rule, temperature: .constant(temperature), fieldScale: Float(reference.scale), seed: 17)
      var counts = [Double](repeating: 0, count: 32)
      let spins = AlignedBuffer<Float>(count: flips.identifiers.count)
      // Far enough apart to be independent.
      let (samples, gap) = (20_000, 12)
      for step in 0..<samples * gap {
        try sampler.step(MachineTime(step: UInt32(step), fraction: 0))
        guard step % gap == gap - 1 else { continue }
        flips.copySpins(to: spins)
        var number = 0
        for position in 0..<5 where spins[position] > 0 { number |= 1 << Int(flips.identifiers[position]) }
        counts[number] += 1
      }
      let weights = (0..<32).map { exp(-reference.energy(state($0)) / (temperature * reference.scale)) }
      let total = weights.reduce(0, +)
      // States that are expected fewer than ten times count as one.
      var (chiSquare, bins) = (0.0, 0)
      var (rareFound, rareExpected) = (0.0, 0.0)
      for number in 0..<32 {
        let expected = Double(samples) * weights[number] / total
        if expected < 10 {
          rareFound += counts[number]
          rareExpected += expected
        } else {
          chiSquare += (counts[number] - expected) * (counts[number] - expected) / expected
          bins += 1
        }
      }
      if rareExpected >= 10 {
        chiSquare += (rareFound - rareExpected) * (rareFound - rareExpected) / rareExpected
        bins += 1
      }
      // 99.99 % of a chi-square distribution, by Wilson and Hilferty.
      let freedom = Double(bins - 1)
      let limit = freedom * pow(1 - 2 / (9 * freedom) + 3.72 * (2 / (9 * freedom)).squareRoot(), 3)
      #expect(chiSquare < limit, "\(rule) at \(temperature): chi-square \(chiSquare) of \(bins) states, limit \(limit)")
    }
  }

  /// An open chain of equal couplings, whose ground state is all spins equal.
  private func chain(_ count: Int) -> SparseFlips {
    var starts = [0]
    var neighbours: [Int32] = []
    var couplings: [Float] = []
    for spin in 0..<count {
      for other in [spin - 1, spin + 1] where (0..<count).contains(other) {
        neighbours.append(Int32(other))
        couplings.append(1)
      }
      starts.append(neighbours.count)
    }
    return SparseFlips(SparseCouplings(rowStarts: starts, neighbours: neighbours, couplings: couplings))
  }

  @Test func annealingFindsTheGroundState() throws {
    let flips = chain(64)
    flips.reset(to: (0..<64).map { $0 % 3 == 0 ? -1 : 1 })
    let sampler = FlipSampler.annealing(
      flips, temperature: .linear(from: 2, to: 0.05), fieldScale: Float(2).squareRoot(), seed: 4)
    for step in 0..<4000 { try sampler.step(MachineTime(step, of: 4000)) }
    #expect(flips.energy == -63)
  }

  /// A reverse anneal whose peak is cold stays where it began; one whose peak is hot does not.
  @Test func reverseAnnealingLeavesItsStateAsFarAsItsPeakAllows() throws {
    func magnetisation(peak: Double) throws -> Double {
      let flips = chain(64)
      flips.reset(to: [Int8](repeating: 1, count: 64))
      let sampler = FlipSampler.reverseAnnealing(flips, peak: peak, fieldScale: Float(2).squareRoot(), seed: 2)
      for step in 0..<100 { try sampler.step(MachineTime(step, of: 100)) }
      let spins = AlignedBuffer<Float>(count: flips.identifiers.count)
      flips.copySpins(to: spins)
      return (0..<64).reduce(0) { $0 + Double(spins[$1]) } / 64
    }
    #expect(try magnetisation(peak: 0.1) == 1)
    #expect(try abs(magnetisation(peak: 3)) < 0.9)
  }

  @Test func runsOfOneSeedAreTheSameAndReplicasDiffer() throws {
    let flips = SparseFlips(reference.rows, bias: reference.floatBias)
    func energies(replica: Int) throws -> [Double] {
      flips.reset(to: [1, -1, 1, -1, 1])
      let sampler = FlipSampler.gibbs(flips, temperature: 1, fieldScale: Float(reference.scale), seed: 9, replica: replica)
      return try (0..<50).map { step in
        try sampler.step(MachineTime(step, of: 50))
        return flips.energy
      }
    }
    #expect(try energies(replica: 0) == energies(replica: 0))
    #expect(try energies(replica: 0) != energies(replica: 1))
  }
}
