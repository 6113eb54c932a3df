import Foundation
import Ising
import MPI
import Parallel
import TestSupport
import Testing

@testable import Sampling

/// Suites that use MPI. They run one after another in the same order on all ranks, and only under `mpirun`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["PMI_RANK"] != nil, "needs mpirun")) struct AcrossRanks {
  /// MPI starts with the first test that asks for it, and ends with the process.
  static let environment = Result { try Environment.initialize(finalizesAtExit: true) }

  @Suite struct SamplingTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    /// Chains over ranks are those of one rank, bit by bit: couplings of few units and real ones, fixed spins, free energies, kept states.
    @Test(arguments: [true, false]) func chainsAreThoseOfOneRank(_ isInteger: Bool) throws {
      let problem = try Problems.random(spins: 14, seed: 2, isInteger: isInteger)
      var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 4, count: 7))
      (settings.chains, settings.rounds, settings.seed, settings.samples) = (17, 7, 3, 60)
      (settings.freeEnergy, settings.fixed, settings.marginals) = (true, [4: -1], true)
      let one = try sampled(problem, settings)
      let all = try Sampler(problem, settings).run(over: world)
      #expect(!all.wasStopped && all.isConverged == one.verdict.isConverged)
      guard let result = all.result else {
        #expect(world.rank > 0)
        return
      }
      #expect(result.temperatures.map(\.energy) == one.temperatures.map(\.energy))
      #expect(result.temperatures.map(\.overlapSquare) == one.temperatures.map(\.overlapSquare))
      #expect(result.temperatures.map(\.logZ) == one.temperatures.map(\.logZ))
      #expect(result.ladderHistory == one.ladderHistory && result.tempering == one.tempering)
      #expect(result.samples.kept == one.samples.kept && result.ranks == world.size)
      #expect(one.marginals != nil && result.marginals == one.marginals)
    }

    /// Pairs that are not coupled, and chains that exchange spins.
    @Test func correlationsOfAllPairsAreThoseOfOneRank() throws {
      let problem = try Problems.torus("torus:4x5")
      var settings = SamplerSettings(temperatures: .list([0.7, 1.5]))
      (settings.chains, settings.rounds, settings.moves) = (32, 6, [.icm])
      (settings.marginals, settings.correlations) = (true, .all)
      let one = try sampled(problem, settings)
      guard let result = try Sampler(problem, settings).run(over: world).result else { return #expect(world.rank > 0) }
      #expect(one.marginals?.pairs.count == 190 && result.marginals == one.marginals)
    }

    /// Amplitudes over ranks, by chains and by spins.
    @Test(arguments: [SamplingSpread.replicas, .spins]) func amplitudesAreThoseOfOneRank(_ spread: SamplingSpread) throws {
      let problem = try Problems.lattice([3, 4]) { Double($0 % 7) / 3 - 0.9 }
      var settings = SamplerSettings(temperatures: .range(from: 0.4, to: 2, count: 3))
      (settings.chains, settings.rounds, settings.samples, settings.fixed) = (17, 5, 34, [3: -1])
      (settings.spins, settings.freeEnergy, settings.marginals) = (.box(stiffness: 0.5), true, true)
      let one = try sampled(problem, settings)
      settings.spread = spread
      guard let result = try Sampler(problem, settings).run(over: world).result else { return #expect(world.rank > 0) }
      #expect(result.temperatures.map(\.energy) == one.temperatures.map(\.energy))
      #expect(result.temperatures.map(\.absMagnetisation) == one.temperatures.map(\.absMagnetisation))
      #expect(result.temperatures.map(\.overlapSquare) == one.temperatures.map(\.overlapSquare))
      #expect(result.temperatures.map(\.linkOverlap) == one.temperatures.map(\.linkOverlap))
      #expect(result.temperatures.map(\.logZ) == one.temperatures.map(\.logZ))
      #expect(result.marginals == one.marginals && result.samples.kept == one.samples.kept)
    }

    /// So are spins over ranks, and both at once.
    @Test(arguments: [true, false]) func spinsAreThoseOfOneRank(_ isInteger: Bool) throws {
      let problem =
        isInteger ? try Problems.torus("torus:6x7") : try Problems.lattice([3, 4, 4]) { Double($0 % 7) / 3 - 0.9 }
      try expectSame(problem, fixed: [4: -1, 17: 1, 18: 1], .spins)
      // Every pair coupled: a colour a spin.
      try expectSame(try Problems.random(spins: 9, seed: 2, isInteger: isInteger), fixed: [:], .spins)
      for parts in [2, 3, 4] where world.size % parts == 0 && world.size > parts {
        try expectSame(problem, fixed: [:], .grid(chains: world.size / parts, spins: parts))
      }
    }

    private func expectSame(_ problem: IsingProblem, fixed: [Int: Int8], _ spread: SamplingSpread) throws {
      guard world.size <= problem.spinCount else { return }
      var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 4, count: 5))
      (settings.chains, settings.rounds, settings.seed, settings.samples) = (17, 4, 3, 34)
      (settings.freeEnergy, settings.fixed, settings.spread, settings.marginals) = (true, fixed, spread, true)
      let all = try Sampler(problem, settings).run(over: world).result
      settings.spread = .automatic
      let one = try sampled(problem, settings)
      guard let result = all else { return #expect(world.rank > 0) }
      #expect(result.grid.data * result.grid.spin == world.size && (spread == .spins) == (result.grid.data == 1))
      #expect(result.temperatures.map(\.energy) == one.temperatures.map(\.energy), "\(spread)")
      #expect(result.temperatures.map(\.absMagnetisation) == one.temperatures.map(\.absMagnetisation), "\(spread)")
      #expect(result.temperatures.map(\.overlapSquare) == one.temperatures.map(\.overlapSquare), "\(spread)")
      #expect(result.temperatures.map(\.linkOverlap) == one.temperatures.map(\.linkOverlap), "\(spread)")
      #expect(one.temperatures.allSatisfy { $0.effectiveInverseTemperature != nil })
      #expect(
        result.temperatures.map(\.effectiveInverseTemperature) == one.temperatures.map(\.effectiveInverseTemperature), "\(spread)"
      )
      #expect(result.ladderHistory == one.ladderHistory && result.tempering == one.tempering, "\(spread)")
      #expect(result.samples.kept == one.samples.kept && result.marginals == one.marginals, "\(spread)")
    }

    /// Populations over ranks, and their spins.
    @Test(arguments: [SamplingSpread.automatic, .replicas, .spins]) func populationsAreThoseOfOneRank(_ spread: SamplingSpread)
      throws
    {
      let problem = try Problems.torus("torus:6x6:0")
      var settings = SamplerSettings(temperatures: .list([1, 2]))
      (settings.method, settings.population, settings.chains, settings.samples) = (.population, 40, 17, 40)
      let one = try sampled(problem, settings)
      settings.spread = spread
      guard let result = try Sampler(problem, settings).run(over: world).result else { return #expect(world.rank > 0) }
      #expect(result.temperatures.map(\.energy) == one.temperatures.map(\.energy))
      #expect(result.temperatures.map(\.linkOverlap) == one.temperatures.map(\.linkOverlap))
      #expect(result.temperatures.map(\.logZ) == one.temperatures.map(\.logZ))
      #expect(result.temperatures.map(\.family) == one.temperatures.map(\.family))
      #expect(result.samples.kept == one.samples.kept && result.spinUpdates == one.spinUpdates)
    }

    /// A checkpoint of ranks that share spins is that of one rank, and they go on from it.
    @Test func checkpointsOfSharedSpins() throws {
      let problem = try Problems.torus("torus:6x6")
      var settings = SamplerSettings(temperatures: .range(from: 0.6, to: 4, count: 5))
      (settings.chains, settings.rounds, settings.fixed, settings.marginals) = (4, 5, [3: -1], true)
      func run(_ grid: ProcessGrid?) throws -> SamplingRun {
        let (ladder, home) = (TemperatureLadder(settings), ReplicaHome(problem, fixed: settings.fixed))
        let (kernel, firstLane) = try home.kernel(chains: 0..<4, temperatures: 5, seed: settings.seed, over: grid?.spin)
        return SamplingRun(
          problem, settings, kernel: kernel, firstLane: firstLane, ladder: ladder, chains: 0..<4, draws: 6, over: grid)
      }
      let grid = try ProcessGrid(GridShape(data: 1, spin: world.size), over: world)
      let (one, first, second) = (try run(nil), try run(grid), try run(grid))
      for advanced in [one, first] { try advanced.advance(40) }
      #expect(try first.checkpoint.gathered(over: grid) == (world.rank == 0 ? one.checkpoint : nil))
      second.restore(one.checkpoint)
      for advanced in [one, second] { try advanced.advance(100) }
      #expect(try second.checkpoint.gathered(over: grid) == (world.rank == 0 ? one.checkpoint : nil) && one.isFinished)
    }

    /// Populations that one rank has, or many, go on from each other's checkpoints.
    @Test func checkpointsOfPopulations() throws {
      let problem = try Problems.torus("torus:6x6:0")
      var settings = SamplerSettings(temperatures: .list([1, 2]))
      (settings.method, settings.population, settings.chains, settings.samples) = (.population, 40, 17, 40)
      // All ranks see that of rank 0.
      let folder = try TemporaryFolder()
      let path = String(decoding: try world.broadcastVarying([UInt8](folder.path.utf8), root: 0), as: UTF8.self)
      var looks = 0
      let stopped = try Sampler(problem, settings).run(
        over: world, store: SamplingStore(folder: path, resumes: false, minutes: 10),
        shouldStop: {
          looks += 1
          return looks > 5
        })
      #expect(stopped.wasStopped)
      let whole = try sampled(problem, settings)
      if world.rank == 0 {
        // A copy, which one rank alone goes on from.
        let other = path + "/one"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: path + "/checkpoint.safetensors", toPath: other + "/checkpoint.safetensors")
        let one = try Sampler(problem, settings).run(store: SamplingStore(folder: other, resumes: true, minutes: 10)).result
        #expect(one?.temperatures.map(\.energy) == whole.temperatures.map(\.energy))
      }
      try world.barrier()
      settings.spread = .spins
      let resumed = try Sampler(problem, settings).run(
        over: world, store: SamplingStore(folder: path, resumes: true, minutes: 10))
      guard let result = resumed.result else { return #expect(world.rank > 0) }
      #expect(result.temperatures.map(\.energy) == whole.temperatures.map(\.energy))
      #expect(result.temperatures.map(\.logZ) == whole.temperatures.map(\.logZ))
      #expect(result.samples.kept == whole.samples.kept && result.spinUpdates == whole.spinUpdates)
    }

    @Test func moreRanksThanPairsOfChains() throws {
      var settings = SamplerSettings(temperatures: .list([1]))
      (settings.chains, settings.spread) = (2 * world.size - 2, .replicas)
      guard world.size > 1 else { return }
      #expect { _ = try Sampler(try Problems.lattice([4]), settings).run(over: world) } throws: {
        "\($0)".contains("--chains \(2 * world.size)")
      }
    }

    @Test func oneThatStopsStopsAll() throws {
      var settings = SamplerSettings(temperatures: .list([1]))
      settings.rounds = 25
      (settings.chains) = 32
      var looks = 0
      let outcome = try Sampler(try Problems.torus("torus:8x8"), settings).run(
        over: world,
        shouldStop: {
          looks += 1
          return world.rank == world.size - 1 && looks > 3
        })
      #expect(outcome.wasStopped && outcome.result == nil)
    }
  }
}
