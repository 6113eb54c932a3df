import Networks

extension GridSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "data", \.data, .from(1, to: 1 << 20), "Networks that relax at the same time; `null`: as `spin` and the ranks leave it."),
      ConfigurationKey(
        "spin", \.spin, .from(1, to: 1 << 20),
        "Strips of rows that each network is cut into, one a rank; with both `null` the predicted time of a step decides."),
    ]
  }
}

extension ExchangeSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "every", \.every, .from(1, to: 1000),
        "Sweeps from one exchange of rows between strips to the next; the last sweeps of a phase always exchange. Above 1 more "
          + "sweeps are needed, and results depend on the strips."),
      ConfigurationKey("overlap", \.overlap, "Compute the interior of a strip while rows travel."),
    ]
  }
}

extension TimeoutSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "exchange", \.exchange, .above(0),
        "Seconds that a rank waits for a neighbour's rows or for the gradients of others before it ends the job.")
    ]
  }
}
