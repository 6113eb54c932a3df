import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct CommunicatorTests {
    let world: Communicator

    init() throws {
      world = try AcrossRanks.world
    }

    @Test func everyRankIsThereOnce() throws {
      #expect(try world.allgather(world.rank) == Array(0..<world.size))
    }

    @Test func splitGroupsByColour() throws {
      let half = try world.split(color: world.rank % 2, key: 0)
      #expect(try half.allgather(world.rank) == Array(stride(from: world.rank % 2, to: world.size, by: 2)))
      try half.free()
    }

    @Test func splitOrdersByKey() throws {
      let reversed = try world.split(color: 0, key: -world.rank)
      #expect(reversed.rank == world.size - 1 - world.rank)
      try reversed.free()
    }

    @Test func aRankMayStayOut() throws {
      let color: Int? = world.rank == 0 ? nil : 1
      let others = try world.split(color: color, key: 0)
      #expect((others == nil) == (world.rank == 0))
      #expect(others.map(\.size) ?? world.size - 1 == world.size - 1)
      try others?.free()
    }

    @Test func aNegativeColourIsRefusedEverywhere() throws {
      let error = try mpiError { _ = try world.split(color: world.rank == 0 ? -3 : 0, key: 0) }
      #expect(error.errorClass == .argument)
    }

    @Test func messagesStayOnTheirCommunicator() throws {
      let copy = try world.duplicate()
      let right = (world.rank + 1) % world.size
      let left = (world.rank + world.size - 1) % world.size
      let onWorld = try world.isend([Int32(1)], to: right)
      let onCopy = try copy.isend([Int32(2)], to: right)
      #expect(try copy.receive(Int32.self, from: left) == [2])
      #expect(try world.receive(Int32.self, from: left) == [1])
      try onWorld.wait()
      try onCopy.wait()
      try copy.free()
    }

    @Test func theDeadlineIsInherited() throws {
      var patient = world
      patient.deadline = .seconds(600)
      let part = try patient.split(color: 0, key: world.rank)
      #expect(part.deadline == .seconds(600))
      #expect(world.deadline == nil)
      try part.free()
    }

    @Test func sharedMemoryGroupsTheNode() throws {
      let node = try world.splitShared()
      #expect(node.size == (try AcrossRanks.environment.get().node.size))
      try node.free()
    }
  }
}
