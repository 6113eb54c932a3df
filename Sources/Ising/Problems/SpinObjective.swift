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
}

extension SpinObjective {
  /// Refuses what is not one −1 or 1 a spin.
  func check(_ spins: [Int8]) throws {
    try problem.check(spins)
  }
}

/// The ground state of an Ising problem as such: the measure is the energy.
public struct EnergyMinimum: SpinObjective {
  public let problem: IsingProblem

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
  public let graph: WeightedGraph
  public let problem: IsingProblem
  private let totalWeight: Double

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
