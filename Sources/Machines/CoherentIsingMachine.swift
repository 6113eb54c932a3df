import Kernels

/// The mean-field coherent Ising machine: a network of degenerate optical parametric oscillators, pumped through their threshold.
///
///     dx_i/dt = (p − 1 − x_i²) x_i + ε f_i + noise
///
/// with the field in units of its root mean square. Below threshold amplitudes are small and follow the softest mode of the
/// couplings; above it they saturate at ±√(p − 1), and their signs are the spins. Two spins with J > 0 bifurcate where
/// p = 1 − ε J / scale.
///
/// Source: Wang, Marandi, Wen, Byer & Yamamoto, Phys. Rev. A 88, 063853 (2013); in mean field, with injected noise, King,
/// Bernoudy, King, Berkley & Lanting (2018), arXiv:1806.08422.
public final class CoherentIsingMachine: PhasedMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// Euler's step `dt`.
    public var step: Float = 0.1
    /// `p` in the course of a run.
    public var pump = Course.linear(from: 0, to: 1.5)
    /// `ε`, for a field of size 1.
    public var coupling: Float = 0.35
    /// Standard deviation of the noise of one unit of time.
    public var noise: Float = 0.1
    /// Amplitudes are clipped here.
    public var limit: Float = 1.5

    /// The defaults above.
    public init() {}
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let noise: SpinNoise

  /// Takes the memory of all planes; amplitudes are zero until `start`.
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
    MachineSteps.coherentIsing(
      states, field: field, noise: settings.noise > 0 ? noise.plane(step: time.step) : nil,
      settings.numbers(at: time.fraction, scale: system.fieldScale))
    system.confine(states)
  }
}

extension CoherentIsingMachine.Settings {
  func numbers(at fraction: Double, scale: Float) -> MachineSteps.CoherentIsing {
    MachineSteps.CoherentIsing(
      step: step, pump: Float(pump.value(at: fraction)), coupling: coupling / scale, noise: noise * step.squareRoot(),
      limit: limit)
  }
}
