import Files
import Foundation
import Ising
import TestSupport
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

  /// Populations whose Z differ have their weights: means, couples, ln Z, and errors by leaving out one after the other.
  @Test func populationsAreWeighedByTheirZ() {
    var record = PopulationRecord(temperatures: 1, populations: 4)
    let (weights, energies, overlaps) = ([1.0, 2, 5, 8], [1.0, 2, 3, -1], [0.5, 0.25])
    for index in 0..<4 {
      record.set(.logZ, column: index, temperature: 0, to: 700 + log(weights[index]))
      record.set(.energy, column: index, temperature: 0, to: energies[index])
    }
    for index in 0..<2 { record.set(.overlapSquare, column: index, temperature: 0, to: overlaps[index]) }
    // 1 + 4 + 15 − 8 = 12 of 16.
    func expect(_ found: Estimate, whole: Double, left: [Double]) {
      let count = Double(left.count)
      let mean = left.reduce(0, +) / count
      let squares = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      #expect(abs(found.value - (count * whole - (count - 1) * mean)) < 1e-12)
      #expect(abs(found.error - ((count - 1) / count * squares).squareRoot()) < 1e-12)
    }
    expect(
      record.estimate([.energy], temperature: 0) { $0[0] }, whole: 12.0 / 16, left: [11.0 / 15, 8.0 / 14, -3.0 / 11, 20.0 / 8])
    // Couples weigh 1 · 2 and 5 · 8.
    expect(record.estimate([.overlapSquare], temperature: 0) { $0[0] }, whole: (1 + 10.0) / 42, left: [0.25, 0.5])
    expect(record.logZ(temperature: 0), whole: 700 + log(4), left: [15.0, 14, 11, 8].map { 700 + log($0 / 3) })
  }

  /// All replicas are visited in every sweep, those of populations that wait for others as well.
  @Test func visitsOfAllReplicasAreCounted() throws {
    var settings = settings([0.6])
    (settings.population, settings.chains, settings.fixed) = (20, 6, [1: 1])
    let result = try sampled(try Problems.torus("torus:6x6:0"), settings)
    #expect(result.spinUpdates == Double(35 * 20 * 6 * result.measuredSweeps) && result.measuredSweeps % 10 == 0)
  }

  private func run(_ problem: IsingProblem, _ settings: SamplerSettings, _ populations: Range<Int>) throws -> PopulationRun {
    let home = ReplicaHome(problem, fixed: settings.fixed, spins: settings.spins)
    let (kernel, firstLane) = try home.kernel(
      chains: populations, temperatures: settings.population, seed: settings.seed)
    return try PopulationRun(
      problem, settings, kernel: kernel, firstLane: firstLane,
      inverseTemperatures: TemperatureLadder(settings).inverseTemperatures,
      populations: populations, draws: 3)
  }

  /// Populations go on from a checkpoint, through a file, all of them or those of one rank, to the bits of a run that was not stopped.
  @Test(arguments: [0, 1, 7, 12]) func populationsGoOn(_ steps: Int) throws {
    for spins in [SamplerSettings.Spins.ising, .box(stiffness: 1)] {
      let problem = try Problems.random(spins: 11, seed: 2)
      var settings = settings([0.5, 1, 2])
      (settings.population, settings.fixed, settings.spins) = (24, [4: -1], spins)
      let (whole, first) = (try run(problem, settings, 0..<5), try run(problem, settings, 0..<5))
      for _ in 0..<steps { try first.advance() }
      let folder = try TemporaryFolder()
      let path = folder.path + "/checkpoint.safetensors"
      try first.checkpoint.file().write(to: path)
      let read = try PopulationCheckpoint(
        TensorFile(contentsOf: path), like: whole.emptyCheckpoint(populations: 5), inverseTemperatures: whole.inverseTemperatures,
        size: 24, source: path)
      #expect(read == first.checkpoint)
      while !whole.isFinished { try whole.advance() }
      for share in [0..<5, 0..<2, 2..<5] {
        let second = try run(problem, settings, share)
        try second.restore(read.part(share, of: 5))
        #expect(second.checkpoint == first.checkpoint.part(share, of: 5))
        while second.sweeps < whole.sweeps { try second.advance() }
        #expect(second.checkpoint == whole.checkpoint.part(share, of: 5) && second.isFinished)
      }
    }
  }

  @Test func damagedCheckpointsAreRefused() throws {
    let run = try run(try Problems.random(spins: 5, seed: 2), settings([1]), 0..<2)
    func refuses(_ change: (inout TensorFile) -> Void, _ word: String) {
      var file = run.checkpoint.file()
      change(&file)
      #expect {
        _ = try PopulationCheckpoint(
          file, like: run.emptyCheckpoint(populations: 2), inverseTemperatures: run.inverseTemperatures, size: 512, source: "x")
      } throws: { "\($0)".contains(word) }
    }
    refuses({ $0.metadata["sweeps"] = "-1" }, "sweeps")
    refuses({ $0.tensors["families"] = Tensor([Int64](repeating: 512, count: 1024)) }, "families")
    refuses({ $0.tensors["places.target"] = Tensor([Int64(3), 0]) }, "places.target")
    refuses({ $0.tensors["places.rate"] = Tensor([7.0, .nan]) }, "places.rate")
    refuses({ $0.tensors["spins"] = nil }, "spins")
    refuses({ $0.tensors["record.energy"] = Tensor([1.0]) }, "record.energy")
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
