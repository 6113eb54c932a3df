import Foundation
import Kernels

/// The coherent Ising machine with its drift fed through Adam's moments: momentum, and a scale of its own for every spin, inside
/// the search for the ground state.
///
///     g_i = (p − 1 − x_i²) x_i + ε f_i
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     x += dt · m̂ / (√v̂ + ϵ) + noise,   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
///
/// Source: Brown, Venturelli, Yildirim et al., "Accelerating continuous variable coherent Ising machines via momentum",
/// arXiv:2401.12135 (2024), whose momentum is Adam's (Kingma & Ba 2015).
public final class AdamIsingMachine: PhasedMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// Pump, coupling, noise and limit, as in `CoherentIsingMachine`.
    public var coherent: CoherentIsingMachine.Settings
    /// The decay of the mean drift, `β₁`.
    public var beta1: Float = 0.9
    /// The decay of the mean squared drift, `β₂`.
    public var beta2: Float = 0.999
    /// Added to the root of the mean squared drift in the denominator.
    public var epsilon: Float = 1e-3

    /// The defaults above; step and noise are smaller than without Adam.
    public init() {
      coherent = CoherentIsingMachine.Settings()
      coherent.step = 0.02
      coherent.noise = 0.02
    }
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let first: AlignedBuffer<Float>
  private let second: AlignedBuffer<Float>
  private let noise: SpinNoise
  private var steps: Float = 0

  /// Takes the memory of all planes; amplitudes are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    field = system.shape.plane()
    first = system.shape.plane()
    second = system.shape.plane()
    noise = system.noise(.normal)
  }

  public func restart() {
    first.clear()
    second.clear()
    steps = 0
  }

  /// The second moments, so that each spin keeps its scale: a nudge is small beside what led to the free state, and moments that
  /// began anew would magnify it to a step of full length.
  public var memory: [AlignedBuffer<Float>] { [states, second] }

  public func resume(after steps: Int) {
    first.clear()
    self.steps = Float(steps)
  }

  public func step(_ time: MachineTime) throws {
    steps += 1
    try system.evaluate(amplitudes: states, into: field)
    let adam = MachineSteps.Adam(
      beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
      correction1: 1 / (1 - pow(settings.beta1, steps)), correction2: 1 / (1 - pow(settings.beta2, steps)))
    MachineSteps.coherentIsing(
      states, first: first, second: second, field: field,
      noise: settings.coherent.noise > 0 ? noise.plane(step: time.step) : nil,
      settings.coherent.numbers(at: time.fraction, scale: system.fieldScale), adam: adam)
    system.confine(states)
  }
}
