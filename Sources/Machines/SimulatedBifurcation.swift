import Kernels

/// Simulated bifurcation: Kerr parametric oscillators as classical particles, whose potential turns from one well into two.
///
///     dy_i/dt = −(1 − p) x_i + c₀ Σ_j J_ij g(x_j)  [− x_i³]  [+ ξ y_i],   dx_i/dt = y_i,   c₀ = ½ / √(Σ_j J_ij²)
///
/// by the symplectic Euler method, with `p` from 0 to 1. *Adiabatic* keeps `x³` and no walls; *ballistic* has inelastic walls at
/// |x| = 1, where `y ← 0`, and g(x) = x; *discrete* has g(x) = sign x. `heating` ξ adds the momentum of the step before.
///
/// Sources: Goto, Tatsumura & Dixon, Science Advances 5, eaav2372 (2019); Goto, Endo, Suzuki et al., Science Advances 7, eabe7953
/// (2021); with heating Kanao & Goto, Communications Physics 5, 153 (2022).
public final class SimulatedBifurcation: AmplitudeMachine {
  /// What the field acts on, and what holds the amplitudes back.
  public enum Variant: String, CaseIterable, Sendable {
    /// The field of amplitudes with a cubic wall; the same with inelastic walls at ±1; the field of signs with these walls.
    case adiabatic, ballistic, discrete
  }

  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// What the field acts on, and what holds amplitudes back.
    public var variant: Variant
    /// `Δt`.
    public var step: Float
    /// `p` in the course of a run.
    public var pump = Course.linear(from: 0, to: 1)
    /// `c₀` for a field of size 1.
    public var coupling: Float = 0.5
    /// `ξ`.
    public var heating: Float = 0

    /// The defaults above; the step is 0.5 if adiabatic, else 1.
    public init(_ variant: Variant) {
      self.variant = variant
      step = variant == .adiabatic ? 0.5 : 1
    }
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// `y`.
  public let momenta: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let signs: AlignedBuffer<Float>

  /// Takes the memory of all planes; amplitudes and momenta are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings) {
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    momenta = system.shape.plane()
    field = system.shape.plane()
    signs = system.shape.plane()
  }

  /// Small random momenta, without which a state of zeros would stay.
  public func restart() {
    momenta.clear()
    MachineSteps.addNoise(momenta, system.noise(.uniform, purpose: .start).plane(step: 1), strength: 0.1)
  }

  public func step(_ time: MachineTime) throws {
    if settings.variant == .discrete {
      MachineSteps.signs(of: states, into: signs)
      try system.evaluate(spins: signs, into: field)
    } else {
      try system.evaluate(amplitudes: states, into: field)
    }
    MachineSteps.momentum(
      states, momenta: momenta, field: field,
      MachineSteps.Momentum(
        step: settings.step, stiffness: Float(1 - settings.pump.value(at: time.fraction)),
        cubic: settings.variant == .adiabatic ? 1 : 0, coupling: settings.coupling / system.fieldScale, heating: settings.heating,
        wall: settings.variant == .adiabatic ? 0 : 1))
  }
}
