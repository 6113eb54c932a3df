extension IsingProblem {
  /// `E(s)`: summed in 64-bit integers where the problem is one of integers, in floating point otherwise.
  ///
  /// - Complexity: O(spins + couplings).
  /// - Parameter spins: −1 or 1, one a spin.
  /// - Throws: `ProblemError` if there is not one −1 or 1 a spin, or an integer sum leaves 64 bits.
  public func energy(of spins: [Int8]) throws -> Double {
    isInteger ? Double(try integerEnergy(of: spins)) : try realEnergy(of: spins)
  }

  /// `E(s)` of a problem of integers, exactly.
  ///
  /// - Throws: `ProblemError` if the problem is not one of integers, there is not one −1 or 1 a spin, or a sum leaves 64 bits.
  public func integerEnergy(of spins: [Int8]) throws -> Int64 {
    guard isInteger else { throw ProblemError("the problem has couplings or fields that are not integers") }
    try check(spins)
    var energy = Int64(offset)
    for spin in 0..<spinCount {
      var field = Int64(fields[spin])
      for entry in lowerRow(spin) {
        field = try Self.sum(field, Int64(couplings[entry]) * Int64(spins[Int(neighbours[entry])]))
      }
      energy = try spins[spin] > 0 ? Self.difference(energy, field) : Self.sum(energy, field)
    }
    return energy
  }

  /// `E(s)` in floating point.
  private func realEnergy(of spins: [Int8]) throws -> Double {
    try check(spins)
    var energy = offset
    for spin in 0..<spinCount {
      var field = fields[spin]
      for entry in lowerRow(spin) { field += couplings[entry] * Double(spins[Int(neighbours[entry])]) }
      energy -= field * Double(spins[spin])
    }
    return energy
  }

  /// The entries of row `spin` whose neighbour comes before it: every pair once.
  private func lowerRow(_ spin: Int) -> Range<Int> {
    let row = row(spin)
    var (low, high) = (row.lowerBound, row.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int(neighbours[middle]) < spin { low = middle + 1 } else { high = middle }
    }
    return row.lowerBound..<low
  }

  func check(_ spins: [Int8]) throws {
    guard spins.count == spinCount else {
      throw ProblemError("a state of \(spins.count) spins for a problem of \(spinCount)")
    }
    if let spin = spins.firstIndex(where: { $0 != 1 && $0 != -1 }) {
      throw ProblemError("spin \(spin) of a state is \(spins[spin]), expected -1 or 1")
    }
  }

  static func sum(_ a: Int64, _ b: Int64) throws -> Int64 { try whole(a.addingReportingOverflow(b)) }

  static func difference(_ a: Int64, _ b: Int64) throws -> Int64 { try whole(a.subtractingReportingOverflow(b)) }

  private static func whole(_ result: (partialValue: Int64, overflow: Bool)) throws -> Int64 {
    guard !result.overflow else { throw ProblemError("the energy overflows 64-bit integers; scale the couplings down") }
    return result.partialValue
  }
}
