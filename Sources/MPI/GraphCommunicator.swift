internal import CMPI

/// Ranks with neighbours of their own choice (MPI 4.0, section 8.5.4).
public struct GraphCommunicator: NeighborTopology, Sendable {
  public let communicator: Communicator
  public let sources: [Int]
  public let destinations: [Int]

  /// Ties each rank to its neighbours (`MPI_Dist_graph_create_adjacent`). Collective.
  ///
  /// - Parameters:
  ///   - sources: the ranks that the caller receives from.
  ///   - destinations: the ranks that the caller sends to. Rank *j* is among *i*'s destinations as often as *i* is
  ///     among *j*'s sources.
  public init(_ communicator: Communicator, sources: [Int], destinations: [Int]) throws {
    let (incoming, outgoing) = (sources.map(\.mpi), destinations.map(\.mpi))
    self.communicator = try communicator.create("graph") {
      MPI_Dist_graph_create_adjacent(
        communicator.handle, Int32(incoming.count), incoming, cmpi_unweighted(), Int32(outgoing.count), outgoing,
        cmpi_unweighted(), MPI_INFO_NULL, 0, $0)
    }
    self.sources = sources
    self.destinations = destinations
  }
}
