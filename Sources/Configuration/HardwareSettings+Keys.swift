import Ising
import Networks

/// The limits of the machine that trains, and of the one that infers; they need not be the same.
package struct HardwareSettings: Equatable, Sendable {
  package var training = HardwareLimits()
  package var inference = HardwareLimits()

  package init() {}
}

extension HardwareSettings: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("training", \.training, "Of free and nudged phases; the update is made in full precision."),
      ConfigurationKey("inference", \.inference, "Applies to validation, test and `evaluate`."),
    ]
  }
}

extension HardwareLimits: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey(
        "weightBits", \.weightBits, .from(1, to: 16), "Bits of a weight or bias; `null`: not rounded."),
      ConfigurationKey(
        "weightRange", \.weightRange, .above(0),
        "Weights and biases are clipped to ± this; `null`: not clipped, and levels span the largest of each edge."),
      ConfigurationKey(
        "mismatch", \.mismatch, .from(0, to: 10), "Relative error of each weight and bias, the same in every run of one device."),
      ConfigurationKey("device", \.device, "Seed of the device's errors."),
      ConfigurationKey(
        "stateBits", \.stateBits, .from(2, to: 16),
        "Bits of an amplitude, in every step, or of a phase, when it is read; `null`: not rounded."),
      ConfigurationKey("stateRange", \.stateRange, .above(0), "The amplitude at which levels end; phases go round."),
      ConfigurationKey(
        "stateNoise", \.stateNoise, .from(0, to: 10), "Standard deviation of the noise of every amplitude or phase in every step."
      ),
    ]
  }
}

extension DeviceEstimate: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("power", \.power, .above(0), "Power in watts while it settles."),
      ConfigurationKey("settlingTime", \.settlingTime, .above(0), "Seconds that it takes to settle once."),
      ConfigurationKey("source", \.source, "The source of the two figures; the estimate cites it."),
    ]
  }
}
