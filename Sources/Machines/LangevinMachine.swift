import Kernels

/// Overdamped Langevin dynamics in a box: noise as sampling.
///
///     s_i ← clamp(s_i + η (f_i − k s_i) + √(2 η T) ξ_i, −1, 1)
///
/// As η → 0 its stationary distribution tends to `exp(−(E(s) + ½ k ‖s‖²)/T)` on [−1, 1]ᴺ, with an error of the order of √η: a step that ends
/// beyond the wall ends on it, where the distribution has nothing. Averages at the usual η are far from those of the limit. The field and the
/// temperature are in units of the field's root mean square.
///
/// Source: Parisi, Nuclear Physics B 180, 378 (1981); as an Ising machine, the noise of oscillators taken as sampling.
public final class LangevinMachine: PhasedMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// `η`.
    public var rate: Float = 0.1
    /// `k`: that of a spin's own energy.
    public var stiffness: Float = 0
    /// Half the width of the box.
    public var limit: Float = 1
    /// `T` in the course of a run.
    public var temperature = Course.linear(from: 0.4, to: 0.01)

    /// The defaults above.
    public init() {}
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let noise: SpinNoise

  /// Takes the memory of all planes; states are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    field = system.shape.plane()
    noise = system.noise(.normal)
  }

  public func restart() {}

  public func step(_ time: MachineTime) throws {
    try system.evaluate(amplitudes: states, into: field)
    let temperature = max(Float(settings.temperature.value(at: time.fraction)), 0)
    MachineSteps.langevin(
      states, field: field, noise: temperature > 0 ? noise.plane(step: time.step) : nil,
      MachineSteps.Langevin(
        rate: settings.rate / system.fieldScale, stiffness: settings.stiffness * system.fieldScale,
        noise: (2 * settings.rate * temperature).squareRoot(), limit: settings.limit))
    system.confine(states)
  }
}
