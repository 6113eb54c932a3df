/// Where a run is recorded, and how often.
package struct RunSettings: Equatable, Sendable {
  /// When checkpoints are written, whichever comes first; one is always written at the end and on a stop signal.
  package struct Checkpointing: Equatable, Sendable {
    /// Epochs between checkpoints; 0: not by epochs.
    package var epochs = 1
    /// Seconds between checkpoints; 0: not by time.
    package var seconds: Double = 600
    /// Of every so many epochs the checkpoint is kept for good; 0: the last two and the best alone.
    package var keep = 0
    package init() {}
  }

  /// How accuracy is measured. The free phase starts from zero.
  package struct Evaluation: Equatable, Sendable {
    /// Images that one rank relaxes at a time.
    package var batch = 16
    /// Greatest number of sweeps; `nil` takes that of the free phase in training.
    package var sweeps: Int?
    /// Change of a sweep at which to stop; `nil` takes that of the free phase in training.
    package var tolerance: Float?
    /// Measure on the validation images after every so many epochs; 0: only at the end.
    package var epochs = 1
    package init() {}
  }

  /// The folder in which the run folders lie.
  package var folder = "runs"
  package var checkpoint = Checkpointing()
  /// Seconds between two rows of `metrics.csv` and two lines of the log.
  package var logInterval: Double = 10
  package var evaluation = Evaluation()

  package init() {}
}

extension RunSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("folder", \.folder, "The folder in which run folders `NAME-DATE-TIME` are created."),
      ConfigurationKey(
        "checkpoint", \.checkpoint, "When checkpoints are written; one is always written at the end and on a stop signal."),
      ConfigurationKey(
        "logInterval", \.logInterval, .above(0), "Seconds between two rows of `metrics.csv` and two lines of the log."),
      ConfigurationKey("evaluation", \.evaluation, "How accuracy is measured; states start from zero."),
    ]
  }
}

extension RunSettings.Checkpointing: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("epochs", \.epochs, .from(0, to: 1_000_000), "Epochs between checkpoints; 0: not by epochs."),
      ConfigurationKey("seconds", \.seconds, .from(0, to: 1e9), "Seconds between checkpoints; 0: not by time."),
      ConfigurationKey(
        "keep", \.keep, .from(0, to: 1_000_000),
        "The checkpoint of every so many epochs is kept for good, 1: of every epoch; 0: the last two and the best alone."),
    ]
  }
}

extension RunSettings.Evaluation: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "batch", \.batch, .from(1, to: 1 << 16),
        "Images that one rank relaxes at a time. Under machines that take no turns they stop together, and the last digits depend on it."
      ),
      ConfigurationKey(
        "sweeps", \.sweeps, .from(1, to: 100_000), standard: "`relaxation.free.sweeps`", "Maximum number of sweeps."),
      ConfigurationKey(
        "tolerance", \.tolerance, .from(0, below: 1), standard: "`relaxation.free.tolerance`",
        "Change of a sweep at which an image stops."),
      ConfigurationKey(
        "epochs", \.epochs, .from(0, to: 1_000_000),
        "Epochs between measurements on the validation images; 0: only at the end."),
    ]
  }
}
