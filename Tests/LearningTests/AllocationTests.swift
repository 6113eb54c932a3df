import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  /// A training step allocates a small number of times, which depends neither on sweeps nor on samples.
  @Suite(.enabled(if: Allocations.areCounted, "allocations are counted with glibc only")) struct AllocationTests {
    init() throws { _ = try AcrossRanks.environment.get() }

    /// Those of one step in the middle of an epoch, on this rank alone.
    private func allocations(sweeps: Int, shards: Int, samples: Int) throws -> Int {
      var problem = Problem("counted") { $0.batch = .init(size: shards * samples, shard: samples) }
      problem.relaxation = .init(free: .init(sweeps: sweeps), nudged: .init(sweeps: sweeps))
      let trainer = try problem.trainer(over: .selfOnly)
      // The second step is the first one's memory again.
      _ = try trainer.steps(1)
      var count = 0
      count = try Allocations.count { _ = try trainer.step() }
      return count
    }

    @Test func aStepAllocatesASmallNumberOfTimes() throws {
      let one = try allocations(sweeps: 4, shards: 2, samples: 2)
      print("ALLOC step \(one) sweeps \(try allocations(sweeps: 14, shards: 2, samples: 2)) samples \(try allocations(sweeps: 4, shards: 2, samples: 8)) shards \(try allocations(sweeps: 4, shards: 4, samples: 2)) \(try allocations(sweeps: 4, shards: 8, samples: 2))")
      #expect(try allocations(sweeps: 14, shards: 2, samples: 2) == one)
    }
  }
}
