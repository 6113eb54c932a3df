import Kernels

/// The order in which one epoch visits the training samples: a permutation of `0 ..< count` drawn from (seed, epoch) alone, so
/// that every rank of any number of ranks has the same one and takes its own share of each batch.
public struct EpochOrder: Equatable, Sendable {
  /// The permutation.
  public let indices: [Int]

  /// - Complexity: O(`count`).
  public init(seed: UInt64, epoch: Int, count: Int) {
    var indices = Array(0..<count)
    var random = Philox(seed: seed, .imageOrder)
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

extension PhiloxSequence {
  /// Uniform in `0 ..< bound`, without bias (Lemire, "Fast random integer generation in an interval", 2019). Written out rather
  /// than taken from the standard library, whose algorithm may change and with it every result.
  mutating func below(_ bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// A Fisher–Yates shuffle.
  mutating func shuffle(_ elements: inout [Int]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, below(last + 1))
    }
  }
}
