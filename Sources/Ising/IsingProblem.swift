import Files

/// An Ising problem: find the spins `s ∈ {−1, 1}ᴺ` of the lowest energy
///
///     E(s) = c − ½ Σ_{i≠j} J_ij s_i s_j − Σ_i h_i s_i ,    J_ij = J_ji,  J_ii = 0.
///
/// The couplings are kept by rows in compressed form (CSR), each of them twice, so that the field of one spin is one run of
/// memory: row `i` is `neighbours[k]`, `couplings[k]` for `k` in `row(i)`, in ascending order of the neighbour. A coupling that
/// is listed may be zero; one that is not listed is.
///
/// A positive coupling favours equal spins. (D-Wave's tools and dimod use the opposite sign.)
public struct IsingProblem: Sendable, Equatable {
  /// Where each row begins, and at the end where the last one does: `spinCount + 1` numbers.
  public let rowStarts: [Int]
  /// The other spin of each coupling, ascending within a row.
  public let neighbours: [Int32]
  /// `J_ij`, beside its neighbour `j`.
  public let couplings: [Double]
  /// `h_i`, one a spin.
  public let fields: [Double]
  /// `c`.
  public let offset: Double
  /// Whether all couplings, fields and the offset are integers of at most 2⁵³, so that energies can be summed exactly.
  public let isInteger: Bool

  /// As many spins as a neighbour's 32 bits can name.
  public static let greatestSpinCount = Int(Int32.max)

  /// The greatest magnitude up to which every integer is a `Double`.
  static let greatestExactInteger = 0x1p53

  /// A problem from its graph: each edge is listed once, with its coupling as weight.
  ///
  /// - Parameters:
  ///   - graph: `J_ij` for each pair of coupled spins.
  ///   - fields: `h_i`, one a spin; none are all zero.
  /// - Throws: `ProblemError` if there is not one field a spin, or a field or the offset is not finite.
  /// - Complexity: O(spins + edges).
  public init(graph: WeightedGraph, fields: [Double] = [], offset: Double = 0) throws {
    let fields = fields.isEmpty ? [Double](repeating: 0, count: graph.vertexCount) : fields
    guard fields.count == graph.vertexCount else {
      throw ProblemError("\(fields.count) fields for \(graph.vertexCount) spins, expected one a spin")
    }
    if let spin = fields.firstIndex(where: { !$0.isFinite }) {
      throw ProblemError("the field of spin \(spin) is \(fields[spin]), expected a finite number")
    }
    if let small = (graph.weights + fields).first(where: \.isSubnormal) {
      throw ProblemError(
        "a coupling or field of \(small) is too small to compute with, expected 0 or at least \(Double.leastNormalMagnitude); "
          + "scale the numbers up")
    }
    guard offset.isFinite else { throw ProblemError("the offset is \(offset), expected a finite number") }
    let rows = AdjacencyRows(graph)
    rowStarts = rows.starts
    neighbours = rows.neighbours
    couplings = rows.weights
    self.fields = fields
    self.offset = offset
    isInteger =
      Self.isExactInteger(offset) && graph.weights.allSatisfy(Self.isExactInteger) && fields.allSatisfy(Self.isExactInteger)
  }

  /// For makers of rows that are symmetric, ascending and without a diagonal.
  init(
    uncheckedRowStarts rowStarts: [Int], neighbours: [Int32], couplings: [Double], fields: [Double], offset: Double,
    isInteger: Bool
  ) {
    self.rowStarts = rowStarts
    self.neighbours = neighbours
    self.couplings = couplings
    self.fields = fields
    self.offset = offset
    self.isInteger = isInteger
  }

  /// `N`.
  public var spinCount: Int { fields.count }

  /// Coupled pairs.
  public var couplingCount: Int { neighbours.count / 2 }

  /// The share of all pairs that are coupled, from 0 to 1.
  public var density: Double {
    spinCount < 2 ? 0 : Double(neighbours.count) / (Double(spinCount) * Double(spinCount - 1))
  }

  /// Whether any field is other than zero.
  ///
  /// - Complexity: O(spins).
  public var hasFields: Bool { fields.contains { $0 != 0 } }

  /// Whether every pair is coupled, and all couplings have the same magnitude.
  ///
  /// - Complexity: O(couplings).
  public var hasCouplingsOfOneSize: Bool {
    guard let first = couplings.first?.magnitude, first > 0, neighbours.count == spinCount * (spinCount - 1) else { return false }
    return couplings.allSatisfy { $0.magnitude == first }
  }

  /// Where row `spin` lies in `neighbours` and `couplings`.
  public func row(_ spin: Int) -> Range<Int> { rowStarts[spin]..<rowStarts[spin + 1] }

  /// `√(1/N Σ_i (Σ_j J_ij² + h_i²))`: the size of the field that a spin feels among random spins, and so the natural unit of a
  /// machine's temperature and coupling strength.
  ///
  /// - Complexity: O(spins + couplings).
  public var rootMeanSquareField: Double {
    guard spinCount > 0 else { return 0 }
    let squares = couplings.reduce(0) { $0 + $1 * $1 } + fields.reduce(0) { $0 + $1 * $1 }
    if squares > 1e-280, squares.isFinite { return (squares / Double(spinCount)).squareRoot() }
    // The squares leave the range of numbers before the numbers do.
    let greatest = (couplings + fields).reduce(0) { max($0, $1.magnitude) }
    guard greatest > 0 else { return 0 }
    let parts = (couplings + fields).reduce(0) { $0 + ($1 / greatest) * ($1 / greatest) }
    return greatest * (parts / Double(spinCount)).squareRoot()
  }

  /// The problem with every coupling, field and the offset multiplied by `factor`.
  ///
  /// - Throws: `ProblemError` if a product is not finite.
  public func scaled(by factor: Double) throws -> IsingProblem {
    let (couplings, fields, offset) = (couplings.map { factor * $0 }, fields.map { factor * $0 }, factor * offset)
    guard offset.isFinite, couplings.allSatisfy(\.isFinite), fields.allSatisfy(\.isFinite) else {
      throw ProblemError("the problem multiplied by \(factor) is not finite")
    }
    return IsingProblem(
      uncheckedRowStarts: rowStarts, neighbours: neighbours, couplings: couplings, fields: fields, offset: offset,
      isInteger: Self.isExactInteger(offset) && couplings.allSatisfy(Self.isExactInteger)
        && fields.allSatisfy(Self.isExactInteger))
  }

  static func isExactInteger(_ value: Double) -> Bool {
    value.magnitude <= greatestExactInteger && value.rounded(.towardZero) == value
  }
}

extension IsingProblem {
  /// By which a checkpoint knows its problem: sizes, and a checksum of every number.
  package var fingerprint: String {
    var checksum = Checksum()
    func add(_ words: [UInt64]) {
      checksum.update(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
    }
    add(rowStarts.map { UInt64($0) })
    add(neighbours.map { UInt64($0) })
    add((couplings + fields + [offset]).map(\.bitPattern))
    return "\(spinCount) spins, \(couplingCount) couplings, \(checksum.text)"
  }
}

/// Why a problem cannot be posed or its energy not be told: one message that names the thing and what was expected.
public struct ProblemError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// An error with a message that names the thing and what was expected.
  public init(_ description: String) { self.description = description }
}
