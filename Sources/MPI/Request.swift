internal import CMPI

/// A non-blocking operation under way (MPI 4.0, section 3.7).
///
/// MPI reads or writes the operation's buffers until the request is over. A request over unsafe buffers leaves it to the caller
/// to keep them allocated and untouched so long; the methods over arrays return requests that own their memory.
///
/// A request is not copyable, so it is waited for once, and it must not be dropped unfinished: its buffers would go back to the
/// program with MPI still writing to them. Dropping one stops the program with a message that names the operation. There is one
/// exception: if this library has thrown an error since the request was started, then the request is most likely dropped by that
/// error on its way out. The error is then worth more than the trap; the request is abandoned, and no further operation can be
/// started in this process.
public struct Request: ~Copyable {
  var handle: MPI_Request
  let activity: Activity
  private var finished: Status?
  private let kept: Unmanaged<AnyObject>?
  private let failuresBefore: Int

  init(_ handle: MPI_Request, _ activity: Activity, keeping owner: AnyObject?) {
    self.handle = handle
    self.activity = activity
    self.kept = owner.map { Unmanaged.passRetained($0) }
    self.failuresBefore = Failures.count
  }

  /// Waits until the operation is over (`MPI_Test` and a yield in turn).
  ///
  /// - Returns: source, tag and size of the message, if the operation is a receive.
  /// - Throws: MPI's error, or one of class ``ErrorClass/timeout`` after the communicator's deadline.
  @discardableResult
  public consuming func wait() throws -> Status { try wait(after: .zero) }

  /// The same, where the operation was waited for before, which counts for the deadline.
  @discardableResult
  package consuming func wait(after waited: Duration) throws -> Status {
    let (activity, kept, finished) = (activity, kept, finished)
    var handle = handle
    discard self
    // After a timeout the owner of the buffers is never released, because MPI may still use them.
    defer { if handle == MPI_REQUEST_NULL { kept?.release() } }
    if let finished { return finished }
    return try activity.wait(for: &handle, after: waited)
  }

  /// Whether the operation is over (`MPI_Test`). A later ``wait()`` returns at once.
  public mutating func isFinished() throws -> Bool {
    if finished != nil { return true }
    try Failures.requireNothingAbandoned(activity.label)
    var status = MPI_Status()
    if try activity.test(&handle, &status) {
      finished = Status(status: status)
    }
    return finished != nil
  }

  /// Hands the operation over to a group, which then answers for it.
  consuming func release() -> (MPI_Request, Activity, Unmanaged<AnyObject>?) {
    let parts = (handle, activity, kept)
    discard self
    return parts
  }

  deinit {
    if handle != MPI_REQUEST_NULL {
      Failures.tolerateDrop(of: activity, failuresBefore: failuresBefore)
    } else {
      kept?.release()
    }
  }
}

extension Failures {
  /// Decides what a dropped, unfinished request means; see ``Request``.
  static func tolerateDrop(of activity: Activity, failuresBefore: Int) {
    guard Failures.count != failuresBefore || hasAbandonedOperation else {
      fatalError("the request of \(activity.label) was dropped unfinished: wait for it")
    }
    abandonOperation()
  }
}

extension Communicator {
  /// Starts an operation, and pairs the request with its name.
  func start(
    _ name: StaticString, peer: Int? = nil, tag: Int? = nil, isReceive: Bool = false, keeping owner: AnyObject? = nil,
    _ call: (UnsafeMutablePointer<MPI_Request>) -> Int32
  ) throws -> Request {
    let activity = Activity(name: name, communicator: self, peer: peer, tag: tag, isReceive: isReceive)
    return Request(try activity.begin(call), activity, keeping: owner)
  }
}

/// What a finished receive or a probe knows about its message (MPI 4.0, section 3.2.5).
public struct Status: Sendable {
  let status: MPI_Status

  /// The rank that sent the message.
  public var source: Int { Int(status.MPI_SOURCE) }

  /// The tag it was sent with.
  public var tag: Int { Int(status.MPI_TAG) }

  /// The number of elements in the message (`MPI_Get_count`).
  ///
  /// - Returns: `nil` if the message's size is not a whole number of elements of this type.
  public func count<Element: MPIDatatype>(of type: Element.Type) throws -> Int? {
    var count: MPI_Count = 0
    try withUnsafePointer(to: status) {
      try check(MPI_Get_count_c($0, Element.handle, &count), "count of a message")
    }
    return count == MPI_Count(MPI_UNDEFINED) ? nil : Int(count)
  }
}
