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
    (settings.freeEnergy, settings.fixed) = (true, [4: -1])
    return settings
  }

  @Test(arguments: [true, false], [1, 5, 31, 63, 64, 100]) func runsGoOn(_ isInteger: Bool, _ sweeps: Int) throws {
    let problem = try Problems.random(spins: 11, seed: 2, isInteger: isInteger)
    let settings = settings()
    let whole = try run(problem, settings)
    try whole.advance(.max / 2)
    let first = try run(problem, settings)
    try first.advance(sweeps)
    // Through a file.
    let folder = try TemporaryFolder()
    let path = folder.path + "/checkpoint.safetensors"
    try first.checkpoint.file(identity: "", seconds: 1).write(to: path)
    let second = try run(problem, settings)
    second.restore(
      try SamplingCheckpoint(
        TensorFile(contentsOf: path), like: second.emptyCheckpoint(chains: 6), schedule: second.schedule, source: path))
    #expect(second.checkpoint == first.checkpoint && second.sweep == sweeps)
    try second.advance(.max / 2)
    #expect(second.checkpoint == whole.checkpoint && second.isFinished)
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
      #expect(own.checkpoint == part)
      try own.advance(.max / 2)
    }
    #expect(parts.flatMap(\.temperatures) == whole.checkpoint.temperatures)
    #expect(parts.flatMap(\.sampledStates) == whole.checkpoint.sampledStates)
  }

  @Test func anotherRunIsRefused() throws {
    let problem = try Problems.random(spins: 5, seed: 2)
    var settings = settings()
    let identity = RunIdentity(problem, settings, chains: 6)
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
    let file = run.checkpoint.file(identity: "", seconds: 1)
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
  }

  private func run(_ problem: IsingProblem, _ settings: SamplerSettings, chains: Range<Int> = 0..<6) throws -> SamplingRun {
    let ladder = TemperatureLadder(settings)
    let home = ReplicaHome(problem, fixed: settings.fixed)
    let (kernel, firstLane) = try home.kernel(chains: chains, temperatures: ladder.count, seed: settings.seed)
    return SamplingRun(
      problem, settings, kernel: kernel, firstLane: firstLane, ladder: ladder, chains: chains, draws: 4)
  }
}
