/// Memory that outlives the call which made it: a request keeps it alive until its operation is over.
final class Storage<Element: MPIDatatype> {
  let buffer: UnsafeMutableBufferPointer<Element>

  init(copying values: [Element]) {
    buffer = .allocate(capacity: values.count)
    _ = buffer.initialize(from: values)
  }

  /// Uninitialised memory, for MPI to write.
  init(count: Int) {
    buffer = .allocate(capacity: count)
  }

  var readOnly: UnsafeBufferPointer<Element> { UnsafeBufferPointer(buffer) }

  deinit { buffer.deallocate() }
}

/// A non-blocking operation that owns the memory it works on, and gives its result when waited for.
///
/// This is the safe way to overlap communication: the array handed in is copied, nothing can touch the memory while MPI uses
/// it, and the result exists only after ``wait()``. The copy costs what a memory copy costs; where that matters use the methods
/// over unsafe buffers.
public struct PendingValues<Element: MPIDatatype>: ~Copyable {
  private var request: Request
  private let storage: Storage<Element>
  /// A message may be shorter than the memory for it; a collective operation fills it.
  private let isMessage: Bool

  init(_ request: consuming Request, _ storage: Storage<Element>, isMessage: Bool = false) {
    self.request = request
    self.storage = storage
    self.isMessage = isMessage
  }

  /// Whether the operation is over (`MPI_Test`). A later ``wait()`` returns at once.
  public mutating func isFinished() throws -> Bool {
    try request.isFinished()
  }

  /// Waits until the operation is over.
  ///
  /// - Returns: the values received or combined.
  public consuming func wait() throws -> [Element] { try wait(after: .zero) }

  /// The same, where the operation was waited for before, which counts for the deadline.
  package consuming func wait(after waited: Duration) throws -> [Element] {
    let storage = storage
    let isMessage = isMessage
    let status = try request.wait(after: waited)
    return isMessage ? Array(storage.buffer.prefix(try status.count(of: Element.self) ?? 0)) : Array(storage.buffer)
  }
}

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
