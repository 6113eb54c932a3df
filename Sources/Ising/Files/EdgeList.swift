import Host

/// Edges as they come from a file, each with its line, until the graph is checked as a whole.
struct EdgeList {
  private var sources = [Int32]()
  private var targets = [Int32]()
  private var weights = [Double]()
  private var lines = [Int32]()
  private let file: String
  /// 0 or 1: what the file calls its first vertex.
  private let base: Int

  /// - Parameter capacity: the edges to make room for; never more than the file can still hold.
  init(file: String, base: Int, capacity: Int = 0) {
    self.file = file
    self.base = base
    sources.reserveCapacity(capacity)
    targets.reserveCapacity(capacity)
    weights.reserveCapacity(capacity)
    lines.reserveCapacity(capacity)
  }

  var count: Int { weights.count }

  /// Takes an edge whose ends, counted from 0, are in range and differ.
  mutating func append(_ source: Int, _ target: Int, _ weight: Double, line: Int) {
    sources.append(Int32(truncatingIfNeeded: source))
    targets.append(Int32(truncatingIfNeeded: target))
    weights.append(weight)
    lines.append(Int32(truncatingIfNeeded: line))
  }

  /// The graph.
  /// - Throws: if an edge is there twice, or the graph's rows do not fit into memory.
  func graph(vertexCount: Int) throws -> WeightedGraph {
    // A vertex costs its row's start, its field and its spins; an edge stands in two rows, which are sorted once.
    let bytes = 64 * Double(vertexCount) + 64 * Double(count)
    do {
      try MemoryLimit.require(bytes, for: "\(vertexCount) vertices and \(count) edges")
    } catch { throw ProblemFileError(file: file, line: nil, reason: "\(error)") }
    let graph = WeightedGraph(
      uncheckedVertexCount: vertexCount, sources: sources, targets: targets, weights: weights)
    if let repetition = graph.firstRepetition() {
      let ends = "\(Int(sources[repetition.edge]) + base) \(Int(targets[repetition.edge]) + base)"
      throw ProblemFileError(
        file: file, line: Int(lines[repetition.edge]),
        reason: "edge \(ends) repeats that of line \(lines[repetition.earlier]), expected every edge once")
    }
    return graph
  }
}
