/// An undirected graph as the list of its edges, each once, with a weight.
///
/// The edges keep the order in which they were given, so that what is reported can be computed from a file's own lines.
public struct WeightedGraph: Sendable, Equatable {
  /// The number of vertices, those without edges included.
  public let vertexCount: Int
  /// The two ends of each edge, counted from 0; never the same vertex.
  public let sources: [Int32]
  /// The other end of each edge, in the order of `sources`.
  public let targets: [Int32]
  /// Finite.
  public let weights: [Double]

  /// - Throws: `ProblemError` if there are no vertices or too many for 32 bits, the arrays differ in length, an end is out of
  ///   range, an edge joins a vertex to itself, two edges join the same vertices, or a weight is not finite.
  /// - Complexity: O(vertices + edges).
  public init(vertexCount: Int, sources: [Int32], targets: [Int32], weights: [Double]) throws {
    guard (1...IsingProblem.greatestSpinCount).contains(vertexCount) else {
      throw ProblemError("a graph of \(vertexCount) vertices, expected 1 to \(IsingProblem.greatestSpinCount)")
    }
    guard sources.count == targets.count, sources.count == weights.count else {
      throw ProblemError(
        "\(sources.count) sources, \(targets.count) targets and \(weights.count) weights, expected as many of each")
    }
    self.init(uncheckedVertexCount: vertexCount, sources: sources, targets: targets, weights: weights)
    if let fault = firstFault() { throw ProblemError("edge \(fault.edge): \(fault.reason)") }
  }

  /// For makers that list no edge twice, no self edge and no vertex out of range.
  init(uncheckedVertexCount: Int, sources: [Int32], targets: [Int32], weights: [Double]) {
    vertexCount = uncheckedVertexCount
    self.sources = sources
    self.targets = targets
    self.weights = weights
  }

  /// The number of edges, each counted once.
  public var edgeCount: Int { weights.count }

  /// The sum of all weights.
  ///
  /// - Complexity: O(edges).
  public var totalWeight: Double { weights.reduce(0, +) }

  /// The graph with every weight multiplied by `factor`, which must be finite.
  public func scaled(by factor: Double) -> WeightedGraph {
    WeightedGraph(
      uncheckedVertexCount: vertexCount, sources: sources, targets: targets, weights: weights.map { factor * $0 })
  }

  /// An edge that a graph must not have, and why.
  struct Fault: Equatable {
    var edge: Int
    var reason: String
  }

  /// The first edge that is out of range, a self edge or has no finite weight, or else the first that repeats an earlier one.
  private func firstFault() -> Fault? {
    let limit = Int32(clamping: vertexCount)
    for edge in weights.indices {
      let (source, target) = (sources[edge], targets[edge])
      for end in [source, target] where end < 0 || end >= limit {
        return Fault(edge: edge, reason: "vertex \(end) is out of range, expected 0 to \(vertexCount - 1)")
      }
      if source == target { return Fault(edge: edge, reason: "joins vertex \(source) to itself") }
      guard weights[edge].isFinite else {
        return Fault(edge: edge, reason: "weight \(weights[edge]), expected a finite number")
      }
    }
    return firstRepetition().map { repetition in
      Fault(edge: repetition.edge, reason: "joins the same vertices as edge \(repetition.earlier)")
    }
  }

  /// The first edge that joins the same vertices as an earlier one. Requires ends in range and no self edges.
  func firstRepetition() -> (edge: Int, earlier: Int)? {
    guard AdjacencyRows(self).hasRepetition else { return nil }
    // Only a graph that is refused comes here, so its time and memory do not matter.
    var seen = [SIMD2<Int32>: Int]()
    for edge in weights.indices {
      let pair = SIMD2(min(sources[edge], targets[edge]), max(sources[edge], targets[edge]))
      if let earlier = seen.updateValue(edge, forKey: pair) { return (edge, earlier) }
    }
    return nil
  }
}
