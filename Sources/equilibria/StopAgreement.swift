import MPI

/// Ends the searches of all ranks when one of them has a reason to: a target reached, or a signal.
///
/// The ranks combine their wishes in rounds of a non-blocking reduction. A rank that is done takes part in the rounds until all
/// are.
final class StopAgreement {
  private let world: Communicator
  private var round: PendingValues<Int>?
  private var failure: (any Error)?
  private(set) var hasStopped = false

  init(over world: Communicator) { self.world = world }

  /// Whether to stop: because this rank wants to or another one wanted.
  func poll(wantsToStop: Bool) -> Bool {
    guard world.size > 1 else { return wantsToStop }
    guard !hasStopped, failure == nil else { return true }
    do {
      if round == nil { round = try world.iallreduce([wantsToStop ? 1 : 0, 1], .max) }
      if var current = round.take() {
        if try current.isFinished() {
          hasStopped = try current.wait()[0] != 0
        } else {
          round = consume current
        }
      }
    } catch { failure = error }
    return hasStopped || wantsToStop || failure != nil
  }

  /// Waits until all ranks are done.
  ///
  /// - Parameter stopsOthers: whether this rank's end is that of all.
  func finish(stopsOthers: Bool) throws {
    if let failure { throw failure }
    guard world.size > 1 else { return }
    if let last = round.take() { hasStopped = try last.wait()[0] != 0 || hasStopped }
    var isAnyoneRunning = true
    while isAnyoneRunning {
      isAnyoneRunning = try world.iallreduce([stopsOthers ? 1 : 0, 0], .max).wait()[1] != 0
    }
  }
}
