import Foundation
import Ising
import Testing

@testable import Sampling

/// Settings, verdicts and answers.
@Suite struct SamplerTests {
  private func refuses(_ settings: SamplerSettings, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let problem = try Problems.lattice([4])
    do {
      _ = try Sampler(problem, settings)
      Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as SamplerError {
      for word in words { #expect(error.description.contains(word), "\(error)", sourceLocation: sourceLocation) }
    }
  }

  @Test func settingsThatMakeNoSense() throws {
    for temperature in [0, -1, .nan, .infinity] {
      try refuses(SamplerSettings(temperatures: .list([temperature])), "temperature")
    }
    try refuses(SamplerSettings(temperatures: .list([])), "no temperature")
    try refuses(SamplerSettings(temperatures: .list([1, 1])), "twice")
    try refuses(SamplerSettings(temperatures: .list([1, 3, 2])), "in order", "3.0", "2.0")
    try refuses(SamplerSettings(temperatures: .range(from: 1, to: 1, count: 4)), "two temperatures")
    try refuses(SamplerSettings(temperatures: .range(from: 1, to: 2, count: 1)), "2 or more")
    try refuses(SamplerSettings(temperatures: .range(from: 1, to: 2, count: 5000)), "1024")
    func changed(_ change: (inout SamplerSettings) -> Void) -> SamplerSettings {
      var settings = SamplerSettings(temperatures: .list([1]))
      change(&settings)
      return settings
    }
    try refuses(changed { $0.chains = 0 }, "chains is 0")
    try refuses(changed { $0.rounds = 0 }, "rounds is 0")
    try refuses(changed { $0.rounds = 60 }, "rounds is 60", "twice")
    try refuses(changed { $0.sweeps = 0 }, "sweeps is 0")
    try refuses(changed { $0.burnIn = -1 }, "burn-in is -1")
    try refuses(changed { $0.every = 0 }, "every 0")
    try refuses(changed { $0.fixed = [4: 1] }, "spin 4", "0 to 3")
    try refuses(changed { $0.fixed = [1: 0] }, "clamped to 0")
    try refuses(changed { $0.fixed = [0: 1, 1: 1, 2: 1, 3: 1] }, "all 4 spins")
    try refuses(changed { $0.start = .state([1, 1]) }, "2 spins for 4")
    try refuses(changed { $0.start = .state([1, 1, 0, 1]) }, "spin 2", "expected -1 or 1")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    var settings = SamplerSettings(temperatures: .list([1]))
    settings.chains = 1_000_000
    let sampler = try Sampler(try Problems.torus("torus:1000x1000"), settings)
    #expect { _ = try sampler.run() } throws: { "\($0)".contains("fewer chains") }
  }

  /// A run that is much too short says so, and what to do.
  @Test func shortRunsDoNotConverge() throws {
    var settings = SamplerSettings(temperatures: .range(from: 0.3, to: 2, count: 6))
    (settings.rounds, settings.chains) = (5, 4)
    let result = try sampled(try Problems.torus("torus:16x16"), settings)
    #expect(!result.verdict.isConverged)
    #expect(result.verdict.reasons.contains { $0.contains("round trips") })
    #expect(result.verdict.reasons.allSatisfy { $0.contains("--rounds 6") || $0.contains("temperatures") })
  }

  /// Cold chains without tempering stay where they began, and are found out.
  @Test func stuckChainsDoNotConverge() throws {
    var settings = SamplerSettings(temperatures: .list([0.25]))
    settings.chains = 16
    let result = try sampled(try Problems.torus("torus:8x8:0"), settings)
    #expect(!result.verdict.isConverged && result.temperatures[0].energyRHat! > 1.01)
  }

  @Test func samplesHaveTheEnergiesOfTheirStates() throws {
    let problem = try Problems.random(spins: 21, seed: 8)
    var settings = SamplerSettings(temperatures: .list([0.8, 1.5, 3]))
    (settings.samples, settings.rounds, settings.chains, settings.fixed) = (40, 7, 6, [3: -1])
    let result = try sampled(problem, settings)
    #expect(result.samples.draws == 7 && result.samples.chains == 6 && result.samples.temperatureCount == 3)
    for temperature in 0..<3 {
      var sum = 0.0
      for chain in 0..<6 {
        for draw in 0..<7 {
          let state = result.samples.state(temperature: temperature, chain: chain, draw: draw)
          let energy = result.samples.energy(temperature: temperature, chain: chain, draw: draw)
          #expect(abs(try problem.energy(of: state) - energy) < 1e-5 && state[3] == -1)
          sum += energy
        }
      }
      let estimate = result.temperatures[temperature]
      let deviation = (estimate.specificHeat.value * estimate.temperature * estimate.temperature / 20).squareRoot()
      #expect(abs(sum / 42 - estimate.energy.value) < 5 * deviation)
    }
  }

  /// Random numbers belong to replicas and sweeps: the same settings give the same bits, another seed does not.
  @Test func runsAreReproducible() throws {
    let problem = try Problems.torus("torus:6x6:2")
    var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 3, count: 5))
    settings.rounds = 6
    let (one, two) = (try sampled(problem, settings), try sampled(problem, settings))
    settings.seed = 2
    let other = try sampled(problem, settings)
    #expect(one.temperatures.map(\.energy) == two.temperatures.map(\.energy))
    #expect(one.temperatures.map(\.energy) != other.temperatures.map(\.energy))
    #expect(one.ladderHistory == two.ladderHistory && one.tempering == two.tempering)
  }

