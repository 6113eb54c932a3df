/// Number partitioning: divide numbers into two heaps whose sums differ as little as possible.
///
/// `E = (Σ_i a_i s_i)²`, so `J_ij = −2 a_i a_j`, with `Σ a_i²` as offset; the measure is `|Σ_i a_i s_i| = √E`.
/// Source: Lucas, "Ising formulations of many NP problems", Frontiers in Physics 2, 5 (2014), section 2.1.
public struct NumberPartition: SpinObjective {
  /// The numbers to be divided.
  public let numbers: [Double]
  public let problem: IsingProblem

  /// - Throws: `ProblemError` if there are no numbers, one is not finite, a product of two is not, or the couplings, one for each
  ///   pair, do not fit into memory.
  public init(_ numbers: [Double]) throws {
    guard !numbers.isEmpty else { throw ProblemError("there are no numbers to divide, expected one or more") }
    if let place = numbers.firstIndex(where: { !$0.isFinite }) {
      throw ProblemError("number \(place) is \(numbers[place]), expected a finite one")
    }
    let squares = numbers.reduce(0) { $0 + $1 * $1 }
    guard (2 * squares).isFinite else { throw ProblemError("the squares of the numbers overflow; scale them down") }
    self.numbers = numbers
    problem = try IsingProblem.complete(spinCount: numbers.count, offset: squares) { -2 * numbers[$0] * numbers[$1] }
  }

  public var measureName: String { "difference" }

  public func measure(of spins: [Int8]) throws -> Total {
    try check(spins)
    switch try Total.sum(numbers.count, what: "difference", { numbers[$0] * Double(spins[$0]) }) {
    case .integer(let difference): return .integer(abs(difference))
    case .real(let difference): return .real(abs(difference))
    }
  }

  /// The difference's square: products of great numbers are no longer exact in the couplings.
  ///
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  public func reportedEnergy(of spins: [Int8]) throws -> Total {
    switch try measure(of: spins) {
    case .integer(let difference):
      let (square, overflow) = difference.multipliedReportingOverflow(by: difference)
      return overflow ? .real(Double(difference) * Double(difference)) : .integer(square)
    case .real(let difference): return .real(difference * difference)
    }
  }

  public func measure(atEnergy energy: Double) -> Double { max(energy, 0).squareRoot() }
  public func energy(atMeasure difference: Double) -> Double { difference * difference }
}
