import Foundation
import Kernels

/// Leaky integrators: the gradient flow of `½‖u‖² − Φ(ρ(u))`, the spins being ρ of their potentials.
///
///     u_i ← u_i + dt (ρ'(u_i) f_i − u_i),   s_i = ρ(u_i)
///
/// Where ρ has corners (`clamp`, `relu6`), u stays between them, so that no spin is lost where ρ' = 0.
///
/// Source: Scellier & Bengio, "Equilibrium Propagation", Frontiers in Computational Neuroscience 11:24 (2017), equation 3.
package final class LeakyMachine: PhasedMachine {
  /// Which spins move by which rule.
  package struct Settings: Equatable, Sendable {
    /// Euler's step `dt`, in units of the leak's time.
    package var step: Float = 0.5
    /// Spins one after the other, whole vectors each, and their ρ.
    package var parts: [Part]

    /// The default step; `parts` lists every spin once, in order.
    package init(parts: [Part]) { self.parts = parts }
  }

  /// Spins of one activation.
  package struct Part: Equatable, Sendable {
    /// Spins of the plane; bounds are multiples of 16.
    package var spins: Range<Int>
    /// Any but `halfClamp`.
    package var rule: LocalRule

    /// Spins `spins` move by `rule`.
    package init(spins: Range<Int>, rule: LocalRule) {
      self.spins = spins
      self.rule = rule
    }
  }

  package let system: SpinSystem
  /// ρ(u).
  package let states: AlignedBuffer<Float>
  /// u.
  package let potentials: AlignedBuffer<Float>
  /// The step, and the ρ of each part.
  package let settings: Settings
  private let field: AlignedBuffer<Float>

  /// Takes the memory of all planes; potentials are zero until `start`.
  package init(_ system: SpinSystem, settings: Settings) {
    self.system = system
    self.settings = settings
    states = system.shape.plane()
    potentials = system.shape.plane()
    field = system.shape.plane()
  }

  package var memory: [AlignedBuffer<Float>] { [states, potentials] }
  package func resume(after steps: Int) {}

  /// Potentials follow from `states`; a state that ρ never takes has not moved yet, and its potential is 0.
  package func restart() {
    for part in settings.parts {
      for spin in part.spins {
        let state = states[spin]
        switch part.rule {
        case .sigmoid: potentials[spin] = state > 0 && state < 1 ? log(state / (1 - state)) : 0
        case .tanh: potentials[spin] = abs(state) < 1 ? atanh(state) : 0
        default: potentials[spin] = state
        }
      }
    }
  }

  package func step(_ time: MachineTime) throws {
    try system.evaluate(amplitudes: states, into: field)
    for part in settings.parts {
      MachineSteps.leaky(potentials, states: states, field: field, part: part.spins, step: settings.step, rule: part.rule)
    }
  }
}
