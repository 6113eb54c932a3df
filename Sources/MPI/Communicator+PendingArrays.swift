// Non-blocking collective operations over Swift arrays (MPI 4.0, section 6.12); see ``PendingValues`` for who owns the memory.
extension Communicator {
  /// Starts copying the root's array to everyone (`MPI_Ibcast`). All have the same length.
  public func ibroadcast<T: MPIDatatype>(_ values: [T], root: Int) throws -> PendingValues<T> {
    let storage = Storage(copying: values)
    return PendingValues(try ibroadcast(storage.buffer, root: root, keeping: storage), storage)
  }

  /// Starts combining everyone's arrays for all (`MPI_Iallreduce`).
  ///
  /// ```swift
  /// let pending = try world.iallreduce(gradient, .sum)
  /// let loss = energy(of: states)
  /// let total = try pending.wait()
  /// ```
  public func iallreduce<T: MPIDatatype>(_ values: [T], _ operation: Operation) throws -> PendingValues<T> {
    let storage = Storage(copying: values)
    return PendingValues(try iallreduce(storage.buffer, operation, keeping: storage), storage)
  }

  /// Starts collecting arrays of one length on all ranks (`MPI_Iallgather`).
  public func iallgather<T: MPIDatatype>(_ values: [T]) throws -> PendingValues<T> {
    let own = Storage(copying: values)
    let all = Storage<T>(count: size * values.count)
    return PendingValues(try iallgather(own.readOnly, into: all.buffer, keeping: Owners(own, all)), all)
  }
}
