import Host

extension IsingProblem {
  /// A problem in which every pair of spins is coupled.
  ///
  /// - Parameters:
  ///   - fields: one a spin; none are all zero.
  ///   - coupling: `J_ij` for `i < j`, a pure function.
  /// - Throws: `ProblemError` if there are no spins, a coupling is not finite, or the couplings do not fit into memory.
  public static func complete(
    spinCount: Int, fields: [Double] = [], offset: Double = 0, coupling: (_ i: Int, _ j: Int) -> Double
  ) throws -> IsingProblem {
    guard (1...greatestSpinCount).contains(spinCount) else {
      throw ProblemError("a problem of \(spinCount) spins, expected 1 to \(greatestSpinCount)")
    }
    try MemoryLimit.require(completeBytes(spinCount), for: "the couplings between all pairs of \(spinCount) spins")
    let fields = fields.isEmpty ? [Double](repeating: 0, count: spinCount) : fields
    let row = spinCount - 1
    var neighbours = [Int32](repeating: 0, count: spinCount * row)
    var couplings = [Double](repeating: 0, count: spinCount * row)
    var isInteger = isExactInteger(offset) && fields.allSatisfy(isExactInteger)
    for i in 0..<spinCount {
      for j in i + 1..<spinCount {
        let value = coupling(i, j)
        guard value.isFinite else { throw ProblemError("the coupling of spins \(i) and \(j) is \(value)") }
        isInteger = isInteger && isExactInteger(value)
        // Without its diagonal, row i lacks column i: what comes after it stands one place earlier.
        neighbours[i * row + j - 1] = Int32(truncatingIfNeeded: j)
        couplings[i * row + j - 1] = value
        neighbours[j * row + i] = Int32(truncatingIfNeeded: i)
        couplings[j * row + i] = value
      }
    }
    return IsingProblem(
      uncheckedRowStarts: (0...spinCount).map { $0 * row }, neighbours: neighbours, couplings: couplings, fields: fields,
      offset: offset, isInteger: isInteger)
  }

  private static func completeBytes(_ spinCount: Int) -> Double {
    Double(spinCount) * Double(spinCount) * Double(MemoryLayout<Int32>.size + MemoryLayout<Double>.size)
  }
}
