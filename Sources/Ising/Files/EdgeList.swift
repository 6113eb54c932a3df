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

  /// The graph, in which edges that repeat others, in one direction or the other, are added to them.
  ///
  /// - Parameter ranks: the number that each vertex gets; its own if empty.
  /// - Returns: also how many edges were added to others.
  /// - Throws: if the graph's rows do not fit into memory.
  func summedGraph(vertexCount: Int, ranks: [Int] = []) throws -> (graph: WeightedGraph, merged: Int) {
    try requireMemory(vertexCount: vertexCount)
    var list = self
    if !ranks.isEmpty {
      for edge in weights.indices {
        list.sources[edge] = Int32(ranks[Int(sources[edge])])
        list.targets[edge] = Int32(ranks[Int(targets[edge])])
      }
    }
    let graph = WeightedGraph(
      uncheckedVertexCount: vertexCount, sources: list.sources, targets: list.targets, weights: list.weights)
    guard AdjacencyRows(graph).hasRepetition else { return (graph, 0) }
    var single = EdgeList(file: file, base: base)
    var places = [SIMD2<Int32>: Int]()
    for edge in weights.indices {
      let (source, target) = (list.sources[edge], list.targets[edge])
      let pair = SIMD2(min(source, target), max(source, target))
      if let place = places[pair] {
        single.weights[place] += list.weights[edge]
      } else {
        places[pair] = single.count
        single.append(Int(source), Int(target), list.weights[edge], line: Int(lines[edge]))
      }
    }
    let summed = WeightedGraph(
      uncheckedVertexCount: vertexCount, sources: single.sources, targets: single.targets, weights: single.weights)
    guard summed.weights.allSatisfy(\.isFinite) else {
      throw ProblemFileError(file: file, line: nil, reason: "the weights of repeated edges add up to no finite number")
    }
    return (summed, count - single.count)
  }

  /// - Throws: if these are not the edges of `graph`, each once, with the same weights.
  func requireEdges(of graph: WeightedGraph) throws {
    let rows = AdjacencyRows(graph)
    for edge in weights.indices {
      let (source, target) = (Int(sources[edge]), Int(targets[edge]))
      let found = rows.weight(source, target)
      guard found == weights[edge] else {
        throw ProblemFileError(
          file: file, line: Int(lines[edge]),
          reason: "vertex \(target + base) has the neighbour \(source + base) with weight \(weights[edge]), which has "
            + (found.map { "weight \($0) to it" } ?? "no edge to it") + "; expected each edge in the lines of both")
      }
    }
    guard try self.graph(vertexCount: graph.vertexCount).edgeCount == graph.edgeCount else {
      throw ProblemFileError(
        file: file, line: nil,
        reason: "\(graph.edgeCount) edges to later vertices and \(count) to earlier ones, expected each edge in the lines of both"
      )
    }
  }

  /// - Throws: if the rows of the graph do not fit into memory.
  private func requireMemory(vertexCount: Int) throws {
    // A vertex costs its row's start, its field and its spins; an edge stands in two rows, which are sorted once.
    let bytes = 64 * Double(vertexCount) + 64 * Double(count)
    do {
      try MemoryLimit.require(bytes, for: "\(vertexCount) vertices and \(count) edges")
    } catch {
      throw ProblemFileError(
        file: file, line: nil, reason: "\(error); several ranks of solve or sample read a file of the form rudy in parts"
      )
    }
  }

  /// The graph.
  /// - Throws: if an edge occurs twice, or the graph's rows do not fit into memory.
  func graph(vertexCount: Int) throws -> WeightedGraph {
    try requireMemory(vertexCount: vertexCount)
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
