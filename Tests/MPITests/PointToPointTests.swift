import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct PointToPointTests {
    let world: Communicator
    let left: Int
    let right: Int

    init() throws {
      world = try AcrossRanks.world
      right = (world.rank + 1) % world.size
      left = (world.rank + world.size - 1) % world.size
    }

    /// Passes values of one type around the ring.
    private func ring<T: MPIDatatype & Equatable>(_ values: (Int) -> [T]) throws {
      #expect(try world.sendReceive(values(world.rank), to: right, from: left) == values(left))
    }

    @Test func everyTypeTravels() throws {
      try ring { marked($0, 1) as [Int8] }
      try ring { marked($0, 3) as [Int16] }
      try ring { marked($0, 3) as [Int32] }
      try ring { marked($0, 3) as [Int64] }
      try ring { marked($0, 2) as [UInt8] }
      try ring { marked($0, 3) as [UInt16] }
      try ring { marked($0, 3) as [UInt32] }
      try ring { marked($0, 3) as [UInt64] }
      try ring { marked($0, 3) as [Int] }
      try ring { marked($0, 3) as [UInt] }
      try ring { [Float($0), .infinity, -0.5] }
      try ring { [Double($0), .greatestFiniteMagnitude] }
      try ring { [$0 % 2 == 0, true, false] }
    }

    @Test(arguments: [0, 1, 1000, 300_000])
    func anyLengthTravels(count: Int) throws {
      try ring { marked($0, count) as [Int] }
    }

    @Test func unsafeBuffersTravel() throws {
      let outgoing: [Int32] = marked(world.rank, 5)
      var incoming = [Int32](repeating: -1, count: 7)
      let status = try outgoing.withUnsafeBufferPointer { out in
        try incoming.withUnsafeMutableBufferPointer { try world.sendReceive(out, to: right, into: $0, from: left, tag: 9) }
      }
      #expect(incoming == marked(left, 5) + [-1, -1])
      #expect(status.source == left)
      #expect(status.tag == 9)
      #expect(try status.count(of: Int32.self) == 5)
    }

    @Test func blockingSendAndReceive() throws {
      let message: [Int] = marked(world.rank, 4)
      if world.rank > 0 {
        try world.send(message, to: 0, tag: 4)
        try message.withUnsafeBufferPointer { try world.synchronousSend($0, to: 0, tag: 5) }
      } else {
        for source in 1..<max(world.size, 1) {
          var buffer = [Int](repeating: 0, count: 4)
          try buffer.withUnsafeMutableBufferPointer { _ = try world.receive(into: $0, from: source, tag: 5 - 1) }
          #expect(buffer == marked(source, 4))
          #expect(try world.receive(from: source, tag: 5) == buffer)
        }
      }
    }

    @Test func tagsKeepMessagesApart() throws {
      let first = try world.isend([Int(1)], to: right, tag: 1)
      let second = try world.isend([Int(2)], to: right, tag: 2)
      #expect(try world.receive(Int.self, from: left, tag: 2) == [2])
      #expect(try world.receive(Int.self, from: left, tag: 1) == [1])
      try first.wait()
      try second.wait()
    }

    @Test func aMessageFromAnyoneSaysFromWhom() throws {
      let request = try world.isend([world.rank], to: 0, tag: 30 + world.rank)
      if world.rank == 0 {
        var seen: Set<Int> = []
        for _ in 0..<world.size {
          let (values, status) = try world.receiveMessage(Int.self)
          #expect(values == [status.source])
          #expect(status.tag == 30 + status.source)
          seen.insert(status.source)
        }
        #expect(seen == Set(0..<world.size))
      }
      try request.wait()
      try world.barrier()
    }

    @Test func probeTellsTheSizeBeforehand() throws {
      #expect(try world.probeIfPresent(from: left, tag: 77) == nil)
      try world.barrier()
      let request = try world.isend(marked(world.rank, 11) as [Int16], to: right, tag: 77)
      let status = try world.probe(from: left, tag: 77)
      #expect(try status.count(of: Int16.self) == 11)
      #expect(try world.probeIfPresent(from: left, tag: 77) != nil)
      #expect(try world.receive(Int16.self, from: left, tag: 77) == marked(left, 11))
      try request.wait()
    }

    @Test func nobodySendsNothing() throws {
      let values: [Int] = [1, 2]
      #expect(try world.sendReceive(values, to: Communicator.nullRank, from: Communicator.nullRank).isEmpty)
      var kept = [7, 8]
      try values.withUnsafeBufferPointer { out in
        try kept.withUnsafeMutableBufferPointer {
          _ = try world.sendReceive(out, to: Communicator.nullRank, into: $0, from: Communicator.nullRank)
        }
      }
      #expect(kept == [7, 8])
      #expect(try world.receive(Int.self, from: Communicator.nullRank).isEmpty)
    }

    @Test func aPartialElementIsRefusedAndRemoved() throws {
      let request = try world.isend([UInt8](repeating: 1, count: 6), to: right, tag: 3)
      let error = try mpiError { _ = try world.receive(Int32.self, from: left, tag: 3) }
      #expect(error.errorClass == .type)
      #expect(error.peer == left)
      try request.wait()
      #expect(try world.probeIfPresent(from: left, tag: 3) == nil)
    }
  }
}
