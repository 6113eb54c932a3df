import Testing

@testable import Kernels

/// Known answers of Random123, and what the project builds on them.
@Suite struct PhiloxTests {
  @Test func knownAnswers() {
    let zero = Philox(key: SIMD2(0, 0)).block(SIMD4(0, 0, 0, 0))
    #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Philox(key: SIMD2(repeating: .max)).block(SIMD4(repeating: .max))
    #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let digitsOfPi = Philox(key: SIMD2(0xa409_3822, 0x299f_31d0)).block(
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344))
    #expect(digitsOfPi == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func aSequenceIsTheBlocksInOrder() {
    let philox = Philox(seed: 1 << 40 + 3, stream: 7)
    var sequence = philox.sequence(5, 6)
    for counter in 0..<3 {
      let block = philox.block(SIMD4(UInt32(counter), 0, 5, 6))
      for word in 0..<4 { #expect(sequence.nextWord() == block[word]) }
    }
  }

  @Test func seedsAndStreamsDiffer() {
    let keys = [0, 1, 1 << 32].flatMap { seed in (0..<4).map { Philox(seed: seed, stream: $0).key } }
    #expect(Set(keys).count == keys.count)
  }

  /// Of one seed no two uses share a stream: each has its numbers to itself, its members' included.
  @Test func streamsOfTheTableDoNotOverlap() {
    let ranges = RandomStream.allCases.map { $0.rawValue..<$0.rawValue + $0.extent }
    for (index, range) in ranges.enumerated() {
      for other in ranges[..<index] { #expect(!range.overlaps(other), "\(RandomStream.allCases[index]) overlaps") }
    }
    #expect(Philox(seed: 3, .embedding, member: 2) == Philox(seed: 3, stream: 0x454d_4202))
    #expect(RandomStream.embedding.extent > 2)
  }

  @Test func uniformNumbers() {
    var sequence = Philox(seed: 2, stream: 0).sequence()
    let numbers = (0..<100_000).map { _ in Double(sequence.uniform()) }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 1e5
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(abs(mean - 0.5) < 5e-3 && abs(variance - 1.0 / 12) < 2e-3)
  }
}
