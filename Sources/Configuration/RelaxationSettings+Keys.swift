import Networks

extension RelaxationSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "order", \.order,
        "Of the machines `hopfield` and `conjugate`, which layers move together: every second one (`checkerboard`), all (`synchronous`), one by one (`sequential`)."
      ),
      ConfigurationKey(
        "overRelaxation", \.overRelaxation, .from(0.01, below: 2),
        "Of the machine `hopfield`, ω of `s ← s + ω (σ(f) − s)`: above 1 phases that converge slowly take fewer sweeps; 1 is `s ← σ(f)`."
      ).written { $0.machine.kind == .hopfield },
      ConfigurationKey(
        "machine", \.machine.kind,
        "What moves the spins: the network's own rule (`hopfield`), or an Ising machine (docs/guide/machines.md)."),
      ConfigurationKey("conjugate", \.machine.conjugate, "Numbers of the machine `conjugate`.").written(of: .conjugate),
      ConfigurationKey("leaky", \.machine.leaky, "Numbers of the machine `leaky`.").written(of: .leaky),
      ConfigurationKey("cim", \.machine.coherentIsing, "Numbers of the machine `cim`.").written(of: .coherentIsing),
      ConfigurationKey("cimAdam", \.machine.adam, "Numbers of the machine `cim-adam`.").written(of: .adam),
      ConfigurationKey("oscillator", \.machine.oscillator, "Numbers of the machine `oscillator`.").written(of: .oscillator),
      ConfigurationKey("langevin", \.machine.langevin, "Numbers of the machine `langevin`.").written(of: .langevin),
      ConfigurationKey("free", \.free, "The end of the free phase."),
      ConfigurationKey("nudged", \.nudged, "The end of the nudged phases."),
      ConfigurationKey(
        "freezePooling", \.freezesPooling,
        "Whether spins under max-pooling stay coupled, while nudged, to the positions that were the greatest when the free phase ended; not spins that can be negative."
      ).formerly("holdArgMax"),
    ]
  }

  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    let settings = try readKeys(reader, base: base)
    for (key, value) in try reader.members() {
      guard let kind = machineSections[key], kind != settings.machine.kind else { continue }
      // Another machine of the command line leaves the file's numbers unused.
      if case .override = reader["machine"].node.place, case .line = value.node.place { continue }
      throw value.failure(
        "these are numbers of the machine `\(kind.rawValue)`; `relaxation.machine` is `\(settings.machine.kind.rawValue)`")
    }
    return settings
  }

  /// The sections that belong to one machine each.
  private static let machineSections: [String: MachineSettings.Kind] = [
    "conjugate": .conjugate, "leaky": .leaky, "cim": .coherentIsing, "cimAdam": .adam, "oscillator": .oscillator,
    "langevin": .langevin,
  ]
}

extension ConfigurationKey where Section == RelaxationSettings {
  /// The same key, written for one machine alone.
  fileprivate func written(of kind: MachineSettings.Kind) -> ConfigurationKey { written { $0.machine.kind == kind } }
}

extension RelaxationSettings.Order: ConfigurationValue {}

extension RelaxationSettings.Stop: ConfigurationSection {
  static var standard: Self { Self(sweeps: 30) }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "sweeps", \.sweeps, .from(1, to: 100_000),
        "At most this many sweeps; one sweep moves every layer once, and is one step of a machine."),
      ConfigurationKey(
        "tolerance", \.tolerance, .from(0, below: 1),
        "Stop once the change of a sweep, the mean over layers of ‖Δs‖ / ‖s‖, falls below this; 0: never."),
    ]
  }
}
