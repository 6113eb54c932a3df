internal import CMPI

/// Several non-blocking operations that are waited for together (`MPI_Waitall`; MPI 4.0, section 3.7.5).
///
/// ```swift
/// var requests = RequestGroup()
/// requests.add(try world.ireceive(into: halo, from: left))
/// requests.add(try world.isend(edge, to: right))
/// try requests.waitAll()
/// ```
public struct RequestGroup: ~Copyable {
  private var list = RequestList()
  private var failuresBefore = Failures.count

  /// A group without operations; ``add(_:)`` fills it.
  public init() {}

  /// The number of operations added since the last ``waitAll()``.
  public var count: Int { list.count }

  /// Takes over a request.
  public mutating func add(_ request: consuming Request) {
    if list.isEmpty { failuresBefore = Failures.count }
    let (handle, activity, owner) = request.release()
    list.append(handle, activity, owner)
  }

  /// Waits until all operations are over, and empties the group.
  ///
  /// - Returns: one status an operation, in the order they were added.
  @discardableResult
  public mutating func waitAll() throws -> [Status] {
    try list.waitForAll()
    list.releaseOwners()
    defer { list = RequestList() }
    return list.statuses.map { Status(status: $0) }
  }

  deinit {
    for (handle, activity) in zip(list.handles, list.activities) where handle != MPI_REQUEST_NULL {
      Failures.tolerateDrop(of: activity, failuresBefore: failuresBefore)
    }
  }
}
