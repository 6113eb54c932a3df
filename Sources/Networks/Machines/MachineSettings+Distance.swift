import Foundation
import Kernels

extension MachineSettings {
  /// How far a spin of a layer is from equilibrium under this machine without noise, in the units of its state and field.
  ///
  /// - Machines that descend the network's own energy: `σ(f) − s`. A leaky potential u under a curved ρ is driven to `ρ'(u) f`, its
  ///   spin to ρ of that.
  /// - Pulses: the force `f − ((1 − p) x + x³)/ε`, or what the walls leave of it.
  /// - Phases: the torque `cos φ · (J sin φ) − sin φ · (J cos φ + h) − (S/K) sin 2φ`.
  func distance(of layer: NetworkLayout.Layer, isOutput: Bool) -> SpinDistance {
    let activation = isOutput ? Activation.linear : layer.activation
    switch kind {
    case .hopfield, .conjugate, .langevin: return activation.distance
    case .leaky:
      switch activation {
      case .sigmoid: return { 1 / (1 + exp(-$0.state * (1 - $0.state) * $0.field)) - $0.state }
      case .tanh: return { tanh((1 - $0.state * $0.state) * $0.field) - $0.state }
      case .clamp, .relu6, .linear, .halfClamp: return activation.distance
      }
    case .coherentIsing: return coherentIsing.distance(within: activation)
    case .adam: return adam.coherent.distance(within: activation)
    case .oscillator:
      let locking = 2 * oscillator.locking / oscillator.coupling
      return { $0.state * $0.secondField - $0.second * $0.field - locking * $0.state * $0.second }
    }
  }
}

extension MachineSettings.CoherentIsing {
  fileprivate func distance(within activation: Activation) -> SpinDistance {
    let box = (activation.box ?? (-Float.infinity...Float.infinity)).clamped(to: -limit...limit)
    let (stiffness, coupling) = (1 - pump, coupling)
    return { spin in
      let x = spin.state
      let force = spin.field - (stiffness + x * x) * x / coupling
      return min(max(x + force, box.lowerBound), box.upperBound) - x
    }
  }
}
