import Kernels

/// A machine that relaxes in phases, each of which continues from the one before: a free phase, and nudged ones from its end.
public protocol PhasedMachine: AmplitudeMachine {
  /// The one or two planes whose products between two spins are their correlation, `states` first: amplitudes, or the cosines and
  /// sines of phases.
  var features: [AlignedBuffer<Float>] { get }
  /// All that a phase hands on to the next.
  var memory: [AlignedBuffer<Float>] { get }
  /// Begins from `states`, whatever was before.
  func begin()
  /// Goes on from `memory`, in which that of a phase of `steps` steps was written.
  func resume(after steps: Int)
  /// Called at the end of a phase: `features` become what the device reads of them. `memory` stays, unless
  /// reading writes it.
  func read()
  /// Whether `adapt(to:)` changes anything.
  var isAdaptive: Bool { get }
  /// Called after a step with how far it has moved the spins, relative to their size.
  func adapt(to residual: Double)
}

extension PhasedMachine {
  public var features: [AlignedBuffer<Float>] { [states] }
  public var memory: [AlignedBuffer<Float>] { [states] }
  public func begin() { restart() }
  public func resume(after steps: Int) { restart() }
  public func read() {}
  public var isAdaptive: Bool { false }
  public func adapt(to residual: Double) {}
}
