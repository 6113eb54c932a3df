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
