/// Max-Cut: divide the vertices of a graph into two sides so that the edges between the sides weigh as much as possible.
///
/// With sides `s_i` of −1 or 1, an edge between them has `s_i s_j = −1`, so
///
/// - the cut is `Σ_{i<j} w_ij (1 − s_i s_j)/2`;
/// - couplings `J = −W` give `E = Σ_{i<j} w_ij s_i s_j`;
/// - and the cut is `(Σ_{i<j} w_ij − E)/2`: the ground states are the greatest cuts.
///
/// Source: Barahona, Grötschel, Jünger & Reinelt, Oper. Res. 36, 493 (1988).
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

  /// The weight between the sides.
  ///
  /// - Complexity: O(edges).
  /// - Throws: `ProblemError` if the state is none of the problem's or an integer sum leaves 64 bits.
  public func measure(of spins: [Int8]) throws -> Total {
    try check(spins)
    return try Total.sum(graph.edgeCount, what: "cut") { edge in
      spins[Int(graph.sources[edge])] == spins[Int(graph.targets[edge])] ? 0 : graph.weights[edge]
    }
  }

  public func measure(atEnergy energy: Double) -> Double { (totalWeight - energy) / 2 }
  public func energy(atMeasure cut: Double) -> Double { totalWeight - 2 * cut }
}
