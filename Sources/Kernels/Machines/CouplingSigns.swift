import CKernels

/// Couplings `±unit` between all pairs, as a bit each: 1 where they are negative. The diagonal's bit is 0, as of a coupling `+unit`.
package final class CouplingSigns {
  /// The magnitude of every coupling.
  package let unit: Float
  /// Rows that were asked for.
  package let rowCount: Int
  /// Spins of the problem.
  package let columnCount: Int
  /// Words of 32 bits from one row to the next; bits behind the last column are 0.
  let rowWords: Int
  let words: AlignedBuffer<UInt32>

  /// Whether all pairs are coupled, with couplings of one size.
  package static func fit(_ couplings: SparseCouplings) -> Bool {
    let count = couplings.rowCount
    guard count > 1, couplings.columnCount == count, couplings.neighbours.count == count * (count - 1) else { return false }
    let unit = couplings.neighbours[0].coupling.magnitude
    return unit > 0 && (0..<couplings.neighbours.count).allSatisfy { couplings.neighbours.base[$0].coupling.magnitude == unit }
  }

  /// Rows that were drawn as bits.
  ///
  /// - Parameter words: of one row after the other, each of whole words.
  package init(unit: Float, columnCount: Int, rowCount: Int, words: [UInt32]) {
    rowWords = (columnCount + 31) / 32
    precondition(words.count == rowCount * rowWords, "\(words.count) words for \(rowCount) rows of \(rowWords)")
    (self.unit, self.rowCount, self.columnCount) = (unit, rowCount, columnCount)
    self.words = AlignedBuffer(count: words.count)
    self.words.assign(words)
  }

  /// - Parameter rows: the rows that are wanted; all if not given.
  /// - Returns: `nil` if a pair is not coupled, or couplings differ in size.
  package init?(_ couplings: SparseCouplings, rows: Range<Int>? = nil) {
    guard Self.fit(couplings) else { return nil }
    let rows = rows ?? 0..<couplings.rowCount
    unit = couplings.neighbours[0].coupling.magnitude
    rowCount = rows.count
    columnCount = couplings.columnCount
    rowWords = (couplings.columnCount + 31) / 32
    words = AlignedBuffer(count: rows.count * rowWords)
    for (place, row) in rows.enumerated() {
      let start = place * rowWords
      couplings.forEach(in: row) { column, coupling in
        if coupling < 0 { words.base[start + column / 32] |= 1 << UInt32(column % 32) }
      }
    }
  }
}
