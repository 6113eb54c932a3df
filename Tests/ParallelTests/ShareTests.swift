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

  /// Nodes are told apart where each has as many neighbours.
  @Test func ranksOfNodes() {
    #expect([[3], [0, 0], [0, 1, 2], [0, 0, 2, 2], [5, 5, 5, 1, 1, 1]].map(NodeLevels.ranksPerNode) == [1, 2, 1, 2, 3])
    for irregular in [[], [0, 0, 2], [0, 1, 1, 0], [0, 0, 1, 0], [0, 1, 1, 1], [0, 0, 1, 2]] {
      #expect(NodeLevels.ranksPerNode(irregular) == nil)
    }
  }

  /// Parts are runs of whole blocks, which leave out none, of any run that begins with a block.
  @Test(arguments: [1, 2, 3, 8, 16]) func partsOfSums(_ ranks: Int) {
    for (first, count) in [(0, 0), (0, 10), (0, 256), (512, 257), (256, 1000), (0, 5000)] {
      let parts = SumParts.ranges(of: first..<first + count, ranks: ranks)
      #expect(parts.count == ranks && parts.flatMap { Array($0) } == Array(first..<first + count))
      #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(parts.allSatisfy { $0.isEmpty || $0.lowerBound % SumParts.blockLength == 0 })
    }
    for each in 1...ranks where ranks % each == 0 {
      let parts = SumParts.ranges(of: 512..<5000, ranks: ranks, ranksPerNode: each)
      let order = SumParts.order(ranks: ranks, ranksPerNode: each)
      #expect(order.sorted() == Array(0..<ranks) && order.flatMap { Array(parts[$0]) } == Array(512..<5000))
      #expect(parts.allSatisfy { $0.isEmpty || $0.lowerBound % SumParts.blockLength == 0 })
    }
    #expect(SumParts.order(ranks: 6, ranksPerNode: 2) == [0, 2, 4, 1, 3, 5])
    #expect([0, 1, 256, 257].map(SumParts.padded) == [0, 256, 256, 512])
  }
}
