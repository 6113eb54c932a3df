import Host

/// Rows of couplings between all pairs, of −1 or 1: a bit for each.
package struct SignRows: ProblemRows {
  package let spinCount: Int
  package let own: Range<Int>
  /// Rows of whole words: bit `j` of a row is 1 where its coupling to spin `j` is −1. The bit of the diagonal, and those behind the last spin,
  /// are 0.
  package let words: [UInt32]
  /// Words from one row to the next.
  package let rowWords: Int

  /// - Parameter isNegative: whether `J_ij` of two different spins is −1; a pure function.
  /// - Throws: `ProblemError` if the rows do not fit into memory.
  init(spinCount: Int, own: Range<Int>, isNegative: (_ i: Int, _ j: Int) -> Bool) throws {
    let rowWords = (spinCount + 31) / 32
    // The kernels have a copy.
    try MemoryLimit.require(Double(own.count) * Double(rowWords) * 8, forSpins: own.count, of: spinCount)
    var words = [UInt32](repeating: 0, count: own.count * rowWords)
    for spin in own {
      let start = (spin - own.lowerBound) * rowWords
      for other in 0..<spinCount where other != spin && isNegative(spin, other) {
        words[start + other / 32] |= 1 << UInt32(other % 32)
      }
    }
    (self.spinCount, self.own, self.words, self.rowWords) = (spinCount, own, words, rowWords)
  }

  package var entryCount: Int { own.count * (spinCount - 1) }
  package var isInteger: Bool { true }
  package var commonMagnitude: Double? { spinCount > 1 ? 1 : nil }
  package var greatestField: Double { own.isEmpty ? 0 : Double(spinCount - 1) }

  package func squares(after sum: Double, unit: Double) -> Double {
    // Whole numbers, unless couplings are scaled, which those of one size never need.
    sum + Double(entryCount) / (unit * unit)
  }

  package func forEach(in spin: Int, _ body: (_ other: Int, _ coupling: Double) throws -> Void) rethrows {
    let start = (spin - own.lowerBound) * rowWords
    for other in 0..<spinCount where other != spin {
      try body(other, words[start + other / 32] >> UInt32(other % 32) & 1 == 0 ? 1 : -1)
    }
  }

  /// Products of bits: a spin and a coupling of different signs count −1.
  package func integerEnergy(of spins: [Int8]) throws -> Int64 {
    var negatives = [UInt32](repeating: 0, count: rowWords)
    for (spin, value) in spins.enumerated() where value < 0 { negatives[spin / 32] |= 1 << UInt32(spin % 32) }
    var energy: Int64 = 0
    for spin in own {
      let (start, whole) = ((spin - own.lowerBound) * rowWords, spin / 32)
      var opposed = 0
      for word in 0..<whole { opposed += (words[start + word] ^ negatives[word]).nonzeroBitCount }
      if spin % 32 > 0 {
        opposed += ((words[start + whole] ^ negatives[whole]) & (1 << UInt32(spin % 32) - 1)).nonzeroBitCount
      }
      energy -= Int64(spin - 2 * opposed) * Int64(spins[spin])
    }
    return energy
  }
}

/// Rows of couplings of any size between all pairs.
package struct CompleteRows: ProblemRows {
  package let spinCount: Int
  package let own: Range<Int>
  package let isInteger: Bool
  package let commonMagnitude: Double?
  /// A number for each spin of the problem in each row; zeros on the diagonal.
  private let couplings: [Double]

  /// - Parameter coupling: `J_ij` of two different spins; a pure function.
  /// - Throws: `ProblemError` if the rows do not fit into memory.
  init(spinCount: Int, own: Range<Int>, coupling: (_ i: Int, _ j: Int) -> Double) throws {
    // The kernels have a copy in single precision.
    try MemoryLimit.require(Double(own.count) * Double(spinCount) * 12, forSpins: own.count, of: spinCount)
    var couplings = [Double](repeating: 0, count: own.count * spinCount)
    var (isInteger, magnitude): (Bool, Double?) = (true, nil)
    var isCommon = true
    for spin in own {
      let start = (spin - own.lowerBound) * spinCount
      for other in 0..<spinCount where other != spin {
        let value = coupling(spin, other)
        couplings[start + other] = value
        isInteger = isInteger && IsingProblem.isExactInteger(value)
        isCommon = isCommon && value != 0 && value.magnitude == magnitude ?? value.magnitude
        magnitude = value.magnitude
      }
    }
    (self.spinCount, self.own, self.couplings) = (spinCount, own, couplings)
    self.isInteger = isInteger
    commonMagnitude = isCommon ? magnitude : nil
  }

  package var entryCount: Int { own.count * (spinCount - 1) }

  package func forEach(in spin: Int, _ body: (_ other: Int, _ coupling: Double) throws -> Void) rethrows {
    let start = (spin - own.lowerBound) * spinCount
    for other in 0..<spinCount where other != spin { try body(other, couplings[start + other]) }
  }
}
