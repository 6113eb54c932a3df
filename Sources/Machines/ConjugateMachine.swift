import Kernels

/// The extended phase space: every spin has a conjugate momentum, and energy flows between the two.
///
///     dx_i/dt = y_i,   dy_i/dt = −(1 − p) x_i + c f_i − γ y_i
///
/// by the symplectic Euler method, with inelastic walls at |x| = 1: x is clipped and y ← 0. With `H = ½‖y‖² + E(x)` the motion
/// without friction keeps H. With dt = 1, γ = 1 and p = 0 a step is `x ← clip(c f)`, the rule of a Hopfield network, to the bit;
/// γ < 1 adds inertia to it.
///
/// Source: the extension of phase space by conjugate momenta; of the same family as `SimulatedBifurcation`.
public final class ConjugateMachine: PhasedMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// `dt`, of velocities and positions alike.
    public var step: Float = 0.5
    /// `p` in the course of a run.
    public var pump = Course.linear(from: 0, to: 1)
    /// `c` for a field of size 1.
    public var coupling: Float = 0.5
    /// `γ`.
    public var friction: Float = 0.02
    /// Where the walls are; 0: nowhere but at the system's own.
    public var wall: Float = 1
    /// Whether step and friction follow the measured decay of the residual, see `Inertia`; for p = 0 and c = 1.
    public var isAdaptive = false

    /// The defaults above.
    public init() {}
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// `y`.
  public let momenta: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  /// What an adaptive machine has measured of its decay.
  public private(set) var inertia = Inertia()
  private let field: AlignedBuffer<Float>

  /// Takes the memory of all planes; amplitudes and momenta are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    momenta = system.shape.plane()
    field = system.shape.plane()
  }

  public func restart() {
    momenta.clear()
    inertia = Inertia()
  }

  public var isAdaptive: Bool { settings.isAdaptive }

  public func adapt(to residual: Double) {
    if settings.isAdaptive { inertia.note(residual) }
  }

  public func step(_ time: MachineTime) throws {
    try system.evaluate(amplitudes: states, into: field)
    MachineSteps.conjugate(
      states, momenta: momenta, field: field,
      MachineSteps.Conjugate(
        step: settings.isAdaptive ? inertia.step : settings.step,
        stiffness: Float(1 - settings.pump.value(at: time.fraction)), coupling: settings.coupling / system.fieldScale,
        friction: settings.isAdaptive ? inertia.friction : settings.friction, wall: settings.wall))
    system.confine(states, momenta: momenta)
  }
}
