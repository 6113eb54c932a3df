/// Nodes and edges of a GML file as they come, until all nodes are known.
struct GraphMarkup {
  struct Node {
    var id: Int
    var label: String?
    var community: [String: [String]] = [:]
  }

  struct Edge {
    var source: Int
    var target: Int
    var weight: Double
  }

  /// Keys that name a node's community, the clearest first.
  static let communityKeys = ["groundTruth", "community", "group", "value"]

  private let file: String
  private var nodes = [Node]()
  private var places = [Int: Int]()
  private var edges = [Edge]()
  private var edgeLines = [Int]()

  init(file: String) { self.file = file }

  mutating func append(_ node: Node, line: Int) throws {
    guard places.updateValue(nodes.count, forKey: node.id) == nil else {
      throw ProblemFileError(file: file, line: line, reason: "node \(node.id) occurs twice, expected every node once")
    }
    nodes.append(node)
  }

  mutating func append(_ edge: Edge, line: Int) {
    edges.append(edge)
    edgeLines.append(line)
  }

  func content(at end: Int) throws -> ProblemContent {
    guard !nodes.isEmpty else {
      throw ProblemFileError(file: file, line: end, reason: "the graph has no nodes, expected one or more")
    }
    var list = EdgeList(file: file, base: 0, capacity: edges.count)
    var loops = [Int: Double]()
    for (edge, line) in zip(edges, edgeLines) {
      let (source, target) = (try place(edge.source, line: line), try place(edge.target, line: line))
      if source != target {
        list.append(source, target, edge.weight, line: line)
      } else if loops.updateValue(edge.weight, forKey: source) != nil {
        throw ProblemFileError(
          file: file, line: line, reason: "the edge of node \(edge.source) to itself occurs twice, expected every edge once")
      }
    }
    return ProblemContent(
      kind: .graph, graph: try list.graph(vertexCount: nodes.count),
      diagonal: loops.isEmpty ? [] : nodes.indices.map { loops[$0, default: 0] }, labels: labels, groundTruth: groundTruth,
      file: file, format: .gml)
  }

  private func place(_ id: Int, line: Int) throws -> Int {
    guard let place = places[id] else {
      throw ProblemFileError(
        file: file, line: line, reason: "the edge's node \(id) is not in the graph, expected one of its nodes")
    }
    return place
  }

  private var labels: [String] {
    nodes.contains { $0.label != nil } ? nodes.map { $0.label ?? "\($0.id)" } : []
  }

  /// Communities by number, in order of appearance; none unless every node has one under the same key.
  private var groundTruth: [Int] {
    guard let key = Self.communityKeys.first(where: { key in nodes.allSatisfy { $0.community[key] != nil } }) else { return [] }
    var numbers = [[String]: Int]()
    return nodes.map { node in
      let name = (node.community[key] ?? []).sorted()
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return number
    }
  }
}
