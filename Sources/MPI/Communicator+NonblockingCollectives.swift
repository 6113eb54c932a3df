internal import CMPI

// Non-blocking collective operations over unsafe buffers (MPI 4.0, section 6.12). The caller keeps all buffers allocated, leaves
// receive buffers untouched and send buffers unchanged until the request is over. All ranks start the same operations in the
// same order, and may wait for them in any.
extension Communicator {
  /// Starts a barrier: the request is over when all have started theirs (`MPI_Ibarrier`).
  public func ibarrier() throws -> Request {
    try start("barrier") { MPI_Ibarrier(handle, $0) }
  }

  /// `MPI_Ibcast`; see ``broadcast(_:root:)-(UnsafeMutableBufferPointer<T>,_)``.
  public func ibroadcast<T: MPIDatatype>(_ buffer: UnsafeMutableBufferPointer<T>, root: Int) throws -> Request {
    try ibroadcast(buffer, root: root, keeping: nil)
  }

  /// `MPI_Ireduce`; see ``reduce(_:into:_:root:)``.
  public func ireduce<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>?, _ operation: Operation, root: Int
  ) throws -> Request {
    if rank == root {
      try requireCount(result?.count, values.count, "reduce")
    }
    try operation.check(T.self, "reduce")
    return try start("reduce", peer: root) {
      MPI_Ireduce_c(
        values.baseAddress, result?.baseAddress, values.count, T.handle, operation.handle, root.mpi, handle, $0)
    }
  }

  /// `MPI_Iallreduce` in place; see ``allreduce(_:_:)-(UnsafeMutableBufferPointer<T>,_)``.
  public func iallreduce<T: MPIDatatype>(
    _ buffer: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> Request {
    try iallreduce(buffer, operation, keeping: nil)
  }

  /// `MPI_Iallreduce`; see ``allreduce(_:into:_:)``.
  public func iallreduce<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> Request {
    try requireCount(result.count, values.count, "allreduce")
    try operation.check(T.self, "allreduce")
    return try start("allreduce") {
      MPI_Iallreduce_c(values.baseAddress, result.baseAddress, values.count, T.handle, operation.handle, handle, $0)
    }
  }

  /// `MPI_Igather`; see ``gather(_:into:root:)``.
  public func igather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>?, root: Int
  ) throws -> Request {
    if rank == root {
      try requireCount(result?.count, size * values.count, "gather")
    }
    return try start("gather", peer: root) {
      MPI_Igather_c(
        values.baseAddress, values.count, T.handle, result?.baseAddress, values.count, T.handle, root.mpi, handle, $0)
    }
  }

  /// `MPI_Iallgather`; see ``allgather(_:into:)``.
  public func iallgather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>
  ) throws -> Request {
    try iallgather(values, into: result, keeping: nil)
  }

  /// `MPI_Iscatter`; see ``scatter(_:into:root:)``.
  public func iscatter<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>?, into part: UnsafeMutableBufferPointer<T>, root: Int
  ) throws -> Request {
    if rank == root {
      try requireCount(values?.count, size * part.count, "scatter")
    }
    return try start("scatter", peer: root) {
      MPI_Iscatter_c(
        values?.baseAddress, part.count, T.handle, part.baseAddress, part.count, T.handle, root.mpi, handle, $0)
    }
  }

  /// `MPI_Ialltoall`; see ``alltoall(_:into:)``.
  public func ialltoall<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>
  ) throws -> Request {
    try requireCount(result.count, values.count, "alltoall")
    try require(values.count.isMultiple(of: size), "alltoall", .count, "\(values.count) elements for \(size) ranks")
    let count = values.count / size
    return try start("alltoall") {
      MPI_Ialltoall_c(values.baseAddress, count, T.handle, result.baseAddress, count, T.handle, handle, $0)
    }
  }

  /// `MPI_Ireduce_scatter_block`; see ``reduceScatter(_:into:_:)``.
  public func ireduceScatter<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into part: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> Request {
    try requireCount(values.count, size * part.count, "reduceScatter")
    try operation.check(T.self, "reduceScatter")
    return try start("reduceScatter") {
      MPI_Ireduce_scatter_block_c(
        values.baseAddress, part.baseAddress, part.count, T.handle, operation.handle, handle, $0)
    }
  }

  /// `MPI_Ireduce_scatter`; see ``reduceScatter(_:_:into:_:)``.
  public func ireduceScatter<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ layout: BlockLayout, into part: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> Request {
    try layout.check("reduceScatter", ranks: size, bufferCount: values.count)
    try requireCount(part.count, layout.range(of: rank).count, "reduceScatter")
    try operation.check(T.self, "reduceScatter")
    return try start("reduceScatter", keeping: layout) {
      MPI_Ireduce_scatter_c(
        values.baseAddress, part.baseAddress, layout.counts, T.handle, operation.handle, handle, $0)
    }
  }

  /// `MPI_Iscan`; see ``scan(_:into:_:)``.
  public func iscan<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> Request {
    try requireCount(result.count, values.count, "scan")
    try operation.check(T.self, "scan")
    return try start("scan") {
      MPI_Iscan_c(values.baseAddress, result.baseAddress, values.count, T.handle, operation.handle, handle, $0)
    }
  }

  /// `MPI_Iexscan`; see ``exscan(_:into:_:)``.
  public func iexscan<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> Request {
    try requireCount(result.count, values.count, "exscan")
    try operation.check(T.self, "exscan")
    return try start("exscan") {
      MPI_Iexscan_c(values.baseAddress, result.baseAddress, values.count, T.handle, operation.handle, handle, $0)
    }
  }

  // MARK: Operations whose memory may have an owner

  func ibroadcast<T: MPIDatatype>(
    _ buffer: UnsafeMutableBufferPointer<T>, root: Int, keeping owner: AnyObject?
  ) throws -> Request {
    try start("broadcast", peer: root, keeping: owner) {
      MPI_Ibcast_c(buffer.baseAddress, buffer.count, T.handle, root.mpi, handle, $0)
    }
  }

  func iallreduce<T: MPIDatatype>(
    _ buffer: UnsafeMutableBufferPointer<T>, _ operation: Operation, keeping owner: AnyObject?
  ) throws -> Request {
    try operation.check(T.self, "allreduce")
    return try start("allreduce", keeping: owner) {
      MPI_Iallreduce_c(cmpi_in_place(), buffer.baseAddress, buffer.count, T.handle, operation.handle, handle, $0)
    }
  }

  func iallgather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, keeping owner: AnyObject?
  ) throws -> Request {
    try requireCount(result.count, size * values.count, "allgather")
    return try start("allgather", keeping: owner) {
      MPI_Iallgather_c(
        values.baseAddress, values.count, T.handle, result.baseAddress, values.count, T.handle, handle, $0)
    }
  }

  func requireCount(_ count: Int?, _ expected: Int, _ operation: StaticString) throws {
    try require(
      count == expected, operation, .count,
      "a buffer of \(count.map(String.init) ?? "no") elements where \(expected) are needed, on \(self)")
  }
}
