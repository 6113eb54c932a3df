/// What a physical machine makes of a network: the resolution, range and imperfections of its parameters and of its states. Each
/// is off unless it is set.
///
/// Training keeps parameters in full precision and updates those, unless they are written in place; the machine relaxes what it makes of
/// them.
public struct HardwareLimits: Equatable, Sendable {
  /// Bits of a weight or bias: 2ᵇ levels from −max to max (`Quantiser`), max being the range, or the greatest of its edge or layer. Zero
  /// stays zero.
  public var weightBits: Int?
  /// Weights and biases are cut off at ± this.
  public var weightRange: Float?
  /// The relative error of each weight and bias, normal with this deviation, the same in every run of one device.
  public var mismatch: Float = 0
  /// Which device.
  public var device: UInt64 = 0
  /// Bits of an amplitude, which is rounded after every step to 2ᵇ levels from −range to range.
  public var stateBits: Int?
  /// Bits of an oscillator's phase, which is rounded to `phaseLevels` when it is read at the end of a phase of relaxation: couplings between
  /// oscillators are not digital.
  public var readBits: Int?
  /// Where the levels of a phase are; only with `readBits`.
  public var phaseLevels = PhaseLevels.power
  /// Whether reading a phase replaces it.
  public var phaseReading = PhaseReading.copy
  /// The amplitude at which levels end.
  public var stateRange: Float = 1
  /// Standard deviation of the noise that every amplitude, or phase, gets in every step.
  public var stateNoise: Float = 0
  /// `ξ` of Gower (2025), whose phases get `ε ξ N(0, 1)` in every step of `ε` = 0.1: a step `dt` gets `ξ √(0.1 dt)`, which diffuses as fast.
  public var phaseNoise: Float = 0
  /// Standard deviation of the oscillators' natural frequencies, in radians a unit of time, the same in every run of one device.
  public var frequencySpread: Float = 0
  /// `κ` of a coupling function `sin Δ + κ cos Δ`.
  public var evenCoupling: Float = 0
  /// Of a device that trains.
  public var writing = ParameterWriting()

  /// No limits.
  public init() {}

  /// Where the levels of a phase are.
  public enum PhaseLevels: String, CaseIterable, Sendable {
    /// 2ᵇ a turn.
    case power
    /// At multiples of 2π/(2ᵇ − 1) (Gower 2025).
    case published
  }

  /// What rounding does to a phase that is read.
  public enum PhaseReading: String, CaseIterable, Sendable {
    /// Nothing: a nudged phase starts from the phases as they were.
    case copy
    /// What is read replaces it, and a nudged phase starts from there (Gower 2025).
    case replace
  }

  /// The step of Gower's program, in which its noise is stated.
  private static let publishedStep: Float = 0.1

  /// The variance of the noise of one unit of time that an oscillator with steps of `step` gets.
  func phaseVariance(step: Float) -> Float { stateNoise * stateNoise / step + phaseNoise * phaseNoise * Self.publishedStep }

  private var limitsPhases: Bool {
    readBits != nil || phaseLevels != .power || phaseReading != .copy || phaseNoise > 0 || frequencySpread > 0
      || evenCoupling != 0
  }

  var limitsWeights: Bool { weightBits != nil || weightRange != nil || mismatch > 0 }
  var limitsStates: Bool { stateBits != nil || stateNoise > 0 }

  /// Refuses limits of states where no machine has them, and writing in place without levels to write.
  ///
  /// - Throws: `NetworkError` that says what to use instead.
  public func check(_ machine: MachineSettings) throws {
    try writing.check(self)
    guard machine.kind == .oscillator || !limitsPhases else {
      throw NetworkError(
        "readBits, phaseLevels, phaseReading, phaseNoise, frequencySpread and evenCoupling are limits of phases; expected the machine oscillator, "
          + "found \(machine.kind.rawValue)")
    }
    guard machine.kind != .oscillator || stateBits == nil else {
      throw NetworkError("stateBits are bits of amplitudes, and an oscillator has phases; leave it out, or give readBits alone")
    }
    guard machine.kind == .hopfield, limitsStates else { return }
    throw NetworkError(
      "bits and noise of states are a machine's; take the machine conjugate with `adaptive: false`, which makes the same updates as "
        + "hopfield")
  }
}
