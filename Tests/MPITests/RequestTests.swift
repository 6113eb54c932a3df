import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct RequestTests {
    let world: Communicator
    let left: Int
    let right: Int

    init() throws {
      world = try AcrossRanks.world
      right = (world.rank + 1) % world.size
      left = (world.rank + world.size - 1) % world.size
    }

    @Test func theRequestOwnsItsCopy() throws {
      var values: [Int] = marked(world.rank, 50_000)
      let sending = try world.isend(values, to: right)
      values = []
      let receiving = try world.ireceive(Int.self, count: 50_000, from: left)
      #expect(try receiving.wait() == marked(left, 50_000))
      try sending.wait()
    }

    @Test func aShortMessageGivesAShortArray() throws {
      let receiving = try world.ireceive(Int16.self, count: 100, from: left, tag: 8)
      try world.send(marked(world.rank, 3) as [Int16], to: right, tag: 8)
      #expect(try receiving.wait() == marked(left, 3))
    }

    @Test func askingUntilItIsOver() throws {
      var receiving = try world.ireceive(Int.self, count: 1, from: left, tag: 6)
      if world.size > 1 {
        let early = try receiving.isFinished()
        #expect(!early)
        try world.barrier()
      }
      let sending = try world.isend([world.rank], to: right, tag: 6)
      while try !receiving.isFinished() {}
      let again = try receiving.isFinished()
      #expect(again)
      #expect(try receiving.wait() == [left])
      try sending.wait()
    }

    @Test func collectivesOverlap() throws {
      let sum = try world.iallreduce([world.rank, 1], .sum)
      let all = try world.iallgather([world.rank])
      let root = try world.ibroadcast([world.rank + 5], root: world.size - 1)
      let barrier = try world.ibarrier()
      try barrier.wait()
      #expect(try root.wait() == [world.size + 4])
      #expect(try all.wait() == Array(0..<world.size))
      #expect(try sum.wait() == [world.size * (world.size - 1) / 2, world.size])
    }

    @Test func aGroupWaitsForAll() throws {
      var fromLeft = [Int32](repeating: 0, count: 3)
      var fromRight = [Int32](repeating: 0, count: 3)
      let own: [Int32] = marked(world.rank, 3)
      try own.withUnsafeBufferPointer { own in
        try fromLeft.withUnsafeMutableBufferPointer { fromLeft in
          try fromRight.withUnsafeMutableBufferPointer { fromRight in
            var requests = RequestGroup()
            requests.add(try world.ireceive(into: fromLeft, from: left, tag: 1))
            requests.add(try world.ireceive(into: fromRight, from: right, tag: 2))
            requests.add(try world.isend(own, to: right, tag: 1))
            requests.add(try world.isend(own, to: left, tag: 2))
            let statuses = try requests.waitAll()
            #expect(statuses.prefix(2).map(\.source) == [left, right])
            let count = requests.count
            #expect(count == 0)
          }
        }
      }
      #expect(fromLeft == marked(left, 3))
      #expect(fromRight == marked(right, 3))
    }

    @Test func persistentRequestsStartAgain() throws {
      let outgoing = UnsafeMutableBufferPointer<Int>.allocate(capacity: 2)
      let incoming = UnsafeMutableBufferPointer<Int>.allocate(capacity: 2)
      defer {
        outgoing.deallocate()
        incoming.deallocate()
      }
      var sending = try world.persistentSend(UnsafeBufferPointer(outgoing), to: right)
      var receiving = try world.persistentReceive(into: incoming, from: left)
      for step in 0..<5 {
        _ = outgoing.update(from: [world.rank, step])
        try receiving.start()
        try sending.start()
        let status = try receiving.wait()
        while try sending.statusIfFinished() == nil {}
        #expect(status.source == left)
        #expect(Array(incoming) == [left, step])
      }
      let isActive = sending.isActive || receiving.isActive
      #expect(!isActive)
    }

    @Test func startingTwiceIsRefused() throws {
      let buffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: 1)
      defer { buffer.deallocate() }
      var receiving = try world.persistentReceive(into: buffer, from: left)
      try receiving.start()
      do {
        try receiving.start()
        Issue.record("a second start went through")
      } catch let error as MPIError {
        #expect(error.errorClass == .request)
        #expect(error.description.contains("receive from rank \(left)"))
      }
      try world.send([world.rank], to: right)
      try receiving.wait()
    }

    @Test func persistentGroupExchangesEveryStep() throws {
      let ends = UnsafeMutableBufferPointer<Int>.allocate(capacity: 4)
      ends.initialize(repeating: 0)
      defer { ends.deallocate() }
      func part(_ index: Int) -> UnsafeMutableBufferPointer<Int> {
        UnsafeMutableBufferPointer(rebasing: ends[index...index])
      }
      var exchange = PersistentGroup()
      try exchange.add(world.persistentReceive(into: part(0), from: left, tag: 1))
      try exchange.add(world.persistentReceive(into: part(3), from: right, tag: 2))
      try exchange.add(world.persistentSend(UnsafeBufferPointer(part(1)), to: left, tag: 2))
      try exchange.add(world.persistentSend(UnsafeBufferPointer(part(2)), to: right, tag: 1))
      for step in 0..<4 {
        ends[1] = 10 * world.rank + step
        ends[2] = 10 * world.rank + step + 5
        try exchange.startAll()
        try exchange.waitAll()
        #expect(ends[0] == 10 * left + step + 5)
        #expect(ends[3] == 10 * right + step)
      }
    }

    @Test func persistentAllreduceRepeats() throws {
      let values = UnsafeMutableBufferPointer<Int>.allocate(capacity: 1)
      defer { values.deallocate() }
      var sum = try world.persistentAllreduce(values, .sum)
      for step in 1...3 {
        values[0] = step
        try sum.start()
        try sum.wait()
        #expect(values[0] == step * world.size)
      }
    }

    @Test func aLateMessageIsGivenUp() throws {
      var impatient = world
      impatient.deadline = .milliseconds(20)
      var value = [0]
      let error = try mpiError {
        try value.withUnsafeMutableBufferPointer { _ = try impatient.receive(into: $0, from: left, tag: 99) }
      }
      #expect(error.errorClass == .timeout)
      #expect(error.peer == left)
      #expect(error.description.contains("receive from rank \(left) with tag 99 on rank \(world.rank) of \(world.size)"))
      // The receive is withdrawn, so the next message goes to the next receive, and the process works on.
      try world.barrier()
      let sending = try world.isend([42], to: right, tag: 99)
      #expect(try world.receive(Int.self, from: left, tag: 99) == [42])
      try sending.wait()
      #expect(try mpiError { _ = try impatient.probe(from: left, tag: 98) }.errorClass == .timeout)
      #expect(try mpiError { _ = try impatient.receive(Int.self, from: left, tag: 98) }.errorClass == .timeout)
      #expect(!Failures.hasAbandonedOperation)
    }
  }
}
