import Foundation
import Ising
import MPI
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
      (settings.freeEnergy, settings.fixed) = (true, [4: -1])
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
    }

    @Test func moreRanksThanPairsOfChains() throws {
      var settings = SamplerSettings(temperatures: .list([1]))
      settings.chains = 2 * world.size - 2
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
