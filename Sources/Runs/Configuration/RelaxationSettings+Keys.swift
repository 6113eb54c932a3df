import Hopfield

extension RelaxationSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "order", \.order,
        "Which layers move together: every second one (`checkerboard`), all (`synchronous`), one by one (`sequential`)."
      ),
      ConfigurationKey("free", \.free, "The end of the free phase."),
      ConfigurationKey("nudged", \.nudged, "The end of the nudged phases."),
      ConfigurationKey(
        "holdArgMax", \.holdsArgMax,
        "Whether spins under max-pooling stay coupled, while nudged, to the positions that were the greatest when the free phase ended; not spins that can be negative."
      ),
    ]
  }
}

extension RelaxationSettings.Order: ConfigurationValue {}

extension RelaxationSettings.Stop: ConfigurationSection {
  static var standard: Self { Self(sweeps: 30) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("sweeps", \.sweeps, .from(1, to: 100_000), "At most this many sweeps; one sweep moves every layer once."),
      ConfigurationKey(
        "tolerance", \.tolerance, .from(0, below: 1), "Stop once the mean over layers of ‖Δs‖ / ‖s‖ falls below this; 0: never."),
    ]
  }
}
