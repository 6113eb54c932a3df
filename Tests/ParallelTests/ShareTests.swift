import Host
import Kernels
import MPI
import Testing

@testable import Parallel

extension AcrossRanks {
  /// The ranks of a node plan with no more than their parts of its memory.
  @Test func memoryIsShared() throws {
    let node = try AcrossRanks.environment.get().node
    #expect(MemoryLimit.bytesLeft <= MemoryLimit.bytesLeft(sharedBy: node.size))
    let planned = try node.allreduce(MemoryLimit.bytesLeft, .sum)
    #expect(planned > 0 && Double(planned) <= MemoryLimit.countedShare * Double(MemoryLimit.hostBytes))
  }

  /// Whatever ranks of a grid wait for, the roll is called after the grid's deadline.
  @Test func everyWaitOfAGridCallsTheRoll() throws {
    let world = try AcrossRanks.environment.get().world
    let rollCall = try RollCall(world)
    for spin in [1, world.size] {
      let shape = GridShape(data: world.size / spin, spin: spin)
      let grid = try ProcessGrid(shape, over: world, deadline: .seconds(60), rollCall: rollCall)
      for group in [grid.world, grid.data, grid.spin, grid.onlyThisNetwork.world] where group.size > 1 {
        let derived = try group.duplicate()
        for communicator in [group, derived] {
          #expect(communicator.rollCall === rollCall && communicator.deadline == .seconds(60))
        }
        try derived.free()
      }
    }
  }
}

@Suite struct ShareTests {
  /// Runs are consecutive, cover all shards, and differ by one at most.
  @Test func everyShardHasOneRank() {
    for ranks in 1...16 {
      for shards in ranks...40 {
        let runs = (0..<ranks).map { TreeReduction.shardRange(of: $0, ranks: ranks, shards: shards) }
        #expect(runs.flatMap { Array($0) } == Array(0..<shards))
        #expect(runs.map(\.count).max()! - runs.map(\.count).min()! <= 1)
      }
    }
  }

  /// The whole subtrees of a run are powers of two in size, begin at multiples of it, and tile the run.
  @Test func subtreesTileEveryRun() {
    for first in 0..<20 {
      for end in first + 1...40 {
        let subtrees = FixedTree.subtrees(of: first..<end)
        var next = first
        for subtree in subtrees {
          #expect(subtree.lowerBound == next && subtree.count.nonzeroBitCount == 1 && next % subtree.count == 0)
          next = subtree.upperBound
        }
        #expect(next == end)
      }
    }
  }
}
