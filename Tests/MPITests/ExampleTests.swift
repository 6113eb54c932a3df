import Testing

@testable import MPI

extension AcrossRanks {
  /// The examples of the documentation do what it says.
  @Suite struct ExampleTests {
    let world: Communicator
    var ranks: Range<Int> { 0..<world.size }

    init() throws {
      world = try AcrossRanks.world
    }

    @Test func reductions() throws {
      #expect(try meanLoss(Double(2 * world.rank), on: world) == Double(world.size - 1))
      var gradient: [Float] = [1, Float(world.rank)]
      try reduceGradient(&gradient, on: world)
      #expect(gradient == [Float(world.size), Float(ranks.reduce(0, +))])
      #expect(try overlap([1, 2], on: world, while: {}) == [Float(world.size), Float(2 * world.size)])
    }

    @Test func texts() throws {
      #expect(try distribute(world.rank == 0 ? "épochs: 3" : "", on: world) == "épochs: 3")
    }

    @Test func messages() throws {
      let token = [Int32(world.rank)]
      #expect(try passOn(token, around: world) == [Int32((world.rank + world.size - 1) % world.size)])
      let results = try collect([Double](repeating: 0.5, count: world.rank), on: world)
      let expected = Dictionary(uniqueKeysWithValues: ranks.map { ($0, [Double](repeating: 0.5, count: $0)) })
      #expect(results == (world.rank == 0 ? expected : [:]))
      try world.barrier()
      #expect(try receiveSoon(from: world.rank, on: world) == nil)
      let sending = try world.isend([4], to: world.rank, tag: 3)
      #expect(try receiveSoon(from: world.rank, on: world) == [4])
      try sending.wait()
    }

    @Test func smoothingTheRodDoesNotDependOnTheRanks() throws {
      // 24 cells between fixed ends of 0 and 24 · 3, cut over the ranks; the whole rod on one rank is the reference.
      func piece(_ rank: Int, of ranks: Int) -> Range<Int> { 24 * rank / ranks..<24 * (rank + 1) / ranks }
      func smoothed(on communicator: Communicator) throws -> [Float] {
        let rod = try CartesianCommunicator(communicator, dimensions: [communicator.size])
        let own = piece(communicator.rank, of: communicator.size)
        let cells = UnsafeMutableBufferPointer<Float>.allocate(capacity: own.count + 2)
        defer { cells.deallocate() }
        _ = cells.initialize(from: (own.lowerBound - 1...own.upperBound).map { Float($0 * $0 % 7) })
        try smooth(cells, sweeps: 10, on: rod)
        let all = try communicator.allgatherVarying(Array(cells[1...own.count]))
        try rod.communicator.free()
        return Array(all.joined())
      }
      #expect(try smoothed(on: world) == smoothed(on: .selfOnly))
    }

    @Test func neighboursAndTables() throws {
      let grid = try CartesianCommunicator(world, dimensions: [world.size])
      let loads = try neighbourLoads(Double(world.rank), on: grid)
      #expect(loads == [world.rank - 1, world.rank + 1].filter(ranks.contains).map(Double.init))
      try grid.communicator.free()
      #expect(try sumOfSharedTable(count: 100, on: world) == 4950)
    }
  }
}
