import MPI

/// How the ranks of a search end it together: the only place where they agree on that.
///
/// At every look a rank has a wish: to go on, to be done (its time is over, its target reached), or that all stop (it was asked to,
/// by a signal for example). What becomes of the wishes depends on how the ranks move:
///
/// - In **lockstep**, where they share the spins, they look at the same step. One reduction gives all of them the greatest wish.
/// - Otherwise each has reads of its own and looks when it likes. To be done concerns that rank alone; a wish to stop reaches the
///   others by rounds of a non-blocking reduction, soon and not at once. A rank that is done takes part in the rounds until all are
///   (`finish`).
final class StopAgreement {
  enum Wish: Int, Comparable {
    case goOn, beDone, stop

    static func < (a: Wish, b: Wish) -> Bool { a.rawValue < b.rawValue }
  }

  /// The ranks that agree, if they are more than one.
  private let world: Communicator?
  private let isLockstep: Bool
  private var round: PendingValues<Int>?
  /// How long this rank has seen the round open. All ranks look often, so one that is not over by the deadline waits for a rank that is
  /// gone.
  private var roundAge = Duration.zero
  private var lastLook = ContinuousClock.now
  private var hasStopped = false

  /// - Parameters:
  ///   - world: the ranks that search together; `nil`: this one alone.
  ///   - isLockstep: whether they share the spins, so that all look at the same step.
  init(over world: Communicator? = nil, isLockstep: Bool = false) {
    self.world = world.flatMap { $0.size > 1 ? $0 : nil }
    self.isLockstep = isLockstep
  }

  /// What this rank is to do, given its wish. Collective in lockstep.
  func decide(_ wish: Wish) throws -> Wish {
    guard let world else { return wish }
    guard isLockstep else { return try isStopped(world, wantsToStop: wish == .stop) ? .stop : wish }
    return Wish(rawValue: try world.allreduce(wish.rawValue, .max)) ?? wish
  }

  /// Whether to stop: because this rank wants to or another one wanted.
  private func isStopped(_ world: Communicator, wantsToStop: Bool) throws -> Bool {
    guard !hasStopped else { return true }
    if round == nil {
      round = try world.iallreduce([wantsToStop ? 1 : 0, 1], .max)
      (roundAge, lastLook) = (.zero, .now)
    }
    if var current = round.take() {
      if try current.isFinished() || isRoundOverdue(world) {
        hasStopped = try current.wait(after: roundAge)[0] != 0
      } else {
        round = consume current
      }
    }
    return hasStopped || wantsToStop
  }

  private func isRoundOverdue(_ world: Communicator) -> Bool {
    guard let deadline = world.deadline else { return false }
    let now = ContinuousClock.now
    // A longer pause is that of a suspended job.
    roundAge += min(now - lastLook, .seconds(1))
    lastLook = now
    return roundAge > deadline
  }

  /// One number for ranks in lockstep, the greatest of theirs; otherwise this rank's own. Collective in lockstep.
  func common(_ number: Double) throws -> Double {
    guard isLockstep, let world else { return number }
    return try world.allreduce(number, .max)
  }

  /// Waits until all ranks are done. Collective.
  ///
  /// - Parameter stopsOthers: whether this rank's end is that of all.
  func finish(stopsOthers: Bool) throws {
    guard let world, !isLockstep else { return }
    if let last = round.take() { hasStopped = try last.wait(after: roundAge)[0] != 0 || hasStopped }
    var isAnyoneRunning = true
    while isAnyoneRunning {
      isAnyoneRunning = try world.iallreduce([stopsOthers ? 1 : 0, 0], .max).wait()[1] != 0
    }
  }
}
