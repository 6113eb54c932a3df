/// The rows of a run of spins: what one rank of several holds of a problem that none of them holds whole.
///
/// The problem has couplings alone: no fields and no offset. Row `i` has a coupling `J_ij` for every spin `j`, in ascending order, so that sums
/// over the rows of all ranks, one rank after the other, are the sums of `IsingProblem`, in the same order and with the same bits.
package protocol ProblemRows: Sendable {
  /// Spins of the whole problem.
  var spinCount: Int { get }
  /// The spins whose rows these are.
  var own: Range<Int> { get }
  /// Couplings of these rows; a coupling of two of these spins counts twice.
  var entryCount: Int { get }
  /// Whether all of them are integers of at most 2⁵³.
  var isInteger: Bool { get }
  /// The magnitude that all of them have; `nil` if they differ or are zero.
  var commonMagnitude: Double? { get }

  /// Calls `body` with each coupled spin of a row and the coupling, in order.
  func forEach(in spin: Int, _ body: (_ other: Int, _ coupling: Double) throws -> Void) rethrows

  /// The greatest `Σ_j |J_ij|` of these rows.
  var greatestField: Double { get }

  /// Adds `Σ_j (J_ij/unit)²` of these rows to a sum, coupling by coupling.
  func squares(after sum: Double, unit: Double) -> Double

  /// `−Σ_i Σ_{j<i} J_ij s_i s_j` over these rows, of a problem of integers.
  ///
  /// - Parameter spins: −1 or 1, one for each spin of the whole problem.
  /// - Throws: `ProblemError` if the sum leaves 64 bits.
  func integerEnergy(of spins: [Int8]) throws -> Int64

  /// The same in floating point, subtracted from what the rows before these have come to.
  func realEnergy(of spins: [Int8], after energy: Double) -> Double
}

extension ProblemRows {
  /// Where each row begins, from 0, and at the end where the last one does; the other spin of each coupling, and the coupling.
  package var lists: (starts: [Int], neighbours: [Int32], couplings: [Double]) {
    switch self {
    case let rows as ListedRows<Float>: return (rows.starts, rows.neighbours, rows.values.map { Double($0) })
    case let rows as ListedRows<Double>: return (rows.starts, rows.neighbours, rows.values)
    default:
      var (starts, neighbours, couplings) = ([0], [Int32](), [Double]())
      neighbours.reserveCapacity(entryCount)
      couplings.reserveCapacity(entryCount)
      for spin in own {
        forEach(in: spin) {
          neighbours.append(Int32(truncatingIfNeeded: $0))
          couplings.append($1)
        }
        starts.append(neighbours.count)
      }
      return (starts, neighbours, couplings)
    }
  }

  /// The greatest `|J_ij|` of these rows.
  package var greatestCoupling: Double {
    own.reduce(0) { greatest, spin in
      var greatest = greatest
      forEach(in: spin) { greatest = max(greatest, $1.magnitude) }
      return greatest
    }
  }

  package var greatestField: Double {
    own.reduce(0) { greatest, spin in
      var sum = 0.0
      forEach(in: spin) { sum += $1.magnitude }
      return max(greatest, sum)
    }
  }

  package func squares(after sum: Double, unit: Double) -> Double {
    var sum = sum
    for spin in own { forEach(in: spin) { sum += ($1 / unit) * ($1 / unit) } }
    return sum
  }

  package func integerEnergy(of spins: [Int8]) throws -> Int64 {
    var energy: Int64 = 0
    for spin in own {
      var field: Int64 = 0
      try forEach(in: spin) { other, coupling in
        if other < spin { field = try IsingProblem.sum(field, Int64(coupling) * Int64(spins[other])) }
      }
      energy = try spins[spin] > 0 ? IsingProblem.difference(energy, field) : IsingProblem.sum(energy, field)
    }
    return energy
  }

  package func realEnergy(of spins: [Int8], after energy: Double) -> Double {
    var energy = energy
    for spin in own {
      var field = 0.0
      forEach(in: spin) { other, coupling in if other < spin { field += coupling * Double(spins[other]) } }
      energy -= field * Double(spins[spin])
    }
    return energy
  }
}
