import Ising
import Machines

/// What a search has found, and what it has cost.
public struct Solution: Sendable {
  /// The states of the reads, best first. Where ranks divide the reads, rank 0 has those of all and every other rank its own.
  public var samples: SampleSet
  /// The lowest energy that any rank has found, on every rank.
  public var energy: Double
  /// Every state of this rank that was better than all its states before.
  public var trace: [SearchProgress]
  /// The machine that ran.
  public var machine: MachineKind
  /// The settings with which it ran: those of the search, or what trials have made of them (`choosesMachine`).
  public var settings: SolverSettings
  /// What the ranks divided between them.
  public var spread: SpreadChoice
  public var ranks: Int
  /// Moves of single spins that were tried, on all ranks.
  public var spinUpdates: Double
  /// Of the slowest rank, in seconds of the settings' clock. Trials count.
  public var seconds: Double
  /// Whether the search ended because it was asked to, on any rank.
  public var wasStopped: Bool
}

/// A better state than any before.
public struct SearchProgress: Equatable, Sendable {
  /// Since the search began.
  public var seconds: Double
  public var energy: Double
}
