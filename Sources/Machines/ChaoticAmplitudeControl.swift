import Foundation
import Kernels

/// The coherent Ising machine with chaotic amplitude control: an error signal for each spin holds its amplitude near a target and
/// drives the state out of every local minimum.
///
///     dx_i/dt = (r − 1 − μ x_i²) x_i + β e_i f_i
///     de_i/dt = −ξ (x_i² − a) e_i,   e_i ≤ 32,   dξ/dt = γ
///     a = α + ρ tanh(δ (H − H_best) / scale)
///
/// with the field in units of its root mean square. `H` is the energy of the signs, `H_best` the lowest of this replica. When `H`
/// has not fallen below it for `patience` units of time the branch begins again: ξ and e return to where they began.
///
/// Source: Leleu, Khoyratee, Levi, Hamerly, Kohno & Aihara, "Scaling advantage of chaotic amplitude control for high-performance
/// combinatorial optimization", Communications Physics 4, 266 (2021).
public final class ChaoticAmplitudeControl: AmplitudeMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// Euler's step `dt`.
    public var step: Float = 0.05
    /// `r`; `nil` is `.8 − (N/220)²`, but no less than 0: the fit is one to N ≤ 800. Below −1 the error signals of 2,000 spins run
    /// into their limit, and amplitudes are no longer held equal: G22 ends at 13,030 instead of 13,330.
    public var gain: Float?
    /// `μ`.
    public var saturation: Float = 1
    /// `β`, for a field of size 1.
    public var coupling: Float = 0.25
    /// `α`.
    public var target: Float = 3
    /// `ρ`.
    public var modulation: Float = 3
    /// `δ`, for an energy in units of the field's.
    public var sensitivity: Float = 10
    /// `γ`.
    public var acceleration: Float = 1.1e-4
    /// `τ`, in units of time.
    public var patience: Float = 1000
    /// The greatest error signal.
    public var errorLimit: Float = 32
    /// Steps from one look at the energy to the next. Each costs another field.
    public var stepsPerLook = 4

    /// The defaults above.
    public init() {}

    /// `r` for a number of spins.
    public func gain(spins: Int) -> Float {
      gain ?? max(0.8 - (Float(spins) / 220) * (Float(spins) / 220), 0)
    }
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// `e`.
  public let errors: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let meter: EnergyMeter
  private let rates: AlignedBuffer<Float>
  private let targets: AlignedBuffer<Float>
  private let best: AlignedBuffer<Double>
  private let sinceBest: AlignedBuffer<Int32>
  private var looks = 0

  /// Takes the memory of all planes; amplitudes are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    let shape = system.shape
    states = shape.plane()
    errors = shape.plane()
    field = shape.plane()
    meter = EnergyMeter(system)
    rates = shape.replicaNumbers(0)
    targets = shape.replicaNumbers(settings.target)
    best = AlignedBuffer(count: shape.replicas)
    sinceBest = AlignedBuffer(count: shape.replicas)
    restart()
  }

  public func restart() {
    errors.fill(1)
    rates.fill(0)
    targets.fill(settings.target)
    sinceBest.clear()
    for replica in 0..<best.count { best[replica] = .infinity }
    looks = 0
  }

  public func step(_ time: MachineTime) throws {
    if looks % settings.stepsPerLook == 0 {
      try meter.look(at: states)
      for replica in 0..<system.shape.replicas { steer(replica) }
    }
    looks += 1
    try system.evaluate(amplitudes: states, into: field)
    MachineSteps.chaotic(
      states, errors: errors, field: field, rates: rates, targets: targets,
      MachineSteps.Chaotic(
        step: settings.step, gain: settings.gain(spins: system.spinCount), saturation: settings.saturation,
        coupling: settings.coupling / system.fieldScale, limit: 8, errorLimit: settings.errorLimit))
  }

  /// Sets one replica's target and rate after a look at its energy.
  private func steer(_ replica: Int) {
    let energy = meter.energies[replica]
    let elapsed = settings.step * Float(settings.stepsPerLook)
    let excess = best[replica].isFinite ? Float(energy - best[replica]) / system.fieldScale : 0
    set(targets, replica, settings.target + settings.modulation * tanh(settings.sensitivity * excess))
    sinceBest[replica] += 1
    set(rates, replica, rates[replica] + settings.acceleration * elapsed)
    if energy < best[replica] {
      best[replica] = energy
      sinceBest[replica] = 0
    } else if Float(sinceBest[replica]) * elapsed > settings.patience {
      sinceBest[replica] = 0
      set(rates, replica, 0)
      for spin in 0..<system.shape.spins { errors[spin * system.shape.stride + replica] = 1 }
    }
  }

  /// A plane of one replica reads the same number in all lanes of a vector.
  private func set(_ numbers: AlignedBuffer<Float>, _ replica: Int, _ value: Float) {
    if system.shape.stride == 1 { numbers.fill(value) } else { numbers[replica] = value }
  }
}
