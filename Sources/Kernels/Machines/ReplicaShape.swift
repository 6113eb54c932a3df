/// The shape of a plane of spins in several replicas: [spin][replica], the replicas of a spin side by side.
///
/// One replica is kept as it is; more are padded to a multiple of 16, so that kernels work on whole vectors. What is in the
/// padding takes part in the arithmetic and in nothing else.
public struct ReplicaShape: Equatable, Sendable {
  /// Spins of this rank.
  public let spins: Int
  /// Replicas without padding.
  public let replicas: Int

  /// - Precondition: no negative number of spins; at least one replica.
  public init(spins: Int, replicas: Int) {
    precondition(spins >= 0 && replicas > 0, "a plane of \(spins) spins and \(replicas) replicas")
    self.spins = spins
    self.replicas = replicas
  }

  /// Numbers from one spin to the next.
  public var stride: Int { replicas == 1 ? 1 : Self.padded(replicas) }
  /// Numbers of a plane, a multiple of 16. Kernels may touch one vector more than there are spins.
  public var count: Int { Self.padded(spins * stride) + 16 }
  /// After so many numbers a plane's replicas repeat, for kernels that work on vectors of 16.
  public var period: Int { max(stride, 16) }

  /// A plane of zeros.
  public func plane() -> AlignedBuffer<Float> { AlignedBuffer(count: count) }
  /// One number for each replica, as often as a vector needs it.
  public func replicaNumbers(_ value: Float) -> AlignedBuffer<Float> {
    let numbers = AlignedBuffer<Float>(count: period)
    numbers.fill(value)
    return numbers
  }

  /// `h` as kernels read it: one number a spin, zeros if there are none, padded like a plane of one replica.
  public static func paddedBias(_ bias: [Float], spins: Int) -> AlignedBuffer<Float> {
    precondition(bias.isEmpty || bias.count == spins, "\(bias.count) fields for \(spins) spins")
    let buffer = ReplicaShape(spins: spins, replicas: 1).plane()
    for (spin, value) in bias.enumerated() { buffer[spin] = value }
    return buffer
  }

  static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

extension AlignedBuffer where Element == Float {
  /// Copies the rows `indices` of `source`, each of `length` numbers, one behind the other to `offset` here.
  package func gather(_ indices: [Int32], of source: AlignedBuffer<Float>, rowLength length: Int, at offset: Int = 0) {
    precondition(offset >= 0 && offset + indices.count * length <= count)
    for (place, index) in indices.enumerated() {
      precondition(index >= 0 && (Int(index) + 1) * length <= source.count)
      (base + offset + place * length).update(from: source.base + Int(index) * length, count: length)
    }
  }

  /// Sets every element.
  public func fill(_ value: Float) { for index in 0..<count { base[index] = value } }
}
