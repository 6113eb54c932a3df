/// A row of bits for each replica.
package final class PackedStates {
  package let bitCount: Int
  package let rowCount: Int
  /// Words of 64 bits from one row to the next.
  package let rowWords: Int
  package let words: AlignedBuffer<UInt64>

  package init(bits: Int, rows: Int) {
    bitCount = bits
    rowCount = rows
    rowWords = (bits + 63) / 64
    words = AlignedBuffer(count: rows * rowWords)
  }

  /// Bits of a row that are set.
  package func count(_ row: Int) -> Int {
    precondition(row >= 0 && row < rowCount)
    let start = words.base + row * rowWords
    var sum = 0
    for word in 0..<rowWords { sum += start[word].nonzeroBitCount }
    return sum
  }

  /// Bits in which two rows differ.
  package func differences(_ one: Int, _ other: Int) -> Int {
    precondition(one >= 0 && one < rowCount && other >= 0 && other < rowCount)
    let (a, b) = (words.base + one * rowWords, words.base + other * rowWords)
    var sum = 0
    for word in 0..<rowWords { sum += (a[word] ^ b[word]).nonzeroBitCount }
    return sum
  }

  package func bit(_ row: Int, _ bit: Int) -> Bool { words[row * rowWords + bit / 64] >> UInt64(bit % 64) & 1 == 1 }
}

/// How often each bit of rows was set: sums of single bits, in planes of binary digits, so that adding a row takes a few operations a word.
///
/// On each level wait a plane that sums and one for the next row to come; two and a carry from below become a sum and a carry to the level above.
package final class BitCounts {
  /// Bits of a row.
  let bitCount: Int
  private let rowWords: Int
  private let levels: Int
  /// [row][level][sum, waiting][word].
  private let planes: AlignedBuffer<UInt64>
  private let carry: AlignedBuffer<UInt64>
  private var added: [Int]

  /// - Parameter greatest: rows of bits that are added to one row of counts.
  init(bits: Int, rows: Int, greatest: Int) {
    bitCount = bits
    rowWords = (bits + 63) / 64
    levels = Int.bitWidth - greatest.leadingZeroBitCount
    planes = AlignedBuffer(count: rows * levels * 2 * rowWords)
    carry = AlignedBuffer(count: rowWords)
    added = [Int](repeating: 0, count: rows)
  }

  /// Bytes of so many.
  static func bytes(bits: Int, rows: Int, greatest: Int) -> Double {
    Double(rows) * Double(2 * (Int.bitWidth - greatest.leadingZeroBitCount)) * Double((bits + 63) / 64 * 8)
  }

  private func plane(_ row: Int, _ level: Int, _ isWaiting: Bool) -> Int {
    ((row * levels + level) * 2 + (isWaiting ? 1 : 0)) * rowWords
  }

  func add(_ bits: PackedStates, row: Int, to target: Int) {
    precondition(bits.bitCount == bitCount && added[target] + 1 < 1 << levels)
    let number = added[target]
    added[target] += 1
    guard number & 1 == 1 else {
      planes.copy(from: bits.words, at: row * rowWords, to: plane(target, 0, true), count: rowWords)
      return
    }
    carry.copy(from: bits.words, at: row * rowWords, to: 0, count: rowWords)
    let kernels = InstructionSet.current.sampling
    var level = 0
    while number >> level & 1 == 1 {
      kernels.add_bits(
        planes.base + plane(target, level, false), planes.base + plane(target, level, true), carry.base, Int64(rowWords))
      level += 1
    }
    planes.copy(from: carry, at: 0, to: plane(target, level, true), count: rowWords)
  }

  /// The counts of a row, from `start` on.
  func read(row: Int, into counts: inout [Int64], at start: Int) {
    for bit in 0..<bitCount { counts[start + bit] = 0 }
    for level in 0..<levels {
      for isWaiting in [false, true] where !isWaiting || added[row] >> level & 1 == 1 {
        let words = planes.base + plane(row, level, isWaiting)
        for bit in 0..<bitCount { counts[start + bit] += Int64(words[bit / 64] >> UInt64(bit % 64) & 1) << Int64(level) }
      }
    }
  }

  /// Makes the counts of a row what they were after so many additions.
  func set(row: Int, to counts: [Int64], at start: Int, added number: Int) {
    added[row] = number
    for level in 0..<levels {
      let words = planes.base + plane(row, level, false)
      for word in 0..<2 * rowWords { words[word] = 0 }
      for bit in 0..<bitCount { words[bit / 64] |= UInt64(counts[start + bit] >> Int64(level) & 1) << UInt64(bit % 64) }
    }
  }

  func clear() {
    for row in added.indices {
      added[row] = 0
      let words = planes.base + plane(row, 0, false)
      for word in 0..<levels * 2 * rowWords { words[word] = 0 }
    }
  }
}
