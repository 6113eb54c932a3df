import Kernels

/// The travelling-wave coherent Ising machine: pulses in a fibre ring pass a parametric amplifier once a round trip, and each is given
/// the field of the others on its way.
///
///     x_i ← e^{−λ} g(x_i) x_i + λ ε f_i + noise ,   g(x) = 1 / (cosh E − b sinh E / E) ,   E² = b² + x² ,   b = p λ
///
/// with the field in units of its root mean square. A step is a round trip. `g` is the exact gain of one pass through the amplifier:
/// its signal x and its pump b follow `dx/dz = b x`, `db/dz = −x²`, so that `b² + x²` is kept and the pump is depleted by a strong
/// signal. A small one grows by e^b, and `p = 1` is the threshold of a single pulse; above it amplitudes settle where
/// `g = e^λ`. Two pulses with J > 0 begin to oscillate at `p = 1 + ln(1 − λ ε J / scale) / λ`. Where little happens in a round trip, this is
/// `CoherentIsingMachine` with amplitudes in units of `√(2λ)`.
///
/// Sources: the depleted gain is that of Armstrong, Bloembergen, Ducuing & Pershan, Phys. Rev. 127, 1918 (1962); the ring of pulses
/// is the machine of Marandi, Wang, Takata, Byer & Yamamoto, Nature Photonics 8, 937 (2014).
public final class TravellingWaveMachine: AmplitudeMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// `λ` of a round trip: amplitudes fall by e^{−λ}. At most 0.5.
    public var loss: Float = 0.1
    /// `p` in the course of a run, in units of the threshold of a single pulse.
    public var pump = Course.linear(from: 0, to: 2)
    /// `ε`, for a field of size 1.
    public var coupling: Float = 0.6
    /// Standard deviation of the noise of a round trip.
    public var noise: Float = 0.02

    /// The defaults above.
    public init() {}
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let noise: SpinNoise

  /// Amplitudes are clipped here: far above where they settle.
  static let limit: Float = 1.5

  /// Takes the memory of all planes; amplitudes are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    precondition(settings.loss > 0 && settings.loss <= 0.5, "a loss of \(settings.loss)")
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    field = system.shape.plane()
    noise = system.noise(.normal)
  }

  public func restart() {}

  public func step(_ time: MachineTime) throws {
    try system.evaluate(amplitudes: states, into: field)
    let pump = settings.loss * Float(min(max(settings.pump.value(at: time.fraction), 0), Double(1 / settings.loss)))
    MachineSteps.travellingWave(
      states, field: field, noise: settings.noise > 0 ? noise.plane(step: time.step) : nil,
      MachineSteps.TravellingWave(
        loss: settings.loss, pump: pump, coupling: settings.loss * settings.coupling / system.fieldScale, noise: settings.noise,
        limit: Self.limit))
  }
}
