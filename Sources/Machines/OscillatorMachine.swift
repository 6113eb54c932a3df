import Foundation
import Kernels

/// The oscillator Ising machine: coupled phases that a second harmonic locks to 0 or π.
///
///     dφ_i/dt = −K [Σ_j J_ij sin(φ_i − φ_j) + h_i sin φ_i] − S sin 2φ_i + noise
///
/// with couplings in units of the field's root mean square, by Euler's method. The spin is the sign of cos φ. The sum over sines
/// is `sin φ_i (J cos φ)_i − cos φ_i (J sin φ)_i`: two fields. At phases of 0 and π its Lyapunov function
/// `−K/2 Σ J cos(φ_i − φ_j) − K Σ h cos φ − S/2 Σ cos 2φ` is K times the Ising energy.
///
/// Source: Wang & Roychowdhury, "OIM: Oscillator-based Ising machines for solving combinatorial optimisation problems", UCNC
/// 2019. Oscillators of real devices differ in their natural frequencies ω_i, which are those relative to the reference that fields refer
/// to, and their coupling function `sin Δ + κ cos Δ` has an even part, with which no energy exists (Hasan et al., arXiv:2605.17243):
///
///     dφ_i/dt = … + ω_i − K κ [Σ_j J_ij cos(φ_i − φ_j) + h_i cos φ_i]
public final class OscillatorMachine: PhasedMachine {
  /// The numbers of the equations above, with the defaults of a search.
  public struct Settings {
    /// Euler's step `dt`.
    public var step: Float = 0.1
    /// `K` for a field of size 1.
    public var coupling: Float = 1
    /// `S` in the course of a run.
    public var locking = Course.linear(from: 0, to: 2)
    /// Standard deviation of the noise of one unit of time, in the course of a run.
    public var noise = Course.linear(from: 0.3, to: 0)
    /// Phases are rounded to 2 to this power levels a turn after every step; `nil`: not at all.
    public var phaseBits: Int?
    /// The same of what is read of phases at the end of a phase of relaxation.
    public var readBits: Int?
    /// Levels of what is read as published, at multiples of 2π/(2ᵇ − 1).
    public var readsPublishedLevels = false
    /// Whether what is read replaces the phases, so that the next phase of relaxation starts from it.
    public var keepsRead = false
    /// `κ`.
    public var even: Float = 0
    /// `ω` of each spin, as a plane of the system's shape; `nil`: none.
    public var frequencies: AlignedBuffer<Float>?

    /// The defaults above.
    public init() {}
  }

  public let system: SpinSystem
  /// `cos φ`.
  public let states: AlignedBuffer<Float>
  /// `φ`.
  public let phases: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let sines: AlignedBuffer<Float>
  private let cosineField: AlignedBuffer<Float>
  private let sineField: AlignedBuffer<Float>
  private let none: AlignedBuffer<Float>
  private let noise: SpinNoise

  /// Takes the memory of all planes; phases are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    let shape = system.shape
    states = shape.plane()
    phases = shape.plane()
    sines = shape.plane()
    cosineField = shape.plane()
    sineField = shape.plane()
    none = shape.replicaNumbers(0)
    noise = system.noise(.normal)
  }

  /// `states` in (−1, 1) become phases `π/2 · (1 − state)`.
  public func restart() {
    for index in 0..<states.count { phases[index] = .pi / 2 * (1 - states[index]) }
    MachineSteps.cosinesAndSines(of: phases, cosines: states, sines: sines)
  }

  public var features: [AlignedBuffer<Float>] { [states, sines] }
  public var memory: [AlignedBuffer<Float>] { [phases] }

  /// `states` are the cosines of phases in the upper half turn.
  public func begin() {
    for index in 0..<states.count { phases[index] = acos(min(max(states[index], -1), 1)) }
    resume(after: 0)
  }

  public func resume(after steps: Int) { MachineSteps.cosinesAndSines(of: phases, cosines: states, sines: sines) }

  public func read() {
    guard let bits = settings.readBits else { return }
    // The fields are computed anew in every step.
    let rounded = settings.keepsRead ? phases : cosineField
    if !settings.keepsRead { rounded.copy(from: phases, count: phases.count) }
    Quantiser(bits: bits, settings.readsPublishedLevels ? .publishedCircle : .circle).round(rounded)
    MachineSteps.cosinesAndSines(of: rounded, cosines: states, sines: sines)
  }

  /// Phases anywhere on the circle.
  public func start(scale: Float = 1) {
    phases.clear()
    MachineSteps.addNoise(phases, system.noise(.uniform, purpose: .start).plane(step: 0), strength: scale * .pi)
    MachineSteps.cosinesAndSines(of: phases, cosines: states, sines: sines)
  }

  public func step(_ time: MachineTime) throws {
    // The cosines last: a system that keeps the states it was asked about then keeps these.
    try system.field.evaluate(sines, scale: none, into: sineField)
    try system.evaluate(cosines: states, into: cosineField)
    let strength = Float(settings.noise.value(at: time.fraction))
    if let frequencies = settings.frequencies { MachineSteps.drift(phases, frequencies: frequencies, step: settings.step) }
    MachineSteps.oscillator(
      phases, cosines: states, sines: sines, cosineField: cosineField, sineField: sineField,
      noise: strength > 0 ? noise.plane(step: time.step) : nil,
      MachineSteps.Oscillator(
        step: settings.step, coupling: settings.coupling / system.fieldScale,
        locking: Float(settings.locking.value(at: time.fraction)), noise: strength * settings.step.squareRoot(),
        even: settings.even))
    if let bits = settings.phaseBits {
      Quantiser(bits: bits, .circle).round(phases)
      MachineSteps.cosinesAndSines(of: phases, cosines: states, sines: sines)
    }
  }
}
