import Networks

/// How the ranks are arranged, and how long they wait for each other.
package struct GridSettings: Equatable, Sendable {
  /// Networks that relax at the same time; `nil`: whatever the other extent leaves, or what is predicted to be fastest.
  package var data: Int?
  /// Strips that each is cut into.
  package var spin: Int?

  package init(data: Int? = nil, spin: Int? = nil) {
    self.data = data
    self.spin = spin
  }
}

/// How long a rank waits for another before it ends the job.
package struct TimeoutSettings: Equatable, Sendable {
  /// Seconds, for a neighbour's rows and for the gradients of others.
  package var exchange: Double = 300
  /// Seconds, before the first relaxation: for data that others read.
  package var load: Double = 1800
  package init() {}
}

extension GridSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "data", \.data, .from(1, to: 1 << 20), "Networks that relax at the same time; `null`: ranks divided by `spin`."),
      ConfigurationKey(
        "spin", \.spin, .from(1, to: 1 << 20),
        "Strips of rows that each network is cut into, one per rank; with both `null` the fastest predicted grid is taken."),
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
        "Seconds that a rank waits for a neighbour's rows or for the gradients of others before it ends the job."),
      ConfigurationKey(
        "load", \.load, .above(0),
        "Seconds that a rank waits for the others, before it ends the job, while data are read and a grid is chosen."),
    ]
  }
}
