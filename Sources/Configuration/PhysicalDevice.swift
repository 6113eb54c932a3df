/// A physical device that would relax the network: what its time and energy are estimated by.
public struct PhysicalDevice: Equatable, Sendable {
  /// Watts while it settles.
  public var power = 12e-3
  /// Seconds that it takes to settle once.
  public var settlingTime = 3e-6
  /// Where the two figures come from.
  public var source = "an oscillator network that settles in 3 µs at 12 mW"

  public init() {}
}

extension PhysicalDevice: ConfigurationSection {
  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    [
      ConfigurationKey("power", \.power, .above(0), "Watts while it settles."),
      ConfigurationKey("settlingTime", \.settlingTime, .above(0), "Seconds that it takes to settle once."),
      ConfigurationKey("source", \.source, "Where the two figures come from; the estimate names it."),
    ]
  }
}
