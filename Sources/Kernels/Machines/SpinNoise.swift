import CKernels

/// What random words become.
public enum NoiseKind: Int32, Sendable {
  /// Uniform in (−1, 1).
  case uniform = 0
  /// `−ln u`: the fall in energy, in units of temperature, that Metropolis' rule forgives.
  case exponential
  /// `ln((1 − u)/u)`: the same for the heat bath.
  case logistic
  /// Mean 0, variance 1.
  case normal
}

/// Planes of noise, one for each step: pure functions of the seed, the purpose, the spin's global number, the replica and the
/// step.
///
/// The four words of a Philox block serve four steps one after the other. So noise does not depend on which rank holds a spin,
/// and three steps of four only read.
public final class SpinNoise {
  /// Of one step's plane.
  public let shape: ReplicaShape
  /// The distribution of the numbers.
  public let kind: NoiseKind
  /// Steps 4q … 4q + 3 of the quad that was drawn last, one plane behind the other.
  private let planes: AlignedBuffer<Float>
  private let identifiers: AlignedBuffer<UInt32>
  private let key: AlignedBuffer<UInt32>
  private let purpose: UInt32
  private var firstReplica: UInt32
  private var quad: UInt32?

  /// - Parameters:
  ///   - identifiers: the global number of each spin, as many as a plane of one replica has numbers.
  ///   - purpose: keeps draws of different use apart.
  package init(
    _ kind: NoiseKind, shape: ReplicaShape, identifiers: AlignedBuffer<UInt32>, philox: Philox, purpose: UInt32 = 0,
    firstReplica: UInt32 = 0
  ) {
    precondition(identifiers.count >= ReplicaShape(spins: shape.spins, replicas: 1).count)
    self.kind = kind
    self.shape = shape
    self.identifiers = identifiers
    self.purpose = purpose
    self.firstReplica = firstReplica
    key = AlignedBuffer(count: 2)
    key[0] = philox.key.x
    key[1] = philox.key.y
    planes = AlignedBuffer(count: 4 * shape.count)
  }

  /// Draws for other replicas from now on.
  package func restart(firstReplica: UInt32) {
    self.firstReplica = firstReplica
    quad = nil
  }

  /// The noise of one step.
  public func plane(step: UInt32) -> NoisePlane {
    if quad != step / 4 {
      InstructionSet.current.machines.noise(
        planes.base, Int64(shape.count), identifiers.base, Int64(shape.spins), Int64(shape.stride), firstReplica, step / 4,
        purpose, key.base, kind.rawValue)
      quad = step / 4
    }
    return NoisePlane(buffer: planes, offset: Int(step % 4) * shape.count, count: shape.count)
  }
}

/// One step's noise: `count` numbers of a buffer from `offset` on, valid until the next is asked for.
public struct NoisePlane {
  /// The memory that holds this step's numbers among those of other steps.
  package let buffer: AlignedBuffer<Float>
  /// Where this step's numbers begin.
  package let offset: Int
  /// Elements of the plane, padding included.
  public let count: Int

  /// One number of the plane; an index out of bounds ends the program.
  public subscript(index: Int) -> Float {
    precondition(index >= 0 && index < count)
    return buffer[offset + index]
  }

  var base: UnsafePointer<Float> { UnsafePointer(buffer.base + offset) }
}
