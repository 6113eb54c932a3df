internal import CMPI

/// An operation set up once and started many times (MPI 4.0, section 3.9): for exchanges that repeat with the same buffers.
///
/// The caller keeps the buffers allocated as long as the request lives, and leaves them alone between ``start()`` and
/// ``wait()``. The request is given back to MPI when dropped, which it must not be while active; see ``Request``.
public struct PersistentRequest: ~Copyable {
  private var handle: MPI_Request
  private let activity: Activity
  private let owner: Unmanaged<AnyObject>?
  private var failuresBefore = 0
  /// Whether the operation has been started and not yet waited for.
  public private(set) var isActive = false

  init(_ handle: MPI_Request, _ activity: Activity, keeping owner: AnyObject?) {
    self.handle = handle
    self.activity = activity
    self.owner = owner.map { Unmanaged.passRetained($0) }
  }

  /// Starts the operation (`MPI_Start`).
  ///
  /// - Throws: ``MPIError`` of class ``ErrorClass/request`` if it is still active.
  public mutating func start() throws {
    try Failures.requireNothingAbandoned(activity.label)
    if isActive {
      throw MPIError(operation: activity.label, errorClass: .request, message: "started again before it was waited for")
    }
    try activity.check(MPI_Start(&handle))
    failuresBefore = Failures.count
    isActive = true
  }

  /// Waits until the started operation is over; at once if it was not started.
  @discardableResult
  public mutating func wait() throws -> Status {
    defer { if !Failures.hasAbandonedOperation { isActive = false } }
    return try activity.wait(for: &handle)
  }

  /// Whether the started operation is over (`MPI_Test`), which makes it inactive.
  ///
  /// - Returns: `nil` while it is running.
  public mutating func statusIfFinished() throws -> Status? {
    try Failures.requireNothingAbandoned(activity.label)
    var status = MPI_Status()
    guard try activity.test(&handle, &status) else { return nil }
    isActive = false
    return Status(status: status)
  }

  /// Hands the operation over to a group.
  consuming func release() -> (MPI_Request, Activity, Unmanaged<AnyObject>?) {
    let parts = (handle, activity, owner)
    discard self
    return parts
  }

  deinit {
    if isActive {
      Failures.tolerateDrop(of: activity, failuresBefore: failuresBefore)
    } else {
      Environment.freePersistent(handle)
      owner?.release()
    }
  }
}

extension Environment {
  /// Gives an inactive persistent request back, unless MPI is already finalised and has taken it.
  static func freePersistent(_ handle: MPI_Request) {
    var handle = handle
    if !isFinalized, handle != MPI_REQUEST_NULL {
      MPI_Request_free(&handle)
    }
  }
}

extension Communicator {
  /// Sets up a send of a buffer (`MPI_Send_init`).
  public func persistentSend<T: MPIDatatype>(
    _ buffer: UnsafeBufferPointer<T>, to destination: Int, tag: Int = 0
  ) throws -> PersistentRequest {
    try prepare("send", peer: destination, tag: tag) {
      MPI_Send_init_c(buffer.baseAddress, buffer.count, T.handle, destination.mpi, tag.mpi, handle, $0)
    }
  }

  /// Sets up a receive into a buffer (`MPI_Recv_init`).
  public func persistentReceive<T: MPIDatatype>(
    into buffer: UnsafeMutableBufferPointer<T>, from source: Int, tag: Int = 0
  ) throws -> PersistentRequest {
    try prepare("receive", peer: source, tag: tag, isReceive: true) {
      MPI_Recv_init_c(buffer.baseAddress, buffer.count, T.handle, source.mpi, tag.mpi, handle, $0)
    }
  }

  /// Sets up an allreduce in place (`MPI_Allreduce_init`; MPI 4.0, section 6.13). Collective.
  public func persistentAllreduce<T: MPIDatatype>(
    _ buffer: UnsafeMutableBufferPointer<T>, _ operation: Operation
  ) throws -> PersistentRequest {
    try operation.check(T.self, "allreduce")
    return try prepare("allreduce") {
      MPI_Allreduce_init_c(
        cmpi_in_place(), buffer.baseAddress, buffer.count, T.handle, operation.handle, handle, MPI_INFO_NULL, $0)
    }
  }

  func prepare(
    _ name: StaticString, peer: Int? = nil, tag: Int? = nil, isReceive: Bool = false, keeping owner: AnyObject? = nil,
    _ call: (UnsafeMutablePointer<MPI_Request>) -> Int32
  ) throws -> PersistentRequest {
    let activity = Activity(name: name, communicator: self, peer: peer, tag: tag, isReceive: isReceive)
    return PersistentRequest(try activity.begin(call), activity, keeping: owner)
  }
}
