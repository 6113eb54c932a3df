import Host

/// A graph whose communities are sought: weights that are not negative, and edges from a vertex to itself.
public struct CommunityGraph: Sendable {
  /// The number of vertices, those without edges included.
  public let vertexCount: Int
  /// `k_i`: the weights of a vertex's edges, of an edge to itself twice.
  public let degrees: [Double]
  /// `2m = Σ k_i`.
  public let totalDegree: Double
  let rows: AdjacencyRows
  private let loops: [Double]

  /// - Parameters:
  ///   - loops: the weight of each vertex's edge to itself; none are all zero.
  /// - Throws: `ProblemError` if a weight is negative, all are zero, or there is not one loop a vertex.
  public init(_ graph: WeightedGraph, loops: [Double] = []) throws {
    let loops = loops.isEmpty ? [Double](repeating: 0, count: graph.vertexCount) : loops
    guard loops.count == graph.vertexCount else {
      throw ProblemError("\(loops.count) loops for \(graph.vertexCount) vertices, expected one each")
    }
    if let weight = (graph.weights + loops).first(where: { $0 < 0 }) {
      throw ProblemError("a weight of \(weight), expected none below 0: modularity is of graphs without negative weights")
    }
    rows = AdjacencyRows(graph)
    var degrees = loops.map { 2 * $0 }
    for vertex in 0..<graph.vertexCount {
      for entry in rows.starts[vertex]..<rows.starts[vertex + 1] { degrees[vertex] += rows.weights[entry] }
    }
    totalDegree = degrees.reduce(0, +)
    guard totalDegree > 0 else {
      throw ProblemError("the graph has no edges, expected one or more: communities are made of them")
    }
    vertexCount = graph.vertexCount
    self.degrees = degrees
    self.loops = loops
  }

  /// Newman & Girvan's modularity `Q = Σ_c [ L_c/m − γ (K_c/2m)² ]`, where `L_c` is the weight within community `c` and `K_c` the
  /// sum of its degrees.
  ///
  /// Source: Newman & Girvan, Phys. Rev. E 69, 026113 (2004); γ: Reichardt & Bornholdt, Phys. Rev. E 74, 016110 (2006).
  ///
  /// - Parameter resolution: `γ`; greater values favour smaller communities.
  public func modularity(of communities: Communities, resolution: Double = 1) -> Double {
    precondition(communities.numbers.count == vertexCount, "a division of another graph")
    var within = [Double](repeating: 0, count: communities.count)
    var degree = within
    for vertex in 0..<vertexCount {
      let community = communities.numbers[vertex]
      degree[community] += degrees[vertex]
      within[community] += 2 * loops[vertex]
      for entry in rows.starts[vertex]..<rows.starts[vertex + 1]
      where communities.numbers[Int(rows.neighbours[entry])] == community {
        within[community] += rows.weights[entry]
      }
    }
    return zip(within, degree).reduce(0) { sum, community in
      let share = community.1 / totalDegree
      return sum + community.0 / totalDegree - resolution * share * share
    }
  }

  /// The graph whose weights are how alike two vertices' neighbourhoods are: `|Γ_i ∩ Γ_j| / √(|Γ_i| |Γ_j|)`, where `Γ_i` is
  /// vertex `i` with its neighbours. Vertices without a common neighbour are not joined.
  ///
  /// Source: Xu, Yuruk, Feng & Schweiger, "SCAN: a structural clustering algorithm for networks", KDD 2007.
  ///
  /// - Throws: `ProblemError` if the pairs do not fit into memory.
  public func similarity() throws -> CommunityGraph {
    var (sources, targets, weights) = ([Int32](), [Int32](), [Double]())
    // Neighbours and vertex alike, ascending.
    let neighbourhoods = (0..<vertexCount).map { vertex in
      (rows.neighbours[rows.starts[vertex]..<rows.starts[vertex + 1]] + [Int32(vertex)]).sorted()
    }
    try MemoryLimit.require(
      neighbourhoods.reduce(0) { $0 + Double($1.count) * Double($1.count) } * 64, for: "the pairs with common neighbours")
    var common = [Int32](repeating: 0, count: vertexCount)
    for vertex in 0..<vertexCount {
      var met = [Int32]()
      for middle in neighbourhoods[vertex] {
        for other in neighbourhoods[Int(middle)] where other > vertex {
          if common[Int(other)] == 0 { met.append(other) }
          common[Int(other)] += 1
        }
      }
      for other in met.sorted() {
        let sizes = Double(neighbourhoods[vertex].count) * Double(neighbourhoods[Int(other)].count)
        sources.append(Int32(vertex))
        targets.append(other)
        weights.append(Double(common[Int(other)]) / sizes.squareRoot())
        common[Int(other)] = 0
      }
    }
    return try CommunityGraph(
      WeightedGraph(uncheckedVertexCount: vertexCount, sources: sources, targets: targets, weights: weights))
  }
}
