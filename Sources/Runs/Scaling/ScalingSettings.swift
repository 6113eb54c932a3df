import Parallel

/// What a scaling study measures, and how its jobs are started.
public struct ScalingSettings: Equatable, Sendable {
  public var modes: [ScalingMode] = [.strong]
  /// Numbers of ranks, ascending.
  public var ranks: [Int] = [1, 2, 4]
  /// Of these numbers of ranks; for a number without any the grid that is predicted to be fastest is taken.
  public var grids: [GridShape] = []
  public var repetitions = 3
  /// Steps that are timed.
  public var steps = 5
  /// The launcher's words: what `-n RANKS PROGRAM` follows.
  public var launcher = ["mpirun"]
  /// Cores that all ranks share, where the launcher's hosts are not machines of their own.
  public var sharedCores: Int?
  /// Numbers of ranks to predict.
  public var predicted = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
  /// The network to predict for; `nil` for the one that was measured.
  public var network: PerformanceModel.Network?
  /// Other studies, whose points the model is compared with.
  public var checks: [String] = []

  public init() {}
}
