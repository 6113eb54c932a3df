/// Nodes and edges of a GML file as they come, until all nodes are known.
struct GraphMarkup {
  struct Node {
    /// A number as a rule; some programs write names.
    var id: String
    var label: String?
    var community: [String: [String]] = [:]
  }

  struct Edge {
    var source: String
    var target: String
    var weight: Double
  }

  /// Keys that name a node's community, the clearest first.
  static let communityKeys = ["groundTruth", "community", "group", "value"]

  private let file: String
  private var nodes = [Node]()
  /// Whether the file says that its edges have a direction.
  var isDirected = false
  private var places = [String: Int]()
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
      } else {
        loops[source, default: 0] += edge.weight
      }
    }
    let (graph, merged) = try list.summedGraph(vertexCount: nodes.count)
    var content = ProblemContent(
      kind: .graph, graph: graph, diagonal: loops.isEmpty ? [] : nodes.indices.map { loops[$0, default: 0] }, labels: labels,
      groundTruth: groundTruth, file: file, format: .gml)
    if isDirected { content.notes.append("the edges have directions, which are left out") }
    if merged > 0 { content.notes.append("\(merged) edges repeat others, in one direction or the other, and were added to them") }
    return content
  }

  private func place(_ id: String, line: Int) throws -> Int {
    guard let place = places[id] else {
      throw ProblemFileError(
        file: file, line: line, reason: "the edge's node \(id) is not in the graph, expected one of its nodes")
    }
    return place
  }

  private var labels: [String] {
    nodes.contains { $0.label != nil || Int($0.id) == nil } ? nodes.map { $0.label ?? $0.id } : []
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
