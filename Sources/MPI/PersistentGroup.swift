internal import CMPI

/// Persistent operations that are started and waited for together (`MPI_Startall`, `MPI_Waitall`; MPI 4.0, section 3.9).
///
/// A halo exchange is set up once, and then costs two calls and no allocation a step:
///
/// ```swift
/// var exchange = PersistentGroup()
/// try exchange.add(world.persistentReceive(into: halo, from: left))
/// try exchange.add(world.persistentSend(edge, to: right))
/// for _ in 0..<sweeps {
///   try exchange.startAll()
///   relaxInterior()
///   try exchange.waitAll()
/// }
/// ```
public struct PersistentGroup: ~Copyable {
  private var list = RequestList()
  private var failuresBefore = 0
  /// Whether the operations have been started and not yet waited for.
  public private(set) var isActive = false

  /// A group without operations; ``add(_:)`` fills it.
  public init() {}

  /// The number of operations.
  public var count: Int { list.count }

  /// Takes over a persistent request.
  ///
  /// - Precondition: neither the request nor the group is active.
  public mutating func add(_ request: consuming PersistentRequest) {
    precondition(!isActive && !request.isActive, "a persistent operation joins a group while one of them is active")
    let (handle, activity, owner) = request.release()
    list.append(handle, activity, owner)
  }

  /// Starts all operations (`MPI_Startall`).
  ///
  /// - Throws: ``MPIError`` of class ``ErrorClass/request`` if they are still active.
  public mutating func startAll() throws {
    guard let first = list.activities.first else { return }
    try Failures.requireNothingAbandoned(first.label)
    if isActive {
      throw MPIError(operation: first.label, errorClass: .request, message: "started again before it was waited for")
    }
    try check(MPI_Startall(Int32(clamping: count), &list.handles), "start \(count) operations")
    failuresBefore = Failures.count
    isActive = true
  }

  /// Waits until all operations are over; at once if they were not started.
  public mutating func waitAll() throws {
    guard isActive else { return }
    defer { if !Failures.hasAbandonedOperation { isActive = false } }
    try list.waitForAll()
  }

  /// Whether all are over (`MPI_Testall`), which makes them inactive.
  public mutating func areFinished() throws -> Bool {
    if isActive, try list.areFinished() { isActive = false }
    return !isActive
  }

  deinit {
    if isActive, let first = list.activities.first {
      Failures.tolerateDrop(of: first, failuresBefore: failuresBefore)
      return
    }
    for handle in list.handles {
      Environment.freePersistent(handle)
    }
    list.releaseOwners()
  }
}
