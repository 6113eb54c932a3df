import Kernels

/// ±1 with equal probability: a pure function of seed, run and spin.
public struct RandomSpins {
  private let philox: Philox

  public init(seed: UInt64) { philox = Philox(seed: seed, stream: 0x5354_4152) }

  public func state(run: Int, count: Int) -> [Int8] {
    var spins = [Int8](repeating: 1, count: count)
    for block in stride(from: 0, to: count, by: 128) {
      let words = philox.block(SIMD4(UInt32(block / 128), UInt32(truncatingIfNeeded: run), 0, 0))
      for spin in block..<min(block + 128, count) where words[spin % 128 / 32] >> UInt32(spin % 32) & 1 == 1 { spins[spin] = -1 }
    }
    return spins
  }
}
