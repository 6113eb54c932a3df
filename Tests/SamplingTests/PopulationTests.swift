import Foundation
import Ising
import Testing

@testable import Sampling

/// Population annealing against values that are known exactly, and a step of it by itself.
@Suite struct PopulationTests {
  private func settings(_ temperatures: [Double]) -> SamplerSettings {
    var settings = SamplerSettings(temperatures: .list(temperatures))
    settings.method = .population
    return settings
  }

  /// All that is measured, against the sum over all states; two chains with the same distribution as tempering has.
  @Test(arguments: [true, false]) func sumsOverAllStates(_ isInteger: Bool) throws {
    let problem = try Problems.random(spins: 9, seed: 3, isInteger: isInteger)
    var settings = settings([1, 2, 4])
    settings.fixed = [4: -1]
    let result = try sampled(problem, settings)
    for found in result.temperatures where found.temperature.isFinite {
      let exact = try Enumeration(problem, temperature: found.temperature, fixed: settings.fixed)
      let place = "T = \(found.temperature)"
      #expect(found.energy.agrees(with: exact.energy), "energy, \(place): \(found.energy), \(exact.energy)")
      #expect(found.specificHeat.agrees(with: exact.specificHeat), "C, \(place): \(found.specificHeat), \(exact.specificHeat)")
      #expect(found.absMagnetisation.agrees(with: exact.absMagnetisation), "|m|, \(place)")
      #expect(found.overlapSquare!.agrees(with: exact.overlapSquare), "q², \(place): \(found.overlapSquare!)")
      #expect(found.linkOverlap!.agrees(with: exact.linkOverlap), "link overlap, \(place): \(found.linkOverlap!)")
      #expect(found.logZ!.agrees(with: exact.logZ), "ln Z, \(place): \(found.logZ!), \(exact.logZ)")
      #expect(found.family!.meanSquareSize >= 1 && exp(found.family!.entropy) <= 512.001)
    }
    #expect(result.verdict.isConverged, "\(result.verdict.reasons)")
    let hottest = try #require(result.temperatures.last)
    #expect(hottest.temperature == .infinity && abs(hottest.logZ!.value - 8 * log(2)) < 1e-9)
    #expect(abs(hottest.family!.meanSquareSize - 1) < 1e-9 && abs(hottest.family!.entropy - log(512)) < 1e-9)
  }

  @Test(arguments: ExactValueTests.tori.indices) func spinGlass(_ place: Int) throws {
    let torus = ExactValueTests.tori[place]
    let result = try sampled(try Problems.torus(torus.name), settings([0.5, 1, 2]))
    for exact in torus.rows {
      let found = try #require(result.temperatures.first { $0.temperature == exact[0] })
      let pairs = [
        (found.energy, exact[1]), (found.specificHeat, exact[2]), (found.logZ!, exact[3]), (found.overlapSquare!, exact[4]),
        (found.linkOverlap!, exact[5]),
      ]
      for (column, pair) in pairs.enumerated() {
        #expect(pair.0.agrees(with: pair.1), "column \(column + 1), T = \(exact[0]): \(pair.0), exact \(pair.1)")
      }
    }
  }

  /// Errors are those of the scatter over seeds that nobody chose.
  @Test func errorsAreThoseOfTheScatter() throws {
    let problem = try Problems.torus("torus:6x6:0")
    let exact = ExactValueTests.tori[0].rows[1]
    var deviations = [[Double]](repeating: [], count: 3)
    for seed: UInt64 in 1...32 {
      var settings = settings([1])
      (settings.seed, settings.population) = (seed, 256)
      let found = try sampled(problem, settings).temperatures[0]
      for (column, estimate) in [(0, found.energy), (1, found.logZ!), (2, found.linkOverlap!)] {
        deviations[column].append(estimate.deviation(from: exact[[1, 3, 5][column]]))
      }
    }
    for (column, numbers) in deviations.enumerated() {
      let squares = numbers.reduce(0) { $0 + $1 * $1 }
      // Student's t of 15 degrees of freedom is a little wider than a normal number.
      #expect((10...75).contains(squares), "column \(column): Σz² = \(squares)")
    }
  }

  /// A population of one family left says so.
  @Test func smallPopulationsDoNotConverge() throws {
    var settings = settings([0.3])
    (settings.population, settings.sweeps) = (32, 1)
    let result = try sampled(try Problems.torus("torus:16x16"), settings)
    #expect(!result.verdict.isConverged && result.verdict.reasons.contains { $0.contains("--population 64") })
  }

  /// Copies are the weights' shares, rounded up or down, on average the shares themselves; survivors stay.
  @Test func copiesAreInProportion() {
    let energies: [Double] = (0..<40).map { sin(Double($0) * 1.7) * 3 }
    let step = 0.4
    let weights = energies.map { exp(-step * $0) }
    let mean = weights.reduce(0, +) / 40
    var sums = [Double](repeating: 0, count: 40)
    for draw in 0..<1000 {
      let sources = Resampling.sources(energies[...], step: step, uniform: (Double(draw) + 0.5) / 1000)
      for member in 0..<40 {
        let copies = sources.count { $0 == member }
        #expect(abs(Double(copies) - weights[member] / mean) < 1 && (copies == 0 || sources[member] == member))
        sums[member] += Double(copies)
      }
    }
    for member in 0..<40 { #expect(abs(sums[member] / 1000 - weights[member] / mean) < 2e-3) }
    #expect(Resampling.sources([1, 1, 1], step: 9, uniform: 0.5) == [0, 1, 2])
    let free = Resampling.logMeanWeight(energies[...], step: step)
    #expect(abs(free - log(mean)) < 1e-12)
    #expect(Resampling.step([2, 2, 2], upTo: 5) == 5)
    let limited = Resampling.step(energies[...], upTo: 5)
    let kept = energies.map { exp(-limited * $0) }
    let share = pow(kept.reduce(0, +), 2) / 40 / kept.reduce(0) { $0 + $1 * $1 }
    #expect(abs(share - 0.88) < 1e-3)
  }

  @Test func wrongSettingsAreRefused() throws {
    func refuses(_ change: (inout SamplerSettings) -> Void, _ word: String) throws {
      var settings = settings([1])
      change(&settings)
      #expect { _ = try Sampler(try Problems.lattice([4]), settings) } throws: { "\($0)".contains(word) }
    }
    try refuses({ $0.population = 1 }, "population of 1")
    // A rank tells the temperatures of at most so many populations apart.
    try refuses({ $0.chains = 65_537 }, "at most 65536")
    var most = settings([1])
    most.chains = 65_536
    _ = try Sampler(try Problems.lattice([4]), most)
    try refuses({ $0.burnIn = 3 }, "burn-in")
    try refuses({ $0.moves = [.icm] }, "moves")
    try refuses({ $0.start = .up }, "initial state")
  }
}
