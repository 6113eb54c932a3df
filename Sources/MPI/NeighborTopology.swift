internal import CMPI

/// A communicator whose ranks have neighbours, so that collectives can go between neighbours alone (MPI 4.0, section 8.6).
///
/// All ranks of ``communicator`` call a neighbourhood collective, and each exchanges with its own neighbours only.
///
/// - Note: where one rank is a neighbour twice, as on a ring of two, MPI libraries differ in which of its blocks arrives in
///   which place (MPICH 4.0 pairs them first with first, where MPI 4.0 wants what was sent down to arrive from above). Exchanges
///   that must also work on such rings use tagged messages, for example in a ``PersistentGroup``.
public protocol NeighborTopology {
  /// The communicator that carries the topology; it takes every other operation too.
  var communicator: Communicator { get }
  /// The ranks that the caller receives from, in the order of the blocks; ``Communicator/nullRank`` beyond an edge.
  var sources: [Int] { get }
  /// The ranks that the caller sends to, in the order of the blocks; ``Communicator/nullRank`` beyond an edge.
  var destinations: [Int] { get }
}

extension NeighborTopology {
  private var handle: MPI_Comm { communicator.handle }

  /// Starts sending one buffer to all destinations (`MPI_Ineighbor_allgather`; section 8.7.1).
  ///
  /// - Parameter result: one block as long as `values` for each source. Blocks beyond an edge stay as they were.
  public func ineighborAllgather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>
  ) throws -> Request {
    try communicator.requireCount(result.count, sources.count * values.count, "neighborAllgather")
    return try communicator.start("neighborAllgather") {
      MPI_Ineighbor_allgather_c(
        values.baseAddress, values.count, T.handle, result.baseAddress, values.count, T.handle, handle, $0)
    }
  }

  /// Starts sending one block to each destination (`MPI_Ineighbor_alltoall`; section 8.7.2).
  ///
  /// - Parameters:
  ///   - count: the elements of one block, the same on all ranks.
  ///   - values: one block for each destination.
  ///   - result: one block for each source. Blocks beyond an edge stay as they were.
  public func ineighborAlltoall<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, count: Int
  ) throws -> Request {
    try communicator.requireCount(values.count, destinations.count * count, "neighborAlltoall")
    try communicator.requireCount(result.count, sources.count * count, "neighborAlltoall")
    return try communicator.start("neighborAlltoall") {
      MPI_Ineighbor_alltoall_c(values.baseAddress, count, T.handle, result.baseAddress, count, T.handle, handle, $0)
    }
  }

  /// Starts sending blocks of different lengths to the destinations (`MPI_Ineighbor_alltoallv`; section 8.7.2).
  ///
  /// - Parameters:
  ///   - outgoing: one block a destination, in `values`.
  ///   - incoming: one block a source, in `result`.
  public func ineighborAlltoallVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ outgoing: BlockLayout,
    into result: UnsafeMutableBufferPointer<T>, _ incoming: BlockLayout
  ) throws -> Request {
    try outgoing.check("neighborAlltoallVarying", ranks: destinations.count, bufferCount: values.count)
    try incoming.check("neighborAlltoallVarying", ranks: sources.count, bufferCount: result.count)
    return try communicator.start("neighborAlltoallVarying", keeping: Owners(outgoing, incoming)) {
      MPI_Ineighbor_alltoallv_c(
        values.baseAddress, outgoing.counts, outgoing.displacements, T.handle,
        result.baseAddress, incoming.counts, incoming.displacements, T.handle, handle, $0)
    }
  }

  /// Sends one buffer to all destinations (`MPI_Neighbor_allgather`; section 8.6.1).
  public func neighborAllgather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>
  ) throws {
    try ineighborAllgather(values, into: result).wait()
  }

  /// Sends one block to each destination (`MPI_Neighbor_alltoall`; section 8.6.2).
  public func neighborAlltoall<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, count: Int
  ) throws {
    try ineighborAlltoall(values, into: result, count: count).wait()
  }

  /// Sends blocks of different lengths to the destinations (`MPI_Neighbor_alltoallv`; section 8.6.2).
  public func neighborAlltoallVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ outgoing: BlockLayout,
    into result: UnsafeMutableBufferPointer<T>, _ incoming: BlockLayout
  ) throws {
    try ineighborAlltoallVarying(values, outgoing, into: result, incoming).wait()
  }

  /// Sets up an exchange of blocks with the neighbours (`MPI_Neighbor_alltoallv_init`; section 8.8). Collective.
  ///
  /// The caller keeps both buffers allocated as long as the request lives.
  public func persistentNeighborAlltoallVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ outgoing: BlockLayout,
    into result: UnsafeMutableBufferPointer<T>, _ incoming: BlockLayout
  ) throws -> PersistentRequest {
    try outgoing.check("neighborAlltoallVarying", ranks: destinations.count, bufferCount: values.count)
    try incoming.check("neighborAlltoallVarying", ranks: sources.count, bufferCount: result.count)
    return try communicator.prepare("neighborAlltoallVarying", keeping: Owners(outgoing, incoming)) {
      MPI_Neighbor_alltoallv_init_c(
        values.baseAddress, outgoing.counts, outgoing.displacements, T.handle,
        result.baseAddress, incoming.counts, incoming.displacements, T.handle, handle, MPI_INFO_NULL, $0)
    }
  }

  /// Everyone's array for those who receive from it (`MPI_Neighbor_allgather`). All arrays have the same length.
  ///
  /// - Returns: one array a source; `nil` beyond an edge.
  public func neighborAllgather<T: MPIDatatype>(_ values: [T]) throws -> [[T]?] {
    let all: [T] = try received(sources.count * values.count) { result in
      try values.withUnsafeBufferPointer { try neighborAllgather($0, into: result) }
    }
    return sources.enumerated().map { index, source in
      source == Communicator.nullRank ? nil : Array(all[index * values.count..<(index + 1) * values.count])
    }
  }

  /// Sends array *j* to the *j*-th destination (`MPI_Neighbor_alltoall`). All arrays on all ranks have the same length.
  ///
  /// - Returns: one array a source; `nil` beyond an edge.
  public func neighborAlltoall<T: MPIDatatype>(_ parts: [[T]], count: Int) throws -> [[T]?] {
    try communicator.requireCount(parts.count, destinations.count, "neighborAlltoall")
    for part in parts { try communicator.requireCount(part.count, count, "neighborAlltoall") }
    let all: [T] = try received(sources.count * count) { result in
      try concatenated(parts).withUnsafeBufferPointer { try neighborAlltoall($0, into: result, count: count) }
    }
    return sources.enumerated().map { index, source in
      source == Communicator.nullRank ? nil : Array(all[index * count..<(index + 1) * count])
    }
  }

  /// An array that an exchange writes. It starts as zeros, since blocks beyond an edge are not written.
  private func received<T: MPIDatatype>(
    _ count: Int, _ body: (UnsafeMutableBufferPointer<T>) throws -> Void
  ) throws -> [T] {
    try communicator.filled(count) { buffer in
      UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
      try body(buffer)
    }
  }
}
