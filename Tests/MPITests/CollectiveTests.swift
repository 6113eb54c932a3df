import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct CollectiveTests {
    let world: Communicator
    var ranks: Range<Int> { 0..<world.size }

    init() throws {
      world = try AcrossRanks.world
    }

    @Test func broadcastFromEveryRoot() throws {
      for root in ranks {
        var values: [Int32] = marked(world.rank, 6)
        try world.broadcast(&values, root: root)
        #expect(values == marked(root, 6))
        #expect(try world.broadcast(Double(world.rank), root: root) == Double(root))
      }
    }

    @Test func broadcastOfUnknownLength() throws {
      for root in ranks {
        let values: [Int] = world.rank == root ? marked(root, root * 3) : []
        #expect(try world.broadcastVarying(values, root: root) == marked(root, root * 3))
      }
    }

    @Test func gatherKeepsTheOrderOfRanks() throws {
      for root in ranks {
        let all = try world.gather(marked(world.rank, 3) as [Int], root: root)
        #expect(all == (world.rank == root ? ranks.flatMap { marked($0, 3) } : []))
      }
      #expect(try world.allgather(marked(world.rank, 3) as [UInt16]) == ranks.flatMap { marked($0, 3) })
    }

    @Test func gatherOfDifferentLengths() throws {
      let own: [Int] = marked(world.rank, world.rank)
      #expect(try world.allgatherVarying(own) == ranks.map { marked($0, $0) })
      for root in ranks {
        #expect(try world.gatherVarying(own, root: root) == (world.rank == root ? ranks.map { marked($0, $0) } : []))
      }
    }

    @Test func scatterUndoesGather() throws {
      for root in ranks {
        let all: [Int] = world.rank == root ? ranks.flatMap { marked($0, 4) } : []
        #expect(try world.scatter(all, root: root) == marked(world.rank, 4))
        let parts: [[Int8]] = world.rank == root ? ranks.map { Array(repeating: Int8($0), count: $0 + 1) } : []
        #expect(try world.scatterVarying(parts, root: root) == Array(repeating: Int8(world.rank), count: world.rank + 1))
      }
    }

    @Test func alltoallTransposes() throws {
      let values = ranks.flatMap { [world.rank, $0] }
      #expect(try world.alltoall(values) == ranks.flatMap { [$0, world.rank] })
      let parts = ranks.map { Array(repeating: world.rank * 100 + $0, count: world.rank + 2 * $0) }
      let expected = ranks.map { Array(repeating: $0 * 100 + world.rank, count: $0 + 2 * world.rank) }
      #expect(try world.alltoallVarying(parts) == expected)
    }

    @Test func layoutsPlaceBlocksAnywhere() throws {
      // Blocks in reverse order with a gap of one element after each.
      let size = world.size
      let layout = try BlockLayout(counts: ranks.map { _ in 2 }, displacements: ranks.map { 3 * (size - 1 - $0) })
      let own: [Int] = marked(world.rank, 2)
      var all = [Int](repeating: -1, count: 3 * size)
      try own.withUnsafeBufferPointer { own in
        try all.withUnsafeMutableBufferPointer { try world.allgatherVarying(own, into: $0, layout) }
      }
      #expect(all == ranks.reversed().flatMap { marked($0, 2) + [-1] })
    }

    @Test func emptyArraysAreFine() throws {
      let none: [Float] = []
      var values = none
      try world.broadcast(&values, root: 0)
      try world.allreduce(&values, .sum)
      #expect(values.isEmpty)
      #expect(try world.allgather(none).isEmpty)
      #expect(try world.gather(none, root: 0).isEmpty)
      #expect(try world.scatter(none, root: 0).isEmpty)
      #expect(try world.alltoall(none).isEmpty)
      #expect(try world.reduce(none, .sum, root: 0).isEmpty)
      #expect(try world.reduceScatter(none, .sum).isEmpty)
      #expect(try world.scan(none, .sum).isEmpty)
      #expect(try world.allgatherVarying(none) == ranks.map { _ in [] })
      #expect(try world.alltoallVarying(ranks.map { _ in none }) == ranks.map { _ in [] })
      #expect(try world.broadcastVarying(none, root: 0).isEmpty)
    }

    @Test func manyBarriers() throws {
      for round in 0..<200 {
        let sum = try world.allreduce(round, .sum)
        try world.barrier()
        #expect(sum == round * world.size)
      }
    }
  }
}