  /// A run that goes on until something is reached is the run of as many rounds, bit by bit.
  @Test(arguments: [[], [ClusterMove.icm]]) func goalsAreReached(_ moves: [ClusterMove]) throws {
    let problem = try Problems.torus("torus:6x6:2")
    var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 3, count: 6))
    (settings.rounds, settings.chains, settings.goal, settings.moves) = (4, 16, SamplingGoal("energy:0.003,ess:300"), Set(moves))
    (settings.samples, settings.freeEnergy) = (50, true)
    let open = try sampled(problem, settings)
    #expect(open.settings.rounds > 5 && open.measuredSweeps == 1 << open.settings.rounds)
    #expect(open.temperatures.allSatisfy { $0.energy.error <= 0.003 * 36 && $0.effectiveSamples >= 300 })
    (settings.rounds, settings.goal) = (open.settings.rounds, nil)
    let direct = try sampled(problem, settings)
    #expect(open.temperatures.map(\.energy) == direct.temperatures.map(\.energy))
    #expect(open.temperatures.map(\.logZ) == direct.temperatures.map(\.logZ))
    #expect(open.ladderHistory == direct.ladderHistory && open.tempering == direct.tempering)
    #expect(open.samples.kept == direct.samples.kept)
    settings.rounds -= 1
    let shorter = try sampled(problem, settings)
    #expect(!SamplingGoal("energy:0.003,ess:300")!.isReached(by: shorter))
  }

  /// A range without a number of temperatures is one with 2Λ + 1 of them, bit by bit.
  @Test func rangesFindTheirNumberOfTemperatures() throws {
    let problem = try Problems.torus("torus:12x12")
    var settings = SamplerSettings(temperatures: .between(0.4, 3))
    settings.rounds = 7
    let found = try sampled(problem, settings)
    let count = found.temperatures.count
    let barrier = try #require(found.tempering).barrier
    #expect(count > 8 && abs(Double(count) - (2 * barrier + 1)) < 0.25 * (2 * barrier + 1), "\(count) for Λ = \(barrier)")
    settings.temperatures = .range(from: 0.4, to: 3, count: count)
    #expect(try sampled(problem, settings).temperatures.map(\.energy) == found.temperatures.map(\.energy))
    #expect([0, 3.4, 3.6, 100].map { AutomaticLadder.count(barrier: $0) } == [8, 8, 9, 64])
    settings.temperatures = .between(2, 2)
    try refuses(settings, "two temperatures")
  }

  @Test func timesEndRuns() throws {
    var settings = SamplerSettings(temperatures: .list([2]))
    (settings.rounds, settings.time, settings.chains) = (4, .microseconds(1), 4)
    #expect(try sampled(try Problems.lattice([8]), settings).settings.rounds == 4)
    settings.time = .milliseconds(500)
    let rounds = try sampled(try Problems.lattice([8]), settings).settings.rounds
    #expect(rounds > 4 && rounds < 30)
    settings.sweeps = 10
    try refuses(settings, "leave out sweeps")
    (settings.sweeps, settings.time) = (nil, .seconds(-1))
    try refuses(settings, "time of -1")
    (settings.time, settings.goal, settings.chains) = (nil, SamplingGoal("converged"), 1)
    try refuses(settings, "1 chain", "4 chains")
    #expect(SamplingGoal("rhat:1.01,converged")?.description == "rhat:1.01,converged")
    for wrong in ["", "rhat", "rhat:0", "rhat:x", "ess:-1", "energy:inf", "other:1", "rhat:1,"] {
      #expect(SamplingGoal(wrong) == nil, "\(wrong)")
    }
  }

  /// Fields are measured in proportion to the sweeps, and say nothing of themselves where there are few numbers.
  @Test func fieldsAreMeasuredInProportion() throws {
    var settings = SamplerSettings(temperatures: .list([2]))
    for (rounds, count) in [(1, 1), (4, 1), (9, 1), (10, 2), (11, 4), (12, 8), (15, 8)] {
      settings.rounds = rounds
      let schedule = SamplingSchedule(settings)
      let places = (0..<schedule.measured).compactMap { schedule.fieldMeasurement(after: $0) }
      #expect(places == Array(0..<count) && schedule.fieldMeasurements == count, "\(rounds) rounds: \(places)")
    }
    settings.rounds = 6
    for (chains, isKnown) in [(15, false), (16, true)] {
      settings.chains = chains
      #expect((try sampled(try Problems.lattice([8]), settings).temperatures[0].effectiveInverseTemperature != nil) == isKnown)
    }
    // A ladder that is only tried has none.
    let trial = AutomaticLadder.trial(settings, from: 1, to: 2)
    #expect(try sampled(try Problems.lattice([8]), trial).temperatures.allSatisfy { $0.effectiveInverseTemperature == nil })
  }

  /// What `run` would refuse after it has begun is refused before.
  @Test func whatRanksCannotShareIsRefusedBefore() throws {
    func refuses(_ ranks: Int, _ word: String, _ change: (inout SamplerSettings) -> Void) throws {
      var settings = SamplerSettings(temperatures: .list([1]))
      settings.chains = 4
      change(&settings)
      let sampler = try Sampler(try Problems.lattice([4]), settings)
      #expect { try sampler.check(ranks: ranks) } throws: { "\($0)".contains(word) }
      settings.spread = .automatic
      settings.method = .tempering
      try Sampler(try Problems.lattice([4]), settings).check(ranks: 2)
    }
    try refuses(4, "6 ranks") { $0.spread = .grid(chains: 3, spins: 2) }
    try refuses(4, "4 chains") { $0.spread = .replicas }
    try refuses(5, "4 spins") { $0.spread = .spins }
    // One rank is a grid of 1 × 1.
    try refuses(1, "8 ranks") { $0.spread = .grid(chains: 2, spins: 4) }
    var settings = SamplerSettings(temperatures: .list([1]))
    (settings.rounds, settings.spread) = (1, .grid(chains: 1, spins: 1))
    _ = try sampled(try Problems.lattice([4]), settings)
    settings.spread = .grid(chains: 1, spins: 2)
    #expect(throws: SamplerError.self) { _ = try sampled(try Problems.lattice([4]), settings) }
    try refuses(4, "4 chains") { ($0.spread, $0.temperatures) = (.replicas, .between(1, 2)) }
  }

  /// A QUBO's temperature is one of its own values.
  @Test func temperatureOfAQuboIsThatOfItsValues() throws {
    let qubo = try QuadraticBinaryProblem(
      pairs: WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [3]), linear: [1, -2])
    var settings = SamplerSettings(temperatures: .list([1]))
    settings.rounds = 10
    let answer = try #require(
      try SpinSampling(SpinQuestion(qubo, kind: .qubo, file: "two.qubo"), settings).run().answer)
    let values = [0.0, 1, -2, 2]
    let sum = values.reduce(0) { $0 + exp(-$1) }
    let exact = values.reduce(0) { $0 + $1 * exp(-$1) } / sum
    #expect(answer.result.temperatures[0].energy.agrees(with: exact))
  }

  /// Temperatures in units of the field are those times its root mean square.
  @Test func temperaturesHaveAUnit() throws {
    let problem = try Problems.random(spins: 6, seed: 4)
    let scale = problem.rootMeanSquareField
    var settings = SamplerSettings(temperatures: .list([0.5, 2]))
    (settings.temperatureUnit, settings.rounds) = (.field, 5)
    let found = try sampled(problem, settings)
    #expect(found.temperatures.map(\.temperature) == [1 / (1 / (0.5 * scale)), 1 / (1 / (2 * scale))])
    (settings.temperatureUnit, settings.temperatures) = (.absolute, .list([0.5 * scale, 2 * scale]))
    #expect(try sampled(problem, settings).temperatures.map(\.energy) == found.temperatures.map(\.energy))
    // An automatic ladder is scaled once.
    (settings.temperatureUnit, settings.temperatures) = (.field, .between(0.5, 2))
    let ends = try sampled(problem, settings).temperatures.map(\.temperature)
    #expect(abs(ends[0] - 0.5 * scale) < 1e-9 && abs(ends[ends.count - 1] - 2 * scale) < 1e-9)
    let free = try IsingProblem(graph: WeightedGraph(vertexCount: 2, sources: [], targets: [], weights: []))
    #expect { _ = try Sampler(free, settings) } throws: { "\($0)".contains("no unit") }
  }

  @Test func answersAreTextAndJSON() throws {
    let question = SpinQuestion(EnergyMinimum(try Problems.torus("torus:4x4")), kind: .ising, file: "torus:4x4")
    var settings = SamplerSettings(temperatures: .list([1, 2]))
    (settings.rounds, settings.freeEnergy) = (8, true)
    let answer = try #require(try SpinSampling(question, settings).run().answer)
    let text = answer.text
    for word in ["torus:4x4", "energy", "ln Z", "Λ", "converged", "inf"] { #expect(text.contains(word), "\(text)") }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(try answer.json().utf8)) as? [String: Any])
    let rows = try #require(object["temperatures"] as? [[String: Any]])
    #expect(rows.count == 3 && rows[0]["temperature"] as? Double == 1 && rows[2]["temperature"] == nil)
    #expect((rows[2]["logZ"] as? Double).map { abs($0 - 16 * log(2)) < 1e-9 } == true)
    #expect(object["tempering"] is [String: Any] && object["converged"] is Bool)
    #expect(SamplingAnswer.pair(Estimate(value: -91.9271, error: 0.0042)) == "-91.9271(42)")
    #expect(SamplingAnswer.pair(Estimate(value: 12, error: 3)) == "12.0(30)")
  }
}
