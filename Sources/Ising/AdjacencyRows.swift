/// A graph by rows: for every vertex its neighbours in ascending order, and the weights of the edges to them.
struct AdjacencyRows {
  private(set) var starts: [Int]
  private(set) var neighbours: [Int32]
  private(set) var weights: [Double]

  /// Two counting sorts. The first one leaves a row in the order of the edges; going through those rows in order and putting each
  /// vertex into its neighbours' rows then sorts them, since the matrix is symmetric.
  init(_ graph: WeightedGraph) {
    let vertices = graph.vertexCount
    starts = Self.rowStarts(graph)
    let entries = starts[vertices]
    var unsorted = [Int32](repeating: 0, count: entries)
    var unsortedWeights = [Double](repeating: 0, count: entries)
    var next = starts
    for edge in graph.weights.indices {
      let (source, target) = (graph.sources[edge], graph.targets[edge])
      let (here, there) = (next[Int(source)], next[Int(target)])
      unsorted[here] = target
      unsorted[there] = source
      unsortedWeights[here] = graph.weights[edge]
      unsortedWeights[there] = graph.weights[edge]
      next[Int(source)] = here + 1
      next[Int(target)] = there + 1
    }
    neighbours = [Int32](repeating: 0, count: entries)
    weights = [Double](repeating: 0, count: entries)
    next = starts
    for vertex in 0..<vertices {
      for entry in starts[vertex]..<starts[vertex + 1] {
        let neighbour = Int(unsorted[entry])
        let place = next[neighbour]
        neighbours[place] = Int32(truncatingIfNeeded: vertex)
        weights[place] = unsortedWeights[entry]
        next[neighbour] = place + 1
      }
    }
  }

  /// Whether a neighbour stands in a row twice.
  var hasRepetition: Bool {
    for vertex in 0..<starts.count - 1 {
      for entry in starts[vertex]..<starts[vertex + 1] where entry > starts[vertex] {
        if neighbours[entry] == neighbours[entry - 1] { return true }
      }
    }
    return false
  }

  private static func rowStarts(_ graph: WeightedGraph) -> [Int] {
    var starts = [Int](repeating: 0, count: graph.vertexCount + 1)
    for edge in graph.weights.indices {
      starts[Int(graph.sources[edge]) + 1] += 1
      starts[Int(graph.targets[edge]) + 1] += 1
    }
    for vertex in 0..<graph.vertexCount { starts[vertex + 1] += starts[vertex] }
    return starts
  }
}

extension AdjacencyRows {
  /// The weight of the edge between two vertices, `nil` if there is none.
  func weight(_ vertex: Int, _ neighbour: Int) -> Double? {
    var (low, high) = (starts[vertex], starts[vertex + 1])
    while low < high {
      let middle = (low + high) / 2
      if Int(neighbours[middle]) < neighbour { low = middle + 1 } else { high = middle }
    }
    return low < starts[vertex + 1] && Int(neighbours[low]) == neighbour ? weights[low] : nil
  }
}
