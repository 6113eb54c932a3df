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
      ConfigurationKey("training", \.trainingDevice, "Applies to free and nudged phases, and to updates."),
      ConfigurationKey("inference", \.inference, "Applies to validation, test and `evaluate`."),
    ]
  }
}

extension HardwareSettings {
  fileprivate var trainingDevice: TrainingDevice {
    get { TrainingDevice(limits: training) }
    set { training = newValue.limits }
  }
}

/// The limits of a machine that trains: it also keeps parameters.
private struct TrainingDevice: ConfigurationSection {
  var limits = HardwareLimits()

  static var standard: Self { Self() }

  static var keys: [ConfigurationKey<Self>] {
    let own: [ConfigurationKey<Self>] = [
      ConfigurationKey(
        "updates", \.limits.writing.updates,
        "Where parameters are kept: in full precision beside the device (`copy`), or only as its levels (`inPlace`), which takes `weightBits` and `weightRange`."
      ),
      ConfigurationKey(
        "rounding", \.limits.writing.rounding,
        "Of updates in place: to the nearest level, or to one of the two beside, drawn so that the mean is right (`stochastic`)."),
    ]
    return HardwareLimits.keys.map { $0.lifted(to: \Self.limits) } + own
  }
}

extension ParameterWriting.Updates: ConfigurationValue {}
extension ParameterWriting.Rounding: ConfigurationValue {}
extension HardwareLimits.PhaseLevels: ConfigurationValue {}
extension HardwareLimits.PhaseReading: ConfigurationValue {}

extension HardwareLimits: ConfigurationSection {
  static var standard: Self { Self() }

  /// Older files have the bits of phases under the name of those of amplitudes.
  mutating func renameBits(of machine: MachineSettings) {
    guard machine.kind == .oscillator, readBits == nil else { return }
    (readBits, stateBits) = (stateBits, nil)
  }

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
        "Bits of an amplitude, in every step; `null`: not rounded. Of an oscillator, older files mean `readBits`."),
      ConfigurationKey("stateRange", \.stateRange, .above(0), "The amplitude at which levels end; phases go round."),
      ConfigurationKey(
        "stateNoise", \.stateNoise, .from(0, to: 10), "Standard deviation of the noise of every amplitude or phase in every step."
      ),
      ConfigurationKey(
        "readBits", \.readBits, .from(2, to: 16), "Bits of a phase, when it is read; `null`: not rounded."),
      ConfigurationKey(
        "phaseLevels", \.phaseLevels, "Levels of a phase: 2ᵇ a turn (`power`), or at multiples of 2π/(2ᵇ − 1) (`published`)."),
      ConfigurationKey(
        "phaseReading", \.phaseReading,
        "Whether phases that are read stay as they were (`copy`), or are replaced by what was read, from which nudged phases then start (`replace`)."
      ),
      ConfigurationKey(
        "phaseNoise", \.phaseNoise, .from(0, to: 100),
        "ξ: phases diffuse as with a noise of ε ξ N(0, 1) in steps of ε = 0.1; ξ √(0.1 dt) in a step."),
      ConfigurationKey(
        "frequencySpread", \.frequencySpread, .from(0, to: 10),
        "Standard deviation of the oscillators' natural frequencies, the same in every run of one device."),
      ConfigurationKey(
        "evenCoupling", \.evenCoupling, .from(-10, to: 10),
        "κ of the oscillators' coupling function sin Δ + κ cos Δ; unless it is 0, no energy exists."),
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
