import Kernels

/// The extended phase space: every spin has a conjugate momentum, and energy flows between the two.
///
///     dx_i/dt = y_i,   dy_i/dt = −(1 − p) x_i + c f_i − γ y_i
///
/// by the symplectic Euler method, with inelastic walls at |x| = 1: x is clipped and y ← 0. With `H = ½‖y‖² + E(x)` the motion
/// without friction keeps H. With dt = 1, γ = 1 and p = 0 a step is `x ← clip(c f)`, the rule of a Hopfield network; γ < 1 adds
/// inertia to it.
///
/// Source: the extension of phase space by conjugate momenta; of the same family as `SimulatedBifurcation`.
public final class ConjugateMachine: AmplitudeMachine {
  public struct Settings: Equatable, Sendable {
    public var step: Float = 0.5
    /// `p` in the course of a run.
    public var pump = Course.linear(from: 0, to: 1)
    /// `c` for a field of size 1.
    public var feedback: Float = 0.5
    /// `γ`.
    public var friction: Float = 0.02
    /// Where the walls are; 0: nowhere.
    public var wall: Float = 1

    public init() {}
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// `y`.
  public let momenta: AlignedBuffer<Float>
  public var settings: Settings
  private let field: AlignedBuffer<Float>

  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    momenta = system.shape.plane()
    field = system.shape.plane()
  }

  public func restart() { momenta.clear() }

  public func step(_ time: MachineTime) throws {
    try system.evaluate(amplitudes: states, into: field)
    MachineSteps.momentum(
      states, momenta: momenta, field: field,
      MachineSteps.Momentum(
        step: settings.step, stiffness: Float(1 - settings.pump.value(at: time.fraction)),
        feedback: settings.feedback / system.fieldScale, friction: settings.friction, wall: settings.wall))
  }
}
