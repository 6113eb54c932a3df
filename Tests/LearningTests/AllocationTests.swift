import Parallel
import TestTools
import Testing

@testable import Learning

extension AcrossRanks {
  /// A training step allocates a small number of times, and its sweeps never.
  @Suite(.enabled(if: Allocations.areCounted, "allocations are counted with glibc only")) struct AllocationTests {
    init() throws { _ = try AcrossRanks.environment.get() }

    /// The least of three steps in the middle of an epoch: now and then MPI takes memory for its own lists.
    private func allocations(_ trainer: Trainer) throws -> Int {
      _ = try trainer.steps(1)
      return try (0..<3).map { _ in try Allocations.count { _ = try trainer.step() } }.min() ?? 0
    }

    /// 8 for the step, 12 for each micro-shard and 1 for the prediction of each sample.
    @Test(arguments: [2, 4, 8], [2, 8]) func aStepAllocatesASmallNumberOfTimes(_ shards: Int, _ samples: Int) throws {
      let counts = try counts(shards, samples, tolerance: 0)
      let bound = 8 + shards * (12 + samples)
      for count in counts {
        #expect(count > 0)
        #expect(count <= bound)
      }
    }

    /// Samples that end by themselves take 12 more each micro-shard and 1 each sample, and lists of them grow.
    @Test(arguments: [2, 4, 8], [2, 8]) func slotsAllocateASmallNumberOfTimes(_ shards: Int, _ samples: Int) throws {
      let counts = try counts(shards, samples, tolerance: 1e-3)
      let bound = 16 + shards * (24 + 2 * samples)
      for count in counts {
        #expect(count > 0)
        #expect(count <= bound)
      }
    }

    /// Of a step of few sweeps, and of one with ten more in each phase, which may take no more: a list that grows now and then aside, sweeps
    /// allocate nothing.
    private func counts(_ shards: Int, _ samples: Int, tolerance: Float) throws -> [Int] {
      try [4, 14].map { sweeps in
        var problem = Problem("counted") { $0.batch = .init(size: shards * samples, shard: samples) }
        problem.relaxation = .init(free: .init(sweeps: sweeps, tolerance: tolerance), nudged: .init(sweeps: sweeps))
        problem.images.count = 256
        return try allocations(problem.trainer(over: .selfOnly))
      }
    }

    /// Strips, with exchanges and sums over ranks. Messages that come early may lie in buffers of MPI's.
    @Test func sweepsOfStripsAllocateNothing() throws {
      let world = try AcrossRanks.environment.get().world
      let spin = (1...min(world.size, 3)).last { world.size % $0 == 0 } ?? 1
      let grid = try ProcessGrid(GridShape(data: world.size / spin, spin: spin), over: world)
      let counts = try [4, 14].map { sweeps in
        var problem = Problem("strips")
        problem.settings.batch.size = 8
        problem.relaxation = .init(free: .init(sweeps: sweeps), nudged: .init(sweeps: sweeps))
        return try allocations(problem.trainer(on: grid))
      }
      // Ten sweeps more of each of two phases, for each of the micro-shards that a rank relaxes.
      let sweeps = 20 * (4 / grid.shape.data)
      #expect(counts[1] - counts[0] < sweeps / 4)
    }
  }
}
