import Ising
import MPI

/// A search in parts, between which it can be interrupted and go on, on any number of ranks.
///
/// Where the number of reads is given, a part is some of the reads. Each read is a function of the seed and its number, so the reads of all
/// parts are those of a search in one piece, whoever does them. With a time limit, a part is a slice of the time, which begins with
/// the best state so far and random numbers of its own.
public struct LongSearch {
  private let problem: IsingProblem
  private let settings: SolverSettings
  private let store: SearchStore

  /// A part of reads takes at most about so many seconds, beyond which more would be lost with it than its beginning costs.
  private static let longestPart = 30.0

  /// - Parameter store: where the search is kept.
  /// - Throws: `SolverError` if both reads and time are limited: which reads the time allows depends on the interruptions.
  public init(_ solver: Solver, store: SearchStore) throws {
    (problem, settings, self.store) = (solver.problem, solver.settings, store)
    guard settings.reads == nil || settings.time == nil else {
      throw SolverError("a search that is kept has a number of reads or a time limit, not both")
    }
  }

  /// Searches from where the store stands. Collective.
  ///
  /// - Parameters:
  ///   - world: ranks that search together; `nil`: this one alone.
  ///   - shouldStop: asked some thousand times a second; once it says yes on any rank, the search is written down and ends.
  ///   - progress: called with every state of this rank that is better than all its states before, in seconds of the whole search.
  /// - Throws: `FileError` if a checkpoint cannot be written, `SolverError` if settings make no sense, or the failure of an
  ///   exchange between ranks; nothing on one rank.
  public func run(
    over world: Communicator? = nil, shouldStop: @escaping () -> Bool = { false },
    progress: @escaping (SearchProgress) -> Void = { _ in }
  ) throws -> Solution {
    var memory = try store.restore(problem, settings, over: world)
    memory.trace.forEach(progress)
    var reads = firstPart(ranks: world?.size ?? 1)
    var solution: Solution?
    if nextPart(after: memory, reads: reads) != nil { try store.forgetResult(over: world) }
    while let part = nextPart(after: memory, reads: reads) {
      let before = memory
      let found = try Solver(problem, part).run(over: world, known: memory.best?.spins, shouldStop: shouldStop) {
        guard $0.energy < before.best?.energy ?? .infinity else { return }
        progress(SearchProgress(seconds: before.seconds + $0.seconds, energy: $0.energy))
      }
      memory.take(found, of: part, limit: settings.greatestSampleCount)
      solution = found
      let isLast = found.wasStopped || nextPart(after: memory, reads: 1) == nil
      if try store.isDue(isLast: isLast, over: world) { try store.save(memory, problem, settings, over: world) }
      if found.wasStopped { break }
      // Ranks take different times, and must agree.
      if 2 * found.seconds < min(Self.longestPart, store.interval) { reads *= 2 }
    }
    return try memory.solution(
      settings, last: solution, spread: SpreadChoice(problem, settings, over: world), ranks: world?.size ?? 1)
  }

  /// Reads that machines of amplitudes move at once, or of samplers one a rank.
  private func firstPart(ranks: Int) -> Int {
    (settings.machine ?? .standard(for: problem, settings)).isSequential ? ranks : 64 * ranks
  }

  /// What is to be done next; `nil` at the end of the search.
  private func nextPart(after memory: SearchMemory, reads: Int) -> SolverSettings? {
    if let target = settings.targetEnergy, let best = memory.best, best.energy <= target { return nil }
    var part = settings
    if let machine = memory.machine, settings.choosesMachine {
      (part.machine, part.scale, part.choosesMachine) = (machine, memory.scale, false)
    }
    if let time = settings.time {
      let left = time - .seconds(memory.seconds)
      guard left > .zero || memory.parts == 0 else { return nil }
      part.time = max(min(left, .seconds(store.interval)), .zero)
      part.seed = settings.seed &+ UInt64(memory.parts) &* 0x9E37_79B9_7F4A_7C15
    } else {
      let all = settings.reads ?? 1
      guard memory.readsDone < all else { return nil }
      (part.reads, part.part) = (all, memory.readsDone..<min(memory.readsDone + reads, all))
    }
    return part
  }
}
