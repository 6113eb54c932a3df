import Foundation
import Ising
import Testing

@testable import Sampling

/// Averages against values that are known exactly, within 4 of their errors.
@Suite struct ExactValueTests {
  /// All that is measured, against the sum over all states: couplings of few units and real ones, with fields, with and without tempering.
  @Test(arguments: [true, false], [1, 6]) func sumsOverAllStates(_ isInteger: Bool, _ temperatures: Int) throws {
    let problem = try Problems.random(spins: 9, seed: 3, isInteger: isInteger)
    var settings = SamplerSettings(
      temperatures: temperatures == 1 ? .list([2]) : .range(from: 0.7, to: 5, count: temperatures))
    settings.freeEnergy = temperatures > 1
    let result = try sampled(problem, settings)
    for estimate in result.temperatures where estimate.temperature.isFinite {
      try expect(estimate, Enumeration(problem, temperature: estimate.temperature))
    }
    #expect(result.verdict.isConverged, "\(result.verdict.reasons)")
  }

  @Test func fixedSpinsGiveTheConditionalDistribution() throws {
    let problem = try Problems.random(spins: 10, seed: 5, isInteger: true)
    let fixed: [Int: Int8] = [2: -1, 9: 1, 5: -1]
    var settings = SamplerSettings(temperatures: .list([3, 1.5]))
    (settings.fixed, settings.freeEnergy) = (fixed, true)
    let result = try sampled(problem, settings)
    for estimate in result.temperatures where estimate.temperature.isFinite {
      try expect(estimate, Enumeration(problem, temperature: estimate.temperature, fixed: fixed))
    }
  }

