import Host

/// Rows of sparse couplings: for each spin those that it is coupled to, in ascending order.
///
/// Single precision takes two thirds of the memory and is exact for small integers.
package struct ListedRows<Value: BinaryFloatingPoint & Sendable>: ProblemRows {
  package let spinCount: Int
  package let own: Range<Int>
  /// Where each row begins, and at the end where the last one does.
  package let starts: [Int]
  /// The other spin of each coupling.
  package let neighbours: [Int32]
  /// `J_ij`, beside its neighbour.
  package let values: [Value]
  package let isInteger: Bool
  package let commonMagnitude: Double?

  /// - Parameters:
  ///   - starts: one for each spin of `own`, from 0, and the end of the last row.
  ///   - neighbours: ascending within a row.
  init(spinCount: Int, own: Range<Int>, starts: [Int], neighbours: [Int32], values: [Value]) {
    (self.spinCount, self.own) = (spinCount, own)
    (self.starts, self.neighbours, self.values) = (starts, neighbours, values)
    isInteger = values.allSatisfy { IsingProblem.isExactInteger(Double($0)) }
    let first = values.first?.magnitude ?? 0
    commonMagnitude = first > 0 && values.allSatisfy { $0.magnitude == first } ? Double(first) : nil
  }

  package var entryCount: Int { neighbours.count }

  /// Refuses rows that do not fit into memory, with what making them and the kernels' copies take.
  ///
  /// - Parameter couplings: of all rows.
  /// - Throws: `ProblemError`.
  package static func requireMemory(spins: Int, of spinCount: Int, couplings: Int) throws {
    try MemoryLimit.require(30 * Double(spins + couplings), forSpins: spins, of: spinCount)
  }

  package func forEach(in spin: Int, _ body: (_ other: Int, _ coupling: Double) throws -> Void) rethrows {
    let row = spin - own.lowerBound
    for entry in starts[row]..<starts[row + 1] { try body(Int(neighbours[entry]), Double(values[entry])) }
  }

  /// Compiled for each kind of number: sums for any kind would take ten times as long.
  package func integerEnergy(of spins: [Int8]) throws -> Int64 {
    switch self {
    case let rows as ListedRows<Float>: try rows.integerEnergy(of: spins) { Int64($0) }
    case let rows as ListedRows<Double>: try rows.integerEnergy(of: spins) { Int64($0) }
    default: try integerEnergy(of: spins) { Int64($0) }
    }
  }

  @inline(__always)
  private func integerEnergy(of spins: [Int8], _ integer: (Value) -> Int64) throws -> Int64 {
    var energy: Int64 = 0
    for spin in own {
      var field: Int64 = 0
      for entry in starts[spin - own.lowerBound]..<starts[spin - own.lowerBound + 1] {
        let other = Int(neighbours[entry])
        guard other < spin else { break }
        field = try IsingProblem.sum(field, integer(values[entry]) * Int64(spins[other]))
      }
      energy = try spins[spin] > 0 ? IsingProblem.difference(energy, field) : IsingProblem.sum(energy, field)
    }
    return energy
  }
}

extension ListedRows where Value == Float {
  /// Rows whose couplings are told spin by spin, all of them of one number.
  ///
  /// - Parameter couplings: appends those of a spin to an array, in any order; exact in single precision.
  /// - Throws: `ProblemError` if the rows do not fit into memory.
  init(
    spinCount: Int, own: Range<Int>, degree: Int,
    couplings: (_ spin: Int, _ row: inout [(other: Int, coupling: Double)]) -> Void
  ) throws {
    try Self.requireMemory(spins: own.count, of: spinCount, couplings: own.count * degree)
    var (neighbours, values) = ([Int32](), [Float]())
    neighbours.reserveCapacity(own.count * degree)
    values.reserveCapacity(own.count * degree)
    var row: [(other: Int, coupling: Double)] = []
    for spin in own {
      row.removeAll(keepingCapacity: true)
      couplings(spin, &row)
      row.sort { $0.other < $1.other }
      for (other, coupling) in row {
        neighbours.append(Int32(truncatingIfNeeded: other))
        values.append(Float(coupling))
      }
    }
    self.init(
      spinCount: spinCount, own: own, starts: (0...own.count).map { $0 * degree }, neighbours: neighbours, values: values)
  }
}
