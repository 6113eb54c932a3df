/// A question whose answer is the ground state of an Ising problem.
///
/// Its measure (a cut, an energy, a difference) is a monotonic function of the Ising energy, and is reported from the numbers
/// that were given, not from the couplings that were derived from them.
public protocol SpinObjective: Sendable {
  /// What a machine solves.
  var problem: IsingProblem { get }
  /// The measure's name, one word: `cut`, `energy`.
  var measureName: String { get }
  /// The measure of a state, from the numbers that were given.
  ///
  /// - Parameter spins: −1 or 1, one a spin.
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  func measure(of spins: [Int8]) throws -> Total
  /// The measure of the states of this Ising energy.
  func measure(atEnergy energy: Double) -> Double
  /// The Ising energy of the states of this measure.
  func energy(atMeasure measure: Double) -> Double
  /// The energy that is reported beside the measure, exactly where that can be.
  ///
  /// - Throws: as `measure`.
  func reportedEnergy(of spins: [Int8]) throws -> Total
}

extension SpinObjective {
  /// Refuses what is not one −1 or 1 a spin.
  func check(_ spins: [Int8]) throws {
    try problem.check(spins)
  }

  /// The measure itself where that is the energy, or else the Ising problem's energy.
  ///
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  public func reportedEnergy(of spins: [Int8]) throws -> Total {
    if measureName == "energy" { return try measure(of: spins) }
    return problem.isInteger ? .integer(try problem.integerEnergy(of: spins)) : .real(try problem.energy(of: spins))
  }
}

/// The ground state of an Ising problem as such: the measure is the energy.
public struct EnergyMinimum: SpinObjective {
  public let problem: IsingProblem

  /// Asks for the ground state of `problem`.
  public init(_ problem: IsingProblem) { self.problem = problem }

  public var measureName: String { "energy" }

  public func measure(of spins: [Int8]) throws -> Total {
    problem.isInteger ? .integer(try problem.integerEnergy(of: spins)) : .real(try problem.energy(of: spins))
  }

  public func measure(atEnergy energy: Double) -> Double { energy }
  public func energy(atMeasure measure: Double) -> Double { measure }
}

/// Max-Cut: divide the vertices of a graph into two sides so that the edges between the sides weigh as much as possible.
///
/// `J = −W`, so `E = Σ_{i<j} w_ij s_i s_j`, and the cut is `Σ_{i<j} w_ij (1 − s_i s_j)/2 = (Σ w − E)/2`.
public struct MaxCut: SpinObjective {
  /// The graph that is cut.
  public let graph: WeightedGraph
  public let problem: IsingProblem
  private let totalWeight: Double

  /// - Throws: `ProblemError` if the graph makes no Ising problem, such as one without vertices.
  public init(_ graph: WeightedGraph) throws {
    self.graph = graph
    problem = try IsingProblem(graph: graph.scaled(by: -1))
    totalWeight = graph.totalWeight
  }

  public var measureName: String { "cut" }

  public func measure(of spins: [Int8]) throws -> Total {
    try check(spins)
    return try Total.sum(graph.edgeCount, what: "cut") { edge in
      spins[Int(graph.sources[edge])] == spins[Int(graph.targets[edge])] ? 0 : graph.weights[edge]
    }
  }

  public func measure(atEnergy energy: Double) -> Double { (totalWeight - energy) / 2 }
  public func energy(atMeasure cut: Double) -> Double { totalWeight - 2 * cut }
}

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
