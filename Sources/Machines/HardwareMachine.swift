import Kernels

/// An amplitude machine whose states are as coarse and as noisy as a device's.
///
/// After every step each amplitude gets Gaussian noise and is rounded to one of 2ᵇ levels from −`range` to `range` (`Quantiser`).
public final class HardwareMachine<Wrapped: AmplitudeMachine>: AmplitudeMachine {
  /// The device's resolution and noise.
  public struct Settings: Equatable, Sendable {
    /// `b`; `nil`: no rounding.
    public var bits: Int?
    /// The amplitude at which levels end.
    public var range: Float = 1
    /// Standard deviation of the noise of a step.
    public var noise: Float = 0

    /// An ideal device.
    public init() {}
  }

  /// The machine whose states are limited.
  public let machine: Wrapped
  /// Resolution and noise of the states.
  public let settings: Settings
  private let noise: SpinNoise

  /// - Precondition: 2 to 20 bits.
  public init(_ machine: Wrapped, settings: Settings) {
    precondition(settings.bits.map { (2...20).contains($0) } ?? true, "\(settings.bits ?? 0) bits")
    self.machine = machine
    self.settings = settings
    noise = machine.system.noise(.normal, purpose: .hardware)
  }

  public var system: SpinSystem { machine.system }
  public var states: AlignedBuffer<Float> { machine.states }

  public func restart() { machine.restart() }

  public func step(_ time: MachineTime) throws {
    try machine.step(time)
    if settings.noise > 0 { MachineSteps.addNoise(states, noise.plane(step: time.step), strength: settings.noise) }
    if settings.noise > 0 { system.confine(states) }
    if let bits = settings.bits {
      Quantiser(bits: bits, .range(Double(settings.range))).round(states)
    }
  }
}

extension HardwareMachine: PhasedMachine where Wrapped: PhasedMachine {
  public var features: [AlignedBuffer<Float>] { machine.features }
  public var memory: [AlignedBuffer<Float>] { machine.memory }
  public func begin() { machine.begin() }
  public func resume(after steps: Int) { machine.resume(after: steps) }
  public func read() { machine.read() }
  public var isAdaptive: Bool { machine.isAdaptive }
  public func adapt(to residual: Double) { machine.adapt(to: residual) }
}
