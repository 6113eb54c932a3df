import Kernels

/// The order in which one epoch visits the training samples: a permutation of `0 ..< count` drawn from (seed, epoch) alone, so
/// that every rank of any number of ranks has the same one and takes its own share of each batch.
public struct EpochOrder: Equatable, Sendable {
  /// The permutation.
  public let indices: [Int]

  /// - Complexity: O(`count`).
  public init(seed: UInt64, epoch: Int, count: Int) {
    var indices = Array(0..<count)
    var random = RandomStream.order.generator(seed: seed)
      .sequence(UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: epoch >> 32))
    random.shuffle(&indices)
    self.indices = indices
  }

  /// The samples in file order, for evaluation.
  public init(inOrder count: Int) { indices = Array(0..<count) }

  /// The number of samples.
  public var count: Int { indices.count }

  /// The number of batches of `size`; the last may be shorter.
  public func batches(of size: Int) -> Int { (count + size - 1) / size }

  /// The samples of batch `number` of `size`: fewer than `size` in the last batch.
  public func batch(_ number: Int, of size: Int) -> ArraySlice<Int> {
    indices[number * size..<min((number + 1) * size, count)]
  }
}
