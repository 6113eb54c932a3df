import Kernels

/// The coherent Ising machine with amplitude heterogeneity correction: error signals make all amplitudes equal, so that what is
/// minimised is the Ising energy and not one that unequal amplitudes have bent.
///
///     dx_i/dt = (p − 1 − x_i²) x_i + ε e_i f_i
///     de_i/dt = −β (x_i² − a) e_i
///
/// with the field in units of its root mean square, and `a` between the target and the replica's mean of x²: a state whose
/// amplitudes are equal, at whatever size, is left alone.
///
/// Source: Leleu, Yamamoto, McMahon & Aihara, "Destabilization of local minima in analog spin systems by correction of amplitude
/// heterogeneity", Phys. Rev. Lett. 122, 040607 (2019).
public final class AmplitudeHeterogeneityCorrection: AmplitudeMachine {
  /// The numbers of the equation above, with the defaults of a search.
  public struct Settings: Equatable, Sendable {
    /// Euler's step `dt`.
    public var step: Float = 0.05
    /// `p`.
    public var pump = Course.constant(0.6)
    /// `ε`, for a field of size 1.
    public var coupling: Float = 0.3
    /// `β`.
    public var rate: Float = 0.3
    /// The target of x² to which `a` is drawn.
    public var target: Float = 0.2
    /// The share of the replica's mean of x² in `a`.
    public var steering: Float = 0.5
    /// Error signals are clipped here.
    public var errorLimit: Float = 32

    /// The defaults above.
    public init() {}
  }

  public let system: SpinSystem
  public let states: AlignedBuffer<Float>
  /// `e`.
  public let errors: AlignedBuffer<Float>
  /// May be changed between steps.
  public var settings: Settings
  private let field: AlignedBuffer<Float>
  private let rates: AlignedBuffer<Float>
  private let targets: AlignedBuffer<Float>
  private let squares: AlignedBuffer<Double>

  /// Takes the memory of all planes; amplitudes are zero until `start`.
  public init(_ system: SpinSystem, settings: Settings = Settings()) {
    self.system = system
    self.settings = settings
    let shape = system.shape
    states = shape.plane()
    errors = shape.plane()
    field = shape.plane()
    rates = shape.replicaNumbers(settings.rate)
    targets = shape.replicaNumbers(settings.target)
    squares = AlignedBuffer(count: shape.replicas)
    restart()
  }

  public func restart() { errors.fill(1) }

  public func step(_ time: MachineTime) throws {
    try system.sums.sizes(states, squared: true, into: squares)
    for index in 0..<targets.count {
      let mean = Float(squares[min(index, squares.count - 1)] / Double(system.spinCount))
      targets[index] = settings.target + settings.steering * (mean - settings.target)
    }
    try system.evaluate(amplitudes: states, into: field)
    MachineSteps.chaotic(
      states, errors: errors, field: field, rates: rates, targets: targets,
      MachineSteps.Chaotic(
        step: settings.step, gain: Float(settings.pump.value(at: time.fraction)), saturation: 1,
        coupling: settings.coupling / system.fieldScale, limit: 8, errorLimit: settings.errorLimit))
  }
}
