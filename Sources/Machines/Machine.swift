import Kernels

/// A local rule that moves spins: it reads a field and its own states, and knows nothing of what lies behind the field.
public protocol Machine: AnyObject {
  /// Moves every spin of every replica once.
  ///
  /// - Throws: what the field throws: the failure of an exchange between ranks; nothing on one rank.
  func step(_ time: MachineTime) throws
}

/// How far a run has come.
public struct MachineTime: Equatable, Sendable {
  /// Steps before this one; what noise is counted by.
  public var step: UInt32
  /// From 0 at the first step to 1 at the last: what schedules are read by.
  public var fraction: Double

  /// - Parameter fraction: from 0 at the start of the run to 1 at its end.
  public init(step: UInt32, fraction: Double) {
    self.step = step
    self.fraction = fraction
  }

  /// Step `index` of `count`.
  public init(_ index: Int, of count: Int) {
    self.init(step: UInt32(truncatingIfNeeded: index), fraction: count > 1 ? Double(index) / Double(count - 1) : 1)
  }
}

/// A machine whose spins are the signs of amplitudes.
public protocol AmplitudeMachine: Machine {
  /// The spins that it moves.
  var system: SpinSystem { get }
  /// Amplitudes (of oscillators, cosines of phases), as a plane of the system's shape. A machine may be moved by writing here
  /// before `restart`.
  var states: AlignedBuffer<Float> { get }
  /// Forgets everything but the present `states`: momenta, error signals, moments.
  func restart()
}

extension AmplitudeMachine {
  /// Small random amplitudes, `scale` times uniform in (−1, 1).
  public func start(scale: Float = 0.1) {
    states.clear()
    MachineSteps.addNoise(states, system.noise(.uniform, purpose: .start).plane(step: 0), strength: scale)
    restart()
  }

  /// Every replica from the same spins.
  ///
  /// - Parameter spins: −1 or 1 for each spin of this rank.
  public func start(from spins: [Int8], scale: Float = 1) { start(from: [spins], scale: scale) }

  /// Each replica from spins of its own; where there are fewer states than replicas, they take turns.
  ///
  /// - Parameter spins: one state or more, each −1 or 1 for each spin of this rank.
  public func start(from spins: [[Int8]], scale: Float = 1) {
    let shape = system.shape
    precondition(!spins.isEmpty && spins.allSatisfy { $0.count == shape.spins }, "states of other than \(shape.spins) spins")
    states.clear()
    for spin in 0..<shape.spins {
      for replica in 0..<shape.replicas {
        states[spin * shape.stride + replica] = scale * Float(spins[replica % spins.count][spin])
      }
    }
    restart()
  }
}
