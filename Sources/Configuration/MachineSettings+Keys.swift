import Networks

extension MachineSettings.Kind: ConfigurationValue {
  static var otherNames: [String: String] { ["oim": "oscillator"] }
}

extension MachineSettings.Conjugate: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "adaptive", \.isAdaptive,
        "Inertia follows the measured decay of the change: the optimal amount where it falls slowly. Layers then take turns, in the order of `relaxation.order`."
      ),
      ConfigurationKey(
        "inertia", \.inertia, .from(1, below: 2),
        "ω of `s ← σ(s + ω (f − s))` at the start of a free phase, where layers take turns; 1 is `hopfield`."),
      ConfigurationKey(
        "step", \.step, .from(0.01, to: 2),
        "`dt` where it is not adaptive; 1 with a friction of 1 is `hopfield`, all layers at once."),
      ConfigurationKey("friction", \.friction, .from(0, to: 2), "`γ` where it is not adaptive."),
    ]
  }
}

extension MachineSettings.Leaky: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [ConfigurationKey("step", \.step, .from(0.001, to: 1), "`dt` of `u ← u + dt (ρ'(u) f − u)`; ρ is the layer's activation.")]
  }
}

extension MachineSettings.CoherentIsing: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("step", \.step, .from(0.001, to: 1), "`dt` of `x += dt [(p − 1 − x²) x + ε f] + noise`."),
      ConfigurationKey("pump", \.pump, .from(-10, to: 10), "`p`; below 1 a pulse without a field dies out."),
      ConfigurationKey("coupling", \.coupling, .above(0), "`ε`, the gain of the field.").formerly("feedback"),
      ConfigurationKey("noise", \.noise, .from(0, to: 10), "Standard deviation of the noise of one unit of time."),
      ConfigurationKey(
        "limit", \.limit, .above(0), "Amplitudes are clipped at ± this, and to the range of the layer's activation."),
    ]
  }
}

extension MachineSettings.Adam: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    let own: [ConfigurationKey<Self>] = [
      ConfigurationKey("beta1", \.beta1, .from(0, below: 1), "Decay of the first moment of the drift."),
      ConfigurationKey("beta2", \.beta2, .from(0, below: 1), "Decay of the second moment."),
      ConfigurationKey(
        "epsilon", \.epsilon, .above(0), "Added to the root of the second moment: a drift well below it is not magnified."),
    ]
    return MachineSettings.CoherentIsing.keys.map { $0.lifted(to: \Self.coherent) } + own
  }
}

extension MachineSettings.Oscillator: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "step", \.step, .from(0.001, to: 10), "`dt` of `dφ/dt = −K [Σ J sin(φ_i − φ_j) + h sin φ] − S sin 2φ + noise`."),
      ConfigurationKey("coupling", \.coupling, .above(0), "`K`, the gain of the field.").formerly("feedback"),
      ConfigurationKey("locking", \.locking, .from(-100, to: 100), "`S`, of the second harmonic."),
      ConfigurationKey("noise", \.noise, .from(0, to: 10), "Standard deviation of the noise of one unit of time."),
    ]
  }
}

extension MachineSettings.Langevin: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("rate", \.rate, .from(0.0001, to: 1), "`η` of `s ← s + η (f − s) + √(2 η T) ξ`."),
      ConfigurationKey("temperature", \.temperature, .from(0, to: 100), "`T`; 0 is gradient descent."),
    ]
  }
}
