import Testing

@testable import MPI

extension AcrossRanks {
  @Suite struct SharedWindowTests {
    let node: Communicator

    init() throws {
      node = try AcrossRanks.environment.get().node
    }

    @Test func everyoneSeesEverySegment() throws {
      let window = try SharedWindow<Int32>(node, count: node.rank + 1)
      #expect(Array(window.local) == Array(repeating: 0, count: node.rank + 1))
      for index in window.local.indices { window.local[index] = Int32(100 * node.rank + index) }
      try window.fence()
      for rank in 0..<node.size {
        #expect(Array(try window.segment(of: rank)) == (0...rank).map { Int32(100 * rank + $0) })
      }
      try window.free()
    }

    @Test func oneTableForTheNode() throws {
      let window = try SharedWindow<Float>(node, count: node.rank == 0 ? node.size : 0)
      try window.segment(of: 0)[node.rank] = Float(node.rank) + 0.5
      try window.fence()
      #expect(Array(try window.segment(of: 0)) == (0..<node.size).map { Float($0) + 0.5 })
      try window.free()
    }

    @Test func anImpossibleLengthIsRefusedEverywhere() throws {
      for count in [-1, Int.max] {
        let own = node.rank == 0 ? count : 1
        let error = try mpiError { _ = try SharedWindow<Double>(node, count: own) }
        #expect(error.errorClass == .count)
      }
    }
  }
}
