internal import CMPI
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How this library waits: it asks, and between two questions it lets others run.
///
/// MPICH's own waits spin without yielding. With more ranks than cores the rank that everyone waits for is then kept from its
/// core for whole scheduler slices: a 4 KiB allreduce over 8 ranks on 2 cores takes 46 ms so, and 0.5 ms with a yield after each
/// `MPI_Test`. When every rank has a core, a short spin before the first yield keeps the latency of a plain wait.
enum Waiting {
  /// Questions asked back to back before the first yield when every rank has a core: some 100 µs.
  private static let spinsWithOwnCore = 2000

  /// Between two questions, also on a busy host. A longer pause counts as this one: the process was suspended.
  private static let longestPause = Duration.seconds(1)

  /// Until the environment knows the node's ranks and cores, yielding is the safe choice.
  private static let spins = Atomic<Int>(0)

  static func adapt(toOversubscription isOversubscribed: Bool) {
    spins.store(isOversubscribed ? 0 : spinsWithOwnCore, ordering: .relaxed)
  }

  /// Asks until the answer is yes.
  ///
  /// Time in which this process did not run, since the job or the host was suspended, does not count.
  ///
  /// - Returns: `false` if the deadline passed first.
  static func poll(deadline: Duration?, until isFinished: () throws -> Bool) rethrows -> Bool {
    for _ in 0...spins.load(ordering: .relaxed) where try isFinished() {
      return true
    }
    let clock = ContinuousClock()
    guard let deadline else {
      repeat { sched_yield() } while try !isFinished()
      return true
    }
    var (last, waited) = (clock.now, Duration.zero)
    while true {
      sched_yield()
      if try isFinished() { return true }
      let now = clock.now
      waited += min(now - last, longestPause)
      last = now
      if waited > deadline { return false }
    }
  }
}

extension Activity {
  /// Waits for one request (`MPI_Test` until it says yes; MPI 4.0, section 3.7.3).
  ///
  /// On return the request is over and its buffers belong to the caller again. A receive that runs past the deadline is
  /// withdrawn; any other operation cannot be, and is abandoned.
  ///
  /// - Parameter waited: for it before, which counts.
  func wait(for request: inout MPI_Request, after waited: Duration = .zero) throws -> Status {
    try Failures.requireNothingAbandoned(label)
    var status = MPI_Status()
    let isFinished = try Waiting.poll(deadline: communicator.deadline.map { $0 - waited }) {
      try test(&request, &status)
    }
    if isFinished { return Status(status: status) }
    if isReceive, try withdraw(&request, &status) { return Status(status: status) }
    if !isReceive { Failures.abandonOperation() }
    throw timeout(communicator.deadline ?? .zero)
  }

  /// One question (`MPI_Test`). Once the answer is yes the request is null, or inactive when it is persistent.
  func test(_ request: inout MPI_Request, _ status: inout MPI_Status) throws -> Bool {
    var flag: Int32 = 0
    try check(MPI_Test(&request, &flag, &status))
    return flag != 0
  }

  /// Cancels a receive, which is a local operation.
  ///
  /// - Returns: whether the message came in after all, just before.
  private func withdraw(_ request: inout MPI_Request, _ status: inout MPI_Status) throws -> Bool {
    try check(MPI_Cancel(&request))
    _ = try Waiting.poll(deadline: nil) { try test(&request, &status) }
    var isCancelled: Int32 = 0
    try check(MPI_Test_cancelled(&status, &isCancelled))
    return isCancelled == 0
  }
}
