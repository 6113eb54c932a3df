import Kernels

/// The streams of one seed that this library draws from. Numbers are part of the results: they never change.
enum RandomStream: UInt32 {
  case order = 0x4441_0001
  case augmentation = 0x4441_0002
  case split = 0x4441_0003
  case syntheticPattern = 0x4441_0004
  case syntheticNoise = 0x4441_0005

  func generator(seed: UInt64) -> Philox { Philox(seed: seed, stream: rawValue) }
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
