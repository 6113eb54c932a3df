import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct ReductionTests {
    let world: Communicator
    var ranks: Range<Int> { 0..<world.size }

    init() throws {
      world = try AcrossRanks.world
    }

    private func check<T: MPIDatatype & Equatable>(
      _ operation: MPI.Operation, _ value: (Int) -> T, _ combine: (T, T) -> T
    ) throws {
      let expected = ranks.dropFirst().map(value).reduce(value(0), combine)
      #expect(try world.allreduce(value(world.rank), operation) == expected, "\(operation) of \(T.self)")
    }

    @Test func arithmetic() throws {
      try check(.sum, { Int8($0) }, &+)
      try check(.sum, { UInt64($0) }, +)
      try check(.sum, { Float($0) + 0.5 }, +)
      try check(.product, { $0 + 1 }, *)
      try check(.product, { Double($0) + 0.5 }, *)
      try check(.min, { 3 - $0 }, min)
      try check(.max, { Int16($0 * 3 % 5) }, max)
      try check(.max, { Float(-$0) }, max)
    }

    @Test func logic() throws {
      try check(.logicalAnd, { $0 != 1 }, { $0 && $1 })
      try check(.logicalOr, { $0 == 1 }, { $0 || $1 })
      try check(.logicalXor, { $0 < 3 }, { $0 != $1 })
      let both = try world.allreduce(Int32(5), .logicalAnd)
      #expect(both == (world.size == 1 ? 5 : 1))
    }

    @Test func bits() throws {
      try check(.bitwiseAnd, { ~(1 << $0) }, &)
      try check(.bitwiseOr, { UInt32(1) << UInt32($0) }, |)
      try check(.bitwiseXor, { UInt8(3) << UInt8($0 % 4) }, ^)
    }

    @Test func reduceGoesToTheRoot() throws {
      for root in ranks {
        let sums = try world.reduce([1, world.rank], .sum, root: root)
        #expect(sums == (world.rank == root ? [world.size, ranks.reduce(0, +)] : []))
      }
    }

    @Test func intoAnotherBuffer() throws {
      let values: [Int] = marked(world.rank, 3)
      var sums = [Int](repeating: 0, count: 3)
      try values.withUnsafeBufferPointer { values in
        try sums.withUnsafeMutableBufferPointer { try world.allreduce(values, into: $0, .sum) }
      }
      let total = ranks.reduce(0, +)
      #expect(sums == [total, total + 100 * world.size, total + 200 * world.size])
      #expect(values == marked(world.rank, 3))
    }

    @Test func reduceScatterSplitsTheResult() throws {
      let values = ranks.flatMap { [$0, 1] }
      #expect(try world.reduceScatter(values, .sum) == [world.rank * world.size, world.size])
      let counts = ranks.map { $0 % 3 }
      let uneven = ranks.flatMap { Array(repeating: $0, count: $0 % 3) }
      let own = Array(repeating: world.rank * world.size, count: world.rank % 3)
      #expect(try world.reduceScatter(uneven, counts: counts, .sum) == own)
    }

    @Test func scansStopAtTheCaller() throws {
      #expect(try world.scan([world.rank, 1], .sum) == [(0...world.rank).reduce(0, +), world.rank + 1])
      let before = try world.exscan([world.rank, 1], .sum)
      #expect(before == (world.rank == 0 ? nil : [(0..<world.rank).reduce(0, +), world.rank]))
    }

    @Test func aLongSumIsRightEverywhere() throws {
      var values = (0..<100_000).map { Int64($0 + world.rank) }
      try world.allreduce(&values, .sum)
      let offset = Int64(ranks.reduce(0, +))
      #expect(values == (0..<100_000).map { Int64($0 * world.size) + offset })
    }

    @Test func senselessPairsAreRefused() throws {
      #expect(try mpiError { _ = try world.allreduce(Float(1), .bitwiseOr) }.errorClass == .operation)
      #expect(try mpiError { _ = try world.allreduce(true, .sum) }.errorClass == .operation)
      #expect(try mpiError { _ = try world.scan([true], .bitwiseAnd) }.errorClass == .operation)
      #expect(try mpiError { _ = try world.allreduce(Double(1), .logicalAnd) }.errorClass == .operation)
    }
  }
}
