extension RunSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("folder", \.folder, "In which the run folders `NAME-DATE-TIME` are made."),
      ConfigurationKey(
        "checkpoint", \.checkpoint, "When checkpoints are written; one always is at the end and on a stop signal."),
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
      ConfigurationKey("epochs", \.epochs, .from(0, to: 1_000_000), "Every so many epochs; 0: not by epochs."),
      ConfigurationKey("seconds", \.seconds, .from(0, to: 1e9), "Every so many seconds; 0: not by time."),
    ]
  }
}

extension RunSettings.Evaluation: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "batch", \.batch, .from(1, to: 1 << 16),
        "Images that one rank relaxes at a time; they stop together, so the last digits depend on it."),
      ConfigurationKey(
        "sweeps", \.sweeps, .from(1, to: 100_000), standard: "`relaxation.free.sweeps`", "Greatest number of sweeps."),
      ConfigurationKey(
        "tolerance", \.tolerance, .from(0, below: 1), standard: "`relaxation.free.tolerance`", "Residual at which to stop."),
      ConfigurationKey(
        "epochs", \.epochs, .from(0, to: 1_000_000),
        "Measure on the validation images every so many epochs; 0: only at the end."),
    ]
  }
}
