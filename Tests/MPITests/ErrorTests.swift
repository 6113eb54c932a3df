import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct ErrorTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.world
    }

    @Test func anErrorNamesOperationPlaceAndCause() throws {
      let error = try mpiError { try world.send([1], to: world.size + 3) }
      #expect(error.errorClass == .rank)
      #expect(error.peer == world.size + 3)
      #expect(error.operation == "send to rank \(world.size + 3) with tag 0 on rank \(world.rank) of \(world.size)")
      #expect(error.message.contains("nvalid rank"))
      #expect(!error.description.contains("\n"))
      #expect(error.details.contains("MPI"))
    }

    @Test func wrongArgumentsAreRefused() throws {
      #expect(try mpiError { try world.send([1], to: 0, tag: -5) }.errorClass == .tag)
      #expect(try mpiError { _ = try world.broadcast(1, root: world.size) }.errorClass == .root)
      #expect(try mpiError { _ = try world.receive(Int.self, from: Int.max) }.errorClass == .rank)
      #expect(try mpiError { _ = try world.receive(Int.self, from: Int.min) }.errorClass == .rank)
      #expect(try mpiError { _ = try world.ireceive(Int.self, count: -1, from: 0).wait() }.errorClass == .count)
    }

    @Test func aLongMessageDoesNotFitAShortBuffer() throws {
      let alone = Communicator.selfOnly
      let sending = try alone.isend([1, 2, 3], to: 0)
      var buffer = [0]
      let error = try mpiError { try buffer.withUnsafeMutableBufferPointer { _ = try alone.receive(into: $0, from: 0) } }
      #expect(error.errorClass == .truncate)
      try sending.wait()
    }

    @Test func buffersOfTheWrongLengthAreRefused() throws {
      let values = [1, 2, 3]
      var result = [0, 0]
      let error = try mpiError {
        try values.withUnsafeBufferPointer { values in
          try result.withUnsafeMutableBufferPointer { try world.allreduce(values, into: $0, .sum) }
        }
      }
      #expect(error.errorClass == .count)
      #expect(error.message.contains("2 elements where 3 are needed"))
    }

    @Test func unevenPartsAreRefusedEverywhere() throws {
      let uneven = [Int](repeating: 0, count: world.size + 1)
      if world.size > 1 {
        #expect(try mpiError { _ = try world.scatter(uneven, root: 0) }.errorClass == .count)
        #expect(try mpiError { _ = try world.alltoall(uneven) }.errorClass == .count)
        #expect(try mpiError { _ = try world.reduceScatter(uneven, .sum) }.errorClass == .count)
      }
      let parts = [[Int]](repeating: [], count: world.size + 1)
      #expect(try mpiError { _ = try world.scatterVarying(parts, root: 0) }.errorClass == .count)
      #expect(try mpiError { _ = try world.alltoallVarying(parts) }.errorClass == .count)
    }

    @Test func layoutsAreChecked() throws {
      #expect(try mpiError { _ = try BlockLayout(counts: [1, -1]) }.errorClass == .count)
      #expect(try mpiError { _ = try BlockLayout(counts: [Int.max, 1]) }.errorClass == .count)
      #expect(try mpiError { _ = try BlockLayout(counts: [1], displacements: [0, 1]) }.errorClass == .count)
      #expect(try mpiError { _ = try BlockLayout(counts: [1], displacements: [-1]) }.errorClass == .count)
      let layout = try BlockLayout(counts: [2, 0, 3])
      #expect(layout.extent == 5)
      #expect((0..<3).map(layout.range) == [0..<2, 2..<2, 2..<5])
      #expect(throws: MPIError.self) { try layout.check("test", ranks: 3, bufferCount: 4) }
    }

    @Test func aFreedCommunicatorIsRefused() throws {
      let copy = try world.duplicate()
      try copy.free()
      #expect(try mpiError { try copy.barrier() }.errorClass == .communicator)
    }
  }
}
