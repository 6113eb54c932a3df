/// Where a run is recorded, and how often.
public struct RunSettings: Equatable, Sendable {
  /// When checkpoints are written, whichever comes first; one is always written at the end and on a stop signal.
  public struct Checkpointing: Equatable, Sendable {
    /// Every so many epochs; 0: not by epochs.
    public var epochs = 1
    /// Every so many seconds; 0: not by time.
    public var seconds: Double = 600
    public init() {}
  }

  /// How accuracy is measured. The free phase starts from zero.
  public struct Evaluation: Equatable, Sendable {
    /// Images that one rank relaxes at a time.
    public var batch = 16
    /// Greatest number of sweeps; `nil` takes that of the free phase in training.
    public var sweeps: Int?
    /// Residual at which to stop; `nil` takes that of the free phase in training.
    public var tolerance: Float?
    /// Measure on the validation images after every so many epochs; 0: only at the end.
    public var epochs = 1
    public init() {}
  }

  /// The folder in which the run folders lie.
  public var folder = "runs"
  public var checkpoint = Checkpointing()
  /// Seconds between two rows of `metrics.csv` and two lines of the log.
  public var logInterval: Double = 10
  public var evaluation = Evaluation()

  public init() {}
}