  /// P(q) of two spins: q = ±1 with probability (1 + m²)/4 each where m = ⟨s₁s₂⟩ = tanh(J/T), and 0 otherwise.
  @Test func overlapsHaveTheirDistribution() throws {
    let problem = try IsingProblem(graph: WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [1]))
    let found = try sampled(problem, SamplerSettings(temperatures: .list([1.5]))).temperatures[0]
    let histogram = try #require(found.overlapHistogram)
    let (square, width) = (pow(tanh(1 / 1.5), 2), 2.0 / 41)
    #expect(histogram.count == 41 && abs(histogram.reduce(0, +) * width - 1) < 1e-9)
    #expect(abs(histogram[20] * width - (1 - square) / 2) < 0.01 && abs(histogram[0] * width - (1 + square) / 4) < 0.01)
    #expect(abs(histogram[40] * width - (1 + square) / 4) < 0.01)
  }

  private func expect(_ found: TemperatureEstimate, _ exact: Enumeration) {
    let place = "T = \(found.temperature)"
    if let inverseTemperature = found.effectiveInverseTemperature {
      #expect(inverseTemperature.agrees(with: 1 / found.temperature), "1/T, \(place): \(inverseTemperature)")
    }
    #expect(found.energy.agrees(with: exact.energy), "energy, \(place): \(found.energy), \(exact.energy)")
    #expect(found.specificHeat.agrees(with: exact.specificHeat), "C, \(place): \(found.specificHeat), \(exact.specificHeat)")
    #expect(found.absMagnetisation.agrees(with: exact.absMagnetisation), "|m|, \(place)")
    #expect(found.overlapSquare!.agrees(with: exact.overlapSquare), "q², \(place): \(found.overlapSquare!)")
    #expect(found.linkOverlap!.agrees(with: exact.linkOverlap), "link overlap, \(place): \(found.linkOverlap!)")
    if let logZ = found.logZ { #expect(logZ.agrees(with: exact.logZ), "ln Z, \(place): \(logZ), \(exact.logZ)") }
  }

  /// Square ferromagnets: energy, specific heat and ln Z of a spin (Kaufman 1949).
  static let ferromagnets: [(extents: [Int], temperature: Double, u: Double, c: Double, logZ: Double)] = [
    ([8, 8], 2, -1.7456832, 0.71412, 1.0366341), ([8, 8], 2.269185, -1.4915891, 1.14556, 0.9397153),
    ([8, 8], 2.5, -1.2223206, 1.10048, 0.8843654), ([16, 16], 2.269185, -1.4530649, 1.49870, 0.9321963),
    // By transfer matrix.
    ([4, 4, 4], 1 / 0.25, -1.8833440, 1.200374, 0.8330067),
    ([4, 4, 4], 1 / 0.221654626, -1.2932280, 0.977535, 0.7879335),
    ([4, 4, 4], 1 / 0.2, -0.9326110, 0.528385, 0.7641012),
  ]

  @Test(arguments: ferromagnets.indices) func ferromagnet(_ place: Int) throws {
    let exact = Self.ferromagnets[place]
    let problem = try Problems.lattice(exact.extents)
    let spins = Double(problem.spinCount)
    var settings = SamplerSettings(temperatures: .range(from: exact.temperature, to: 3 * exact.temperature, count: 9))
    settings.freeEnergy = true
    let found = try sampled(problem, settings).temperatures[0]
    #expect(found.energy.agrees(with: exact.u * spins), "\(found.energy), \(exact.u * spins)")
    #expect(found.specificHeat.agrees(with: exact.c * spins), "\(found.specificHeat), \(exact.c * spins)")
    #expect(found.logZ!.agrees(with: exact.logZ * spins), "\(found.logZ!), \(exact.logZ * spins)")
  }

  /// ±J tori by transfer matrix: T, E, C, ln Z, ⟨q²⟩, link overlap.
  static let tori: [(name: String, rows: [[Double]])] = [
    (
      "torus:6x6:0",
      [
        [2, -33.4429721, 12.7565629, 33.7002514, 0.0793941, 0.2271702],
        [1, -46.5364820, 10.8248334, 54.5341500, 0.2521702, 0.5029493],
        [0.5, -49.9112157, 1.4066411, 103.5486664, 0.4467107, 0.6628001],
      ]
    ),
    (
      "torus:8x8:0",
      [
        [2, -60.9722401, 25.8976498, 60.0164322, 0.0537656, 0.2432308],
        [1, -87.8295655, 17.3949207, 99.0966624, 0.4073962, 0.6075165],
        [0.5, -91.9270294, 1.1685141, 190.0958772, 0.6222827, 0.7263296],
      ]
    ),
    (
      "torus:8x8:1",
      [
        [2, -55.7434417, 19.3942513, 59.3536929, 0.0380430, 0.1987764],
        [1, -75.7800250, 15.4502657, 93.5289316, 0.0999012, 0.4073798],
        [0.5, -79.9133124, 1.3828822, 172.4383052, 0.1407041, 0.4759721],
      ]
    ),
  ]

  /// The ladder holds the three temperatures as they are. Plain sampling fails at T = 0.5.
  static let ladder = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.5, 1.75, 2, 2.4, 3, 4.5]

  @Test(arguments: tori.indices) func spinGlass(_ place: Int) throws {
    let torus = Self.tori[place]
    var settings = SamplerSettings(temperatures: .list(Self.ladder))
    settings.freeEnergy = true
    try Self.expect(try sampled(try Problems.torus(torus.name), settings), agreesWith: torus.rows)
  }

  /// - Parameter rows: as in `tori`.
  static func expect(_ result: SamplingResult, agreesWith rows: [[Double]]) throws {
    for exact in rows {
      let found = try #require(result.temperatures.first { abs($0.temperature - exact[0]) < 1e-9 })
      let pairs = [
        (found.energy, exact[1]), (found.specificHeat, exact[2]), (found.logZ!, exact[3]), (found.overlapSquare!, exact[4]),
        (found.linkOverlap!, exact[5]),
      ]
      for (column, pair) in pairs.enumerated() {
        #expect(pair.0.agrees(with: pair.1), "column \(column + 1), T = \(exact[0]): \(pair.0), exact \(pair.1)")
      }
    }
  }

  /// At a low temperature each of the 34 ground states is as frequent as any other.
  @Test func groundStatesAreDrawnEquallyOften() throws {
    let problem = try Problems.torus("torus:6x6:0")
    var settings = SamplerSettings(temperatures: .list([0.25, 0.35] + Self.ladder))
    (settings.samples, settings.chains) = (4096, 32)
    let result = try sampled(problem, settings)
    var counts: [[Int8]: Double] = [:]
    for chain in 0..<32 {
      for draw in 0..<result.samples.draws where result.samples.energy(temperature: 0, chain: chain, draw: draw) == -50 {
        counts[result.samples.state(temperature: 0, chain: chain, draw: draw), default: 0] += 1
      }
    }
    let all = counts.values.reduce(0, +)
    #expect(counts.count == 34 && all > 4000)
    let squares = counts.values.reduce(0) { $0 + ($1 - all / 34) * ($1 - all / 34) / (all / 34) }
    // Mean 33 and deviation 8 for independent draws; draws of one chain are nearly so, 32 sweeps apart.
    #expect(squares < 33 + 6 * 8.1, "χ² \(squares)")
  }

  /// Gaussian couplings of variance 1, averaged over them: ⟨E⟩ = −β Σ_b (1 − ⟨s_i s_j⟩²) in equilibrium, on any graph
  /// (Katzgraber, Palassini & Young 2001; by parts).
  @Test func gaussianCouplingsHaveTheirIdentity() throws {
    let (temperature, bonds) = (0.8, 32.0)
    var differences: [Double] = []
    for instance: UInt64 in 0..<120 {
      var normal = NormalNumbers(seed: 100 + instance)
      let problem = try Problems.lattice([4, 4]) { _ in normal.next() }
      var settings = SamplerSettings(temperatures: .list([temperature, 1.2, 1.8, 3]))
      (settings.chains, settings.rounds, settings.seed) = (8, 8, instance)
      let found = try sampled(problem, settings).temperatures[0]
      differences.append(found.energy.value + bonds / temperature * (1 - found.linkOverlap!.value))
    }
    expectZero(differences)
  }

  /// ±J with a share p of +J at T = 2/ln(p/(1 − p)), averaged over couplings: the energy of a bond is −(2p − 1) (Nishimori 1981).
  @Test func nishimoriLine() throws {
    let share = 0.85
    let temperature = 2 / log(share / (1 - share))
    var differences: [Double] = []
    for instance: UInt64 in 0..<120 {
      var normal = NormalNumbers(seed: 500 + instance)
      let problem = try Problems.lattice([5, 5]) { _ in normal.uniform() < share ? 1 : -1 }
      var settings = SamplerSettings(temperatures: .list([temperature, 1.5, 2.5]))
      (settings.chains, settings.rounds, settings.seed) = (8, 8, instance)
      differences.append(try sampled(problem, settings).temperatures[0].energy.value + 50 * (2 * share - 1))
    }
    expectZero(differences)
  }

  /// A planted state is in equilibrium at Nishimori's temperature: averages from the first sweep on are those of the line, with no sweep before
  /// them, and those of random starts are not.
  @Test func plantedStatesAreInEquilibrium() throws {
    func differences(planted: Bool) throws -> [Double] {
      try (0..<80).map { instance in
        let planted = (try PlantedProblem(extents: [4, 4, 4], share: 0.8, seed: UInt64(instance)), isStart: planted)
        var settings = SamplerSettings(temperatures: .list([planted.0.temperature]))
        (settings.chains, settings.sweeps, settings.burnIn, settings.seed) = (4, 8, 0, 7)
        settings.start = planted.isStart ? .state(planted.0.state) : .random
        return try sampled(try planted.0.problem(), settings).temperatures[0].energy.value + 192 * 0.6
      }
    }
    let (planted, random) = (try differences(planted: true), try differences(planted: false))
    expectZero(planted)
    #expect(random.reduce(0, +) / 80 > 10)
  }

  private func expectZero(_ numbers: [Double]) {
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    #expect(abs(mean) < 4 * (variance / count).squareRoot(), "mean \(mean), error \((variance / count).squareRoot())")
  }

  /// Errors are what they say: over seeds that nobody chose, squares of deviations add up to their number.
  @Test func errorsAreThoseOfTheScatter() throws {
    let problem = try Problems.torus("torus:6x6:0")
    let exact = Self.tori[0].rows[1]
    var deviations = [[Double]](repeating: [], count: 5)
    for seed: UInt64 in 1...32 {
      var settings = SamplerSettings(temperatures: .list([1, 1.3, 1.7, 2.4, 4]))
      (settings.seed, settings.freeEnergy, settings.chains, settings.rounds) = (seed, true, 8, 9)
      let found = try sampled(problem, settings).temperatures[0]
      for (column, estimate) in [
        found.energy, found.specificHeat, found.logZ!, found.overlapSquare!, found.linkOverlap!,
      ].enumerated() { deviations[column].append(estimate.deviation(from: exact[column + 1])) }
    }
    for (column, numbers) in deviations.enumerated() {
      let squares = numbers.reduce(0) { $0 + $1 * $1 }
      // 32 degrees of freedom: 10⁻³ of the probability lies on each side of 11.9 … 62.5.
      #expect((11.9...62.5).contains(squares), "column \(column + 1): Σz² = \(squares)")
    }
  }
}
