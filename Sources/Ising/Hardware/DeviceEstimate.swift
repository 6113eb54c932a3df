/// What a device would take for its samples: power times time.
///
/// The analogue devices that these machines emulate settle in microseconds at milliwatts. Unless other figures are given, those of
/// an oscillator network: 12 mW for 3 µs, or 0.036 µJ a sample.
public struct DeviceEstimate: Sendable, Equatable {
  /// Power in watts while it settles.
  public var power = 12e-3
  /// Seconds that one sample takes to settle.
  public var settlingTime = 3e-6
  /// Where the two figures come from.
  public var source = "an oscillator network that settles in 3 µs at 12 mW"

  public init() {}

  /// - Throws: `ProblemError` if one of them is not above 0.
  public init(power: Double, settlingTime: Double, source: String = "as given") throws {
    guard power.isFinite, power > 0, settlingTime.isFinite, settlingTime > 0 else {
      throw ProblemError("a device of \(power) W and \(settlingTime) s a sample, expected numbers above 0")
    }
    (self.power, self.settlingTime, self.source) = (power, settlingTime, source)
  }

  /// Joules of so many samples.
  public func energy(samples: Int) -> Double { power * settlingTime * Double(samples) }

  /// Seconds of so many samples, one after the other.
  public func time(samples: Int) -> Double { settlingTime * Double(samples) }
}
