import Ising
import TestTools
import Testing

@testable import Sampling

/// Sweeps of replicas, swaps of temperatures, measurements and moves of clusters allocate nothing: a run four times as long allocates
/// as often as a short one.
@Suite(.enabled(if: Allocations.areCounted, "allocations are counted with glibc only")) struct AllocationTests {
  /// Of a run of so many measured sweeps.
  private func allocations(_ problem: IsingProblem, moves: Set<ClusterMove>, sweeps: Int) throws -> Int {
    var settings = SamplerSettings(temperatures: .list([0.6, 0.9, 1.4, 2]))
    (settings.chains, settings.sweeps, settings.burnIn, settings.every, settings.moves) = (8, sweeps, 64, 4, moves)
    let sampler = try Sampler(problem, settings)
    return try Allocations.count { _ = try sampler.run() }
  }

  private func expectNone(_ problem: IsingProblem, _ moves: Set<ClusterMove> = []) throws {
    let counts = try [1024, 4096].map { try allocations(problem, moves: moves, sweeps: $0) }
    // Lists of measured values grow a few times more.
    #expect(counts[1] - counts[0] < 100, "\(counts)")
  }

  /// Couplings of few units, of one size, and real ones of all pairs, each with loops of its own.
  @Test func sweepsAllocateNothing() throws {
    try expectNone(try Problems.torus("torus:8x8"))
    try expectNone(try Problems.random(spins: 24, seed: 2, isInteger: true))
    try expectNone(try Problems.random(spins: 24, seed: 2))
  }

  @Test func movesOfClustersAllocateNothing() throws {
    try expectNone(try Problems.torus("torus:8x8"), [.icm])
    try expectNone(try Problems.lattice([8, 8]), [.wolff])
  }
}
