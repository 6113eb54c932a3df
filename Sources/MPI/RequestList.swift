internal import CMPI

/// The handles of several operations side by side, as `MPI_Testall` and `MPI_Startall` want them.
struct RequestList {
  var handles: [MPI_Request] = []
  private(set) var activities: [Activity] = []
  private(set) var statuses: [MPI_Status] = []
  private var owners: [Unmanaged<AnyObject>] = []

  var count: Int { handles.count }
  var isEmpty: Bool { handles.isEmpty }

  mutating func append(_ handle: MPI_Request, _ activity: Activity, _ owner: Unmanaged<AnyObject>?) {
    handles.append(handle)
    activities.append(activity)
    statuses.append(MPI_Status())
    if let owner { owners.append(owner) }
  }

  /// One question to all (`MPI_Testall`; MPI 4.0, section 3.7.5).
  mutating func areFinished() throws -> Bool {
    var flag: Int32 = 0
    let code = MPI_Testall(Int32(clamping: count), &handles, &flag, &statuses)
    if code != MPI_SUCCESS { throw error(code) }
    return flag != 0
  }

  /// Waits until all are over.
  mutating func waitForAll() throws {
    guard let first = activities.first else { return }
    try Failures.requireNothingAbandoned(first.label)
    let deadline = activities.compactMap(\.communicator.deadline).min()
    if try Waiting.poll(deadline: deadline, until: { try areFinished() }) { return }
    Failures.abandonOperation()
    throw try timeout(deadline ?? .zero)
  }

  /// Lets go of the buffers' owners, once no operation will run again.
  func releaseOwners() {
    for owner in owners { owner.release() }
  }

  /// The error of the first operation that has one; `MPI_Testall` itself only says "look in the statuses".
  private func error(_ code: Int32) -> MPIError {
    for (activity, status) in zip(activities, statuses)
    where status.MPI_ERROR != MPI_SUCCESS && status.MPI_ERROR != MPI_ERR_PENDING {
      return MPIError(code: status.MPI_ERROR, operation: activity.label, peer: activity.peer)
    }
    return MPIError(code: code, operation: "wait for \(count) operations")
  }

  /// Names the first operation that is still running (`MPI_Request_get_status`), and how many there are.
  private func timeout(_ deadline: Duration) throws -> MPIError {
    let running = try zip(handles, activities).filter { handle, activity in
      var flag: Int32 = 0
      try activity.check(MPI_Request_get_status(handle, &flag, cmpi_status_ignore()))
      return flag == 0
    }
    guard let first = running.first else { return activities[0].timeout(deadline) }
    return first.1.timeout(deadline, detail: ", as \(running.count) of \(count) operations")
  }
}
