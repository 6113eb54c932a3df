internal import CMPI

// Collective operations over unsafe buffers, blocking (MPI 4.0, chapter 6): each is its non-blocking form and a wait.
//
// Counts follow from the buffers' lengths. Where one rank's lengths must fit each other the call checks them; that they
// agree between ranks is the caller's duty, as in MPI.
extension Communicator {
  /// Waits for everyone (`MPI_Barrier`; section 6.3).
  public func barrier() throws {
    try ibarrier().wait()
  }

  /// Copies the root's buffer to everyone (`MPI_Bcast`; section 6.4). All buffers have the same length.
  public func broadcast<T: MPIDatatype>(_ buffer: UnsafeMutableBufferPointer<T>, root: Int) throws {
    try ibroadcast(buffer, root: root).wait()
  }

  /// Combines everyone's buffers element by element into the root's `result` (`MPI_Reduce`; section 6.9.1).
  ///
  /// - Parameter result: as long as `values` on the root; not used elsewhere, where it may be `nil`.
  public func reduce<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>?, _ operation: Operation, root: Int
  ) throws {
    try ireduce(values, into: result, operation, root: root).wait()
  }

  /// Combines everyone's buffers element by element, and gives all the result in place (`MPI_Allreduce`; section 6.9.6).
  public func allreduce<T: MPIDatatype>(_ buffer: UnsafeMutableBufferPointer<T>, _ operation: Operation) throws {
    try iallreduce(buffer, operation).wait()
  }

  /// Combines everyone's buffers element by element, and gives all the result (`MPI_Allreduce`; section 6.9.6).
  public func allreduce<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws {
    try iallreduce(values, into: result, operation).wait()
  }

  /// Collects buffers of one length on the root, in the order of ranks (`MPI_Gather`; section 6.5).
  ///
  /// - Parameter result: `size` times as long as `values` on the root; not used elsewhere, where it may be `nil`.
  public func gather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>?, root: Int
  ) throws {
    try igather(values, into: result, root: root).wait()
  }

  /// Collects buffers of one length on all ranks (`MPI_Allgather`; section 6.7).
  ///
  /// - Parameter result: `size` times as long as `values`.
  public func allgather<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>
  ) throws {
    try iallgather(values, into: result).wait()
  }

  /// Gives each rank its equal part of the root's buffer (`MPI_Scatter`; section 6.6).
  ///
  /// - Parameters:
  ///   - values: `size` times as long as `part` on the root; not used elsewhere, where it may be `nil`.
  ///   - part: what the caller gets.
  public func scatter<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>?, into part: UnsafeMutableBufferPointer<T>, root: Int
  ) throws {
    try iscatter(values, into: part, root: root).wait()
  }

  /// Sends the *j*-th part of each rank's buffer to rank *j* (`MPI_Alltoall`; section 6.8). Both buffers hold `size` equal parts.
  public func alltoall<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>
  ) throws {
    try ialltoall(values, into: result).wait()
  }

  /// Combines everyone's buffers and gives each rank its equal part of the result (`MPI_Reduce_scatter_block`; section 6.10.1).
  ///
  /// - Parameter values: `size` times as long as `part`.
  public func reduceScatter<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into part: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws {
    try ireduceScatter(values, into: part, operation).wait()
  }

  /// Combines everyone's buffers and gives rank *i* the *i*-th block of the result (`MPI_Reduce_scatter`; section 6.10.2).
  ///
  /// - Parameter layout: the blocks in `values`, without gaps; the same on all ranks.
  public func reduceScatter<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, _ layout: BlockLayout, into part: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws {
    try ireduceScatter(values, layout, into: part, operation).wait()
  }

  /// Combines the buffers of the ranks up to and with the caller (`MPI_Scan`; section 6.11.1).
  public func scan<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws {
    try iscan(values, into: result, operation).wait()
  }

  /// Combines the buffers of the ranks before the caller (`MPI_Exscan`; section 6.11.2). On rank 0 `result` stays as it was.
  public func exscan<T: MPIDatatype>(
    _ values: UnsafeBufferPointer<T>, into result: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws {
    try iexscan(values, into: result, operation).wait()
  }
}
