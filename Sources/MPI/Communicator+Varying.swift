internal import CMPI

// Collectives whose blocks differ in length from rank to rank (MPI's `v` forms), over unsafe buffers, non-blocking and blocking.
// See `Communicator+NonblockingCollectives.swift` for what the caller owes a non-blocking operation.
extension Communicator {
  /// Starts collecting blocks of different lengths on the root (`MPI_Igatherv`; MPI 4.0, sections 6.5 and 6.12.3).
  ///
  /// - Parameters:
  ///   - result: the root's buffer; not used elsewhere, where it may be `nil`.
  ///   - layout: where each rank's block goes in `result`; used on the root only.
  public func igatherVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>?, _ layout: BlockLayout?, root: Int
  ) throws -> Request {
    if rank == root {
      try require(layout != nil, "gatherVarying", .argument, "the root has no layout")
      try layout?.check("gatherVarying", ranks: size, bufferCount: result?.count ?? 0)
    }
    return try start("gatherVarying", peer: root, keeping: layout) {
      MPI_Igatherv_c(
        values.baseAddress, values.count, T.handle, result?.baseAddress, layout?.counts, layout?.displacements, T.handle,
        root.mpi, handle, $0)
    }
  }

  /// Starts collecting blocks of different lengths on all ranks (`MPI_Iallgatherv`; MPI 4.0, sections 6.7 and 6.12.5).
  public func iallgatherVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ layout: BlockLayout
  ) throws -> Request {
    try layout.check("allgatherVarying", ranks: size, bufferCount: result.count)
    try requireCount(values.count, layout.range(of: rank).count, "allgatherVarying")
    return try start("allgatherVarying", keeping: layout) {
      MPI_Iallgatherv_c(
        values.baseAddress, values.count, T.handle, result.baseAddress, layout.counts, layout.displacements, T.handle, handle,
        $0)
    }
  }

  /// Starts giving each rank its block of the root's buffer (`MPI_Iscatterv`; MPI 4.0, sections 6.6 and 6.12.4).
  ///
  /// - Parameters:
  ///   - values: the root's buffer; not used elsewhere, where it may be `nil`.
  ///   - layout: where each rank's block lies in `values`; used on the root only.
  ///   - part: as long as the caller's block.
  public func iscatterVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>?, _ layout: BlockLayout?, into part: UnsafeMutableBufferPointer<T>, root: Int
  ) throws -> Request {
    if rank == root {
      try require(layout != nil, "scatterVarying", .argument, "the root has no layout")
      try layout?.check("scatterVarying", ranks: size, bufferCount: values?.count ?? 0)
    }
    return try start("scatterVarying", peer: root, keeping: layout) {
      MPI_Iscatterv_c(
        values?.baseAddress, layout?.counts, layout?.displacements, T.handle, part.baseAddress, part.count, T.handle,
        root.mpi, handle, $0)
    }
  }

  /// Starts sending block *j* of each rank's buffer to rank *j* (`MPI_Ialltoallv`; MPI 4.0, sections 6.8 and 6.12.6).
  ///
  /// - Parameters:
  ///   - outgoing: the block for each rank in `values`.
  ///   - incoming: the block from each rank in `result`; block *i* is as long as the caller's block in rank *i*'s `outgoing`.
  public func ialltoallVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ outgoing: BlockLayout,
    into result: UnsafeMutableBufferPointer<T>, _ incoming: BlockLayout
  ) throws -> Request {
    try outgoing.check("alltoallVarying", ranks: size, bufferCount: values.count)
    try incoming.check("alltoallVarying", ranks: size, bufferCount: result.count)
    return try start("alltoallVarying", keeping: Owners(outgoing, incoming)) {
      MPI_Ialltoallv_c(
        values.baseAddress, outgoing.counts, outgoing.displacements, T.handle,
        result.baseAddress, incoming.counts, incoming.displacements, T.handle, handle, $0)
    }
  }

  /// Collects blocks of different lengths on the root (`MPI_Gatherv`); see ``igatherVarying(_:into:_:root:)``.
  public func gatherVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>?, _ layout: BlockLayout?, root: Int
  ) throws {
    try igatherVarying(values, into: result, layout, root: root).wait()
  }

  /// Collects blocks of different lengths on all ranks (`MPI_Allgatherv`); see ``iallgatherVarying(_:into:_:)``.
  public func allgatherVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ layout: BlockLayout
  ) throws {
    try iallgatherVarying(values, into: result, layout).wait()
  }

  /// Gives each rank its block of the root's buffer (`MPI_Scatterv`); see ``iscatterVarying(_:_:into:root:)``.
  public func scatterVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>?, _ layout: BlockLayout?, into part: UnsafeMutableBufferPointer<T>, root: Int
  ) throws {
    try iscatterVarying(values, layout, into: part, root: root).wait()
  }

  /// Sends block *j* of each rank's buffer to rank *j* (`MPI_Alltoallv`); see ``ialltoallVarying(_:_:into:_:)``.
  public func alltoallVarying<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ outgoing: BlockLayout,
    into result: UnsafeMutableBufferPointer<T>, _ incoming: BlockLayout
  ) throws {
    try ialltoallVarying(values, outgoing, into: result, incoming).wait()
  }
}
