/// QUBO: minimise, or maximise, `f(x) = c + Σ_i q_i x_i + Σ_{i<j} q_ij x_i x_j` over `x ∈ {0, 1}ᴺ`.
///
/// With `x = (1 + s)/2` the coefficients of the spins are quarters. The Ising problem is that of `4f`, which is one of integers
/// if `f` is:
///
///     J_ij = −q_ij ,   h_i = −2 q_i − Σ_j q_ij ,   4c + 2 Σ_i q_i + Σ_{i<j} q_ij as offset.
///
/// Of a function that is maximised it is that of `−4f`.
public struct QuadraticBinaryProblem: SpinObjective {
  /// `q_ij`.
  public let pairs: WeightedGraph
  /// `q_i`, one a variable.
  public let linear: [Double]
  /// `c`.
  public let offset: Double
  /// Whether the greatest value is asked for.
  public let isMaximised: Bool
  public let problem: IsingProblem

  private static let scale = 4.0
  private var sign: Double { isMaximised ? -1 : 1 }

  /// - Throws: `ProblemError` if there is not one linear coefficient a variable, or one is not finite.
  public init(pairs: WeightedGraph, linear: [Double], offset: Double = 0, isMaximised: Bool = false) throws {
    guard linear.count == pairs.vertexCount else {
      throw ProblemError("\(linear.count) linear coefficients for \(pairs.vertexCount) variables, expected one each")
    }
    self.pairs = pairs
    self.linear = linear
    self.offset = offset
    self.isMaximised = isMaximised
    let sign = isMaximised ? -1.0 : 1
    var fields = linear.map { -2 * sign * $0 }
    for edge in pairs.weights.indices {
      fields[Int(pairs.sources[edge])] -= sign * pairs.weights[edge]
      fields[Int(pairs.targets[edge])] -= sign * pairs.weights[edge]
    }
    problem = try IsingProblem(
      graph: pairs.scaled(by: -sign), fields: fields,
      offset: sign * (Self.scale * offset + 2 * linear.reduce(0, +) + pairs.totalWeight))
  }

  public var measureName: String { isMaximised ? "value" : "energy" }

  /// That of what is minimised: `f`, or `−f`.
  ///
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  public func reportedEnergy(of spins: [Int8]) throws -> Total {
    let value = try measure(of: spins)
    guard isMaximised else { return value }
    switch value {
    case .integer(let value): return .integer(-value)
    case .real(let value): return .real(-value)
    }
  }

  /// `f(x)` of the variables that are 1 where the spin is.
  ///
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  public func measure(of spins: [Int8]) throws -> Total {
    try check(spins)
    let variables = linear.count
    return try Total.sum(1 + variables + pairs.edgeCount, what: "value") { term in
      if term == 0 { return offset }
      if term <= variables { return spins[term - 1] > 0 ? linear[term - 1] : 0 }
      let edge = term - 1 - variables
      let isPresent = spins[Int(pairs.sources[edge])] > 0 && spins[Int(pairs.targets[edge])] > 0
      return isPresent ? pairs.weights[edge] : 0
    }
  }

  public func measure(atEnergy energy: Double) -> Double { sign * energy / Self.scale }
  public func energy(atMeasure value: Double) -> Double { sign * value * Self.scale }
}
