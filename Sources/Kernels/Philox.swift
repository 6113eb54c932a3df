/// Philox4x32-10: counter-based random numbers.
///
/// A block of four 32-bit words is a pure function of a 64-bit key and a 128-bit counter, so a draw depends on *what* it is for
/// (the counter: sample, spin, step …) and never on how many draws some rank made before it.
///
/// Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; constants as in Random123.
public struct Philox: Sendable, Equatable {
  /// The key, usually `(seed, stream)`.
  public var key: SIMD2<UInt32>

  /// A generator with a given key; the other initialisers make one from a seed and a stream.
  public init(key: SIMD2<UInt32>) { self.key = key }

  /// Folds a 64-bit seed and a stream number into one key. Streams of one seed are independent of each other.
  public init(seed: UInt64, stream: UInt32) {
    let mixed = Philox(key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
      .block(SIMD4(stream, 0, 0, 0x4571_696C))
    key = SIMD2(mixed.x, mixed.y)
  }

  /// The four words at `counter`: ten rounds.
  @inlinable
  public func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var words = counter
    var roundKey = key
    for _ in 0..<10 {
      let (high0, low0) = UInt32(0xD251_1F53).multipliedFullWidth(by: words.x)
      let (high1, low1) = UInt32(0xCD9E_8D57).multipliedFullWidth(by: words.z)
      words = SIMD4(high1 ^ words.y ^ roundKey.x, low1, high0 ^ words.w ^ roundKey.y, low0)
      roundKey &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return words
  }

  /// A sequential view: the words at counters `(0, 0, a, b)`, `(1, 0, a, b)` … in order.
  public func sequence(_ a: UInt32 = 0, _ b: UInt32 = 0) -> PhiloxSequence { PhiloxSequence(philox: self, a: a, b: b) }
}

/// The words of a `Philox` in order, as a `RandomNumberGenerator` for shuffles and other sequential uses.
public struct PhiloxSequence: RandomNumberGenerator, Sendable {
  @usableFromInline let philox: Philox
  @usableFromInline var counter: SIMD4<UInt32>
  @usableFromInline var words = SIMD4<UInt32>()
  @usableFromInline var used = 4

  init(philox: Philox, a: UInt32, b: UInt32) {
    self.philox = philox
    counter = SIMD4(0, 0, a, b)
  }

  /// The next 32 random bits.
  @inlinable
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = philox.block(counter)
      counter.x &+= 1
      if counter.x == 0 { counter.y &+= 1 }
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// The next 64 random bits, as Swift's own functions of chance ask for them.
  @inlinable
  public mutating func next() -> UInt64 { UInt64(nextWord()) << 32 | UInt64(nextWord()) }

  /// Uniform in [0, 1), 24 bits.
  @inlinable
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }
}
