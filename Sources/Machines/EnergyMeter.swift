import Kernels

/// The energies of the spins that amplitudes stand for. A look costs one field, and always an exchange: it tells of one state.
public final class EnergyMeter {
  public let system: SpinSystem
  /// ±1 as of the last look.
  public let spins: AlignedBuffer<Float>
  /// `E = −½ Σ J σ σ − Σ h σ` of each replica as of the last look.
  public let energies: AlignedBuffer<Double>
  private let field: AlignedBuffer<Float>

  public init(_ system: SpinSystem) {
    self.system = system
    spins = system.shape.plane()
    field = system.shape.plane()
    energies = AlignedBuffer(count: system.shape.replicas)
  }

  public func look(at states: AlignedBuffer<Float>) throws {
    let exchanges = system.exchanges
    system.exchanges = true
    defer { system.exchanges = exchanges }
    MachineSteps.signs(of: states, into: spins)
    try system.evaluate(spins: spins, into: field)
    try system.sums.energies(spins: spins, field: field, into: energies)
  }
}
