import Kernels
import MPI
import Testing

@testable import Parallel

extension AcrossRanks {
  /// The sum over all ranks against the documented tree, bit for bit.
  @Suite struct TreeReductionTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.environment.get().world
    }

    /// Numbers of very different sizes, so that another order of additions gives other bits.
    private func numbers(_ shard: Int, round: Int, count: Int) -> [Float] {
      var random = Philox(seed: 6, stream: UInt32(shard)).sequence(UInt32(round))
      return (0..<count).map { _ in
        let exponent = Int(random.nextWord() % 24) - 12
        return Float(sign: random.nextWord() & 1 == 0 ? .plus : .minus, exponent: exponent, significand: 1 + random.uniform())
      }
    }

    /// Splits at the greatest power of two below the number of shards.
    private func tree(_ shards: Range<Int>, round: Int, count: Int) -> [Float] {
      guard shards.count > 1 else { return numbers(shards.lowerBound, round: round, count: count) }
      var size = 1
      while 2 * size < shards.count { size *= 2 }
      let middle = shards.lowerBound + size
      let left = tree(shards.lowerBound..<middle, round: round, count: count)
      return zip(left, tree(middle..<shards.upperBound, round: round, count: count)).map { $0 + $1 }
    }

    @Test(arguments: 8...23, [1, 16, 257, 1500]) func isTheTreesSum(_ shards: Int, _ count: Int) throws {
      try check(shards: shards, count: count, over: world)
    }

    @Test(arguments: 1...23) func ofOneRankAlone(_ shards: Int) throws {
      try check(shards: shards, count: 16, over: Communicator.selfOnly)
    }

    /// No more shards than ranks.
    @Test func oneShardARank() throws {
      try check(shards: world.size, count: 40, over: world)
    }

    /// First inside nodes and then across them, whatever number of ranks a node has.
    @Test(arguments: [8, 11, 16, 23], [16, 5000]) func isTheTreesSumByNodes(_ shards: Int, _ count: Int) throws {
      for ranksPerNode in 1...world.size where world.size % ranksPerNode == 0 {
        try check(shards: shards, count: count, over: world, nodes: NodeLevels(world, ranksPerNode: ranksPerNode))
      }
    }

    private func check(shards: Int, count: Int, over group: Communicator, nodes: NodeLevels? = nil) throws {
      let reduction = TreeReduction(count: count, shards: shards, over: group, nodes: nodes)
      let part = SumParts.ranges(of: 0..<count, ranks: group.size, ranksPerNode: nodes?.inside.size)[group.rank]
      // Buffers are used again in the second and third round.
      for round in 0..<3 {
        for shard in reduction.own {
          let buffer = reduction.buffer()
          #expect(buffer.elements.allSatisfy { $0 == 0 })
          buffer.assign(numbers(shard, round: round, count: count))
          reduction.add(buffer, shard: shard)
        }
        let sum = try reduction.sumPart().elements.map(\.bitPattern)
        let expected = tree(0..<shards, round: round, count: count)[part].map(\.bitPattern)
        #expect(sum == expected, "\(shards) shards of \(count), round \(round)")
      }
    }

    /// The test would not see a difference if the order made none.
    @Test func theOrderMatters() {
      let inOrder = (0..<8).map { numbers($0, round: 0, count: 257) }.dropFirst().reduce(numbers(0, round: 0, count: 257)) {
        zip($0, $1).map { $0 + $1 }
      }
      #expect(inOrder != tree(0..<8, round: 0, count: 257))
    }
  }
}
