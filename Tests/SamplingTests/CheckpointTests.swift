import Files
import Foundation
import Ising
import TestSupport
import Testing

@testable import Sampling

/// A run that is stopped anywhere and goes on has the bits of one that is not.
@Suite struct CheckpointTests {
  private func settings() -> SamplerSettings {
    var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 4, count: 5))
    (settings.chains, settings.rounds, settings.seed, settings.samples) = (6, 6, 3, 20)
    (settings.freeEnergy, settings.fixed, settings.marginals) = (true, [4: -1], true)
    return settings
  }

  enum Kind: CaseIterable { case integer, real, box, exchanges }

  @Test(arguments: Kind.allCases, [1, 5, 31, 63, 64, 100, 108]) func runsGoOn(_ kind: Kind, _ sweeps: Int) throws {
    let problem = try Problems.random(spins: 11, seed: 2, isInteger: kind != .real)
    var settings = settings()
    if kind == .box { settings.spins = .box(stiffness: 0.5) }
    if kind == .exchanges { (settings.moves, settings.chains) = ([.icm], 8) }
    let chains = 0..<settings.chains!
    let whole = try run(problem, settings, chains: chains)
    try whole.advance(.max / 2)
    let first = try run(problem, settings, chains: chains)
    try first.advance(sweeps)
    // Through a file.
    let folder = try TemporaryFolder()
    let path = folder.path + "/checkpoint.safetensors"
    try first.checkpoint.file().write(to: path)
    let second = try run(problem, settings, chains: chains)
    second.restore(
      try SamplingCheckpoint(
        TensorFile(contentsOf: path), like: second.emptyCheckpoint(chains: chains.count), schedule: second.schedule,
        greatestAdded: second.marginals!.greatestAdded, source: path))
    #expect(second.checkpoint == first.checkpoint && second.sweep == sweeps)
    try second.advance(.max / 2)
    #expect(second.checkpoint == whole.checkpoint && second.isFinished)
    #expect(try GatheredRun(second)?.marginals == GatheredRun(whole)?.marginals)
  }

  /// As the ranks divide them: parts of a checkpoint, joined, are the whole.
  @Test func partsAreThoseOfTheWhole() throws {
    let problem = try Problems.random(spins: 11, seed: 2)
    let settings = settings()
    let whole = try run(problem, settings)
    try whole.advance(90)
    let parts = [0..<2, 2..<4, 4..<6].map { whole.checkpoint.part($0, of: 6) }
    for (chains, part) in zip([0..<2, 2..<4, 4..<6], parts) {
      let own = try run(problem, settings, chains: chains)
      own.restore(part)
      // Alone, each takes up what all have added up.
      #expect(own.checkpoint == part)
      try own.advance(.max / 2)
    }
    #expect(parts.flatMap(\.temperatures) == whole.checkpoint.temperatures)
    #expect(parts.flatMap(\.sampledStates) == whole.checkpoint.sampledStates)
  }

  @Test func anotherRunIsRefused() throws {
    let problem = try Problems.random(spins: 5, seed: 2)
    var settings = settings()
    let identity = try RunIdentity(problem, settings, chains: 6)
    try identity.check(try identity.text, path: "x")
    func differs(_ change: (inout SamplerSettings) -> Void, _ word: String) throws {
      var other = settings
      change(&other)
      #expect { try RunIdentity(problem, other, chains: 6).check(try identity.text, path: "x") } throws: {
        "\($0)".contains("another \(word)")
      }
    }
    try differs({ $0.seed = 4 }, "seed: now 4, then 3")
    try differs({ $0.rounds = 7 }, "schedule")
    try differs({ $0.temperatures = .list([1]) }, "temperatures")
    try differs({ $0.fixed = [4: 1] }, "clamped")
    try differs({ $0.start = .up }, "start")
    try differs({ $0.method = .population }, "method")
    try differs({ $0.spins = .box(stiffness: 1) }, "kind of spins")
    try differs({ $0.marginals = false }, "set of marginals")
    try differs({ $0.correlations = .all }, "set of marginals")
    settings.samples = 21
    #expect(throws: SamplerError.self) {
      try RunIdentity(problem, settings, chains: 6).check(try identity.text, path: "x")
    }
    #expect {
      try RunIdentity(try Problems.lattice([5]), self.settings(), chains: 6).check(try identity.text, path: "x")
    } throws: {
      "\($0)".contains("another problem")
    }
    #expect(throws: SamplerError.self) { try identity.check("{}", path: "x") }
  }

  /// What a file says of sizes and places is not believed.
  @Test func damagedCheckpointsAreRefused() throws {
    let problem = try Problems.random(spins: 11, seed: 2)
    let run = try run(problem, settings())
    try run.advance(40)
    let file = run.checkpoint.file()
    func refuses(_ change: (inout TensorFile) -> Void, _ word: String) {
      var other = file
      change(&other)
      #expect {
        _ = try SamplingCheckpoint(other, like: run.emptyCheckpoint(chains: 6), schedule: run.schedule, source: "x")
      } throws: {
        "\($0)".contains(word)
      }
    }
    refuses({ $0.tensors["spins"] = nil }, "spins")
    refuses({ $0.tensors["spins"] = Tensor([UInt8](repeating: 0, count: 3)) }, "spins")
    refuses({ $0.tensors["temperatures"] = Tensor([Int64](repeating: 99, count: 36)) }, "temperatures")
    refuses({ $0.tensors["temperatures"] = Tensor([Int64](repeating: 1, count: 36)) }, "one temperature")
    refuses({ $0.metadata["sweep"] = "-1" }, "sweep")
    refuses({ $0.metadata["drawn"] = nil }, "drawn")
    refuses({ $0.tensors["record.energy"] = Tensor([1.0]) }, "record.energy")
    refuses({ $0.tensors["marginals"] = Tensor([Int64](repeating: 0, count: 7)) }, "marginals")
    refuses({ $0.metadata["marginals.added"] = "1000" }, "marginals.added")
  }

  /// A run with a goal goes on from the checkpoint of one with a weaker goal, wherever that was stopped, to the bits of one that had the stronger goal
  /// from the beginning.
  @Test(arguments: [0, 3, .max]) func openRunsGoOn(_ looks: Int) throws {
    let problem = try Problems.torus("torus:4x4:2")
    var settings = SamplerSettings(temperatures: .range(from: 0.8, to: 3, count: 4))
    (settings.rounds, settings.chains, settings.marginals) = (3, 8, true)
    let folder = try TemporaryFolder()
    settings.goal = SamplingGoal("energy:0.02")
    var asked = 0
    let first = try Sampler(problem, settings).run(
      store: SamplingStore(folder: folder.path, resumes: false, minutes: 10),
      shouldStop: {
        asked += 1
        return asked > looks
      })
    #expect(first.wasStopped == (looks < .max))
    settings.goal = SamplingGoal("energy:0.005")
    let resumed = try #require(
      try Sampler(problem, settings).run(store: SamplingStore(folder: folder.path, resumes: true, minutes: 10)).result)
    let direct = try sampled(problem, settings)
    if let first = first.result { #expect(first.settings.rounds > 3 && first.settings.rounds < direct.settings.rounds) }
    #expect(resumed.settings.rounds == direct.settings.rounds)
    #expect(resumed.temperatures.map(\.energy) == direct.temperatures.map(\.energy))
    #expect(resumed.marginals == direct.marginals && resumed.tempering == direct.tempering)
    // A goal that is reached already ends it at once, with the same result.
    settings.goal = SamplingGoal("energy:0.02")
    let again = try #require(
      try Sampler(problem, settings).run(store: SamplingStore(folder: folder.path, resumes: true, minutes: 10)).result)
    #expect(again.temperatures.map(\.energy) == direct.temperatures.map(\.energy))
  }

  private func run(_ problem: IsingProblem, _ settings: SamplerSettings, chains: Range<Int> = 0..<6) throws -> SamplingRun {
    let ladder = TemperatureLadder(settings)
    let home = ReplicaHome(problem, fixed: settings.fixed, spins: settings.spins)
    let (kernel, firstLane) = try home.kernel(chains: chains, temperatures: ladder.count, seed: settings.seed)
    return SamplingRun(
      problem, settings, kernel: kernel, firstLane: firstLane, ladder: ladder, chains: chains, of: settings.chains, draws: 4,
      moves: ClusterMoves(home, settings, kernel: kernel, firstLane: firstLane))
  }
}
