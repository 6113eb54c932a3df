import Host
import Ising
import MPI

/// What the ranks of a search divide between them.
public enum Spread: String, CaseIterable, Sendable {
  /// Each rank takes some of the reads, each with all spins: nothing travels while they run.
  case replicas
  /// Each rank takes some of the spins of every read, and states travel in every step.
  case spins
}

/// The spread that suits a search, and why.
public struct SpreadChoice: Equatable, Sendable {
  /// What ranks divide.
  public var spread: Spread
  /// One clause, for the user.
  public var reason: String

  /// From so many spins a rank on a step takes longer than its exchange (about 50 µs among ranks of one node): moves of sparse
  /// spins take nanoseconds each, those of dense ones a row of couplings.
  private static let worthwhileSpins = (sparse: 20_000, dense: 500)

  /// A spread that the caller has chosen.
  public init(_ spread: Spread, because reason: String) {
    self.spread = spread
    self.reason = reason
  }

  /// - Parameters:
  ///   - ranks: of the search, all on nodes like this one.
  ///   - ranksOfNode: those that share this node's memory.
  public init(_ problem: IsingProblem, _ settings: SolverSettings, ranks: Int, ranksOfNode: Int) {
    let spins = problem.spinCount
    let isDense = problem.density >= SpinCouplings.denseFrom
    if ranks == 1 {
      self.init(.replicas, because: "there is one rank")
    } else if spins < ranks {
      self.init(.replicas, because: "\(ranks) ranks are more than the \(spins) spins")
    } else if settings.exchangeEvery > 1 {
      self.init(.spins, because: "states are to be exchanged every \(settings.exchangeEvery) steps")
    } else if isDense, (settings.machine ?? .standard(for: problem, settings)).isSequential {
      self.init(.replicas, because: "a sampler of densely coupled spins would exchange after each of them")
    } else if isDense, Self.denseBytes(problem) > Double(MemoryLimit.bytesLeft(sharedBy: ranksOfNode)) {
      self.init(.spins, because: "\(ranksOfNode) copies of the couplings would take too much of the node's memory")
    } else if let reads = settings.reads, reads < ranks {
      let worthwhile = isDense ? Self.worthwhileSpins.dense : Self.worthwhileSpins.sparse
      let count = "\(reads) \(reads == 1 ? "read is" : "reads are") fewer than \(ranks) ranks"
      self =
        spins / ranks >= worthwhile
        ? SpreadChoice(.spins, because: count)
        : SpreadChoice(.replicas, because: "\(spins / ranks) spins a rank are too few to be worth an exchange in each step")
    } else {
      self.init(.replicas, because: "reads need no exchange, and there are enough for \(ranks) ranks")
    }
  }

  /// The spread that the settings ask for, or else the one that suits the search; the same on all ranks. Collective.
  ///
  /// - Parameter world: the ranks that search; `nil`: this one alone.
  init(_ problem: IsingProblem, _ settings: SolverSettings, over world: Communicator?) throws {
    if let spread = settings.spread {
      self.init(spread, because: "asked for")
      return
    }
    guard let world else {
      self.init(problem, settings, ranks: 1, ranksOfNode: 1)
      return
    }
    let node = try world.splitShared()
    defer { try? node.free() }
    self.init(problem, settings, ranks: world.size, ranksOfNode: node.size)
    // Nodes may differ, and all ranks must do the same.
    spread = try world.broadcast(spread == .spins ? 1 : 0, root: 0) == 1 ? .spins : .replicas
  }

  /// Bytes of a problem's own rows and of the matrix of its couplings.
  private static func denseBytes(_ problem: IsingProblem) -> Double {
    12 * Double(problem.neighbours.count) + 4 * Double(problem.spinCount) * Double(problem.spinCount)
  }
}
