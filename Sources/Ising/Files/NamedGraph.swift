/// A graph as it comes from a file whose vertices have names, or numbers of any kind. What stands in it several times, or in both
/// directions, adds up to one edge.
struct NamedGraph {
  private let file: String
  private let format: ProblemFormat
  private var places: [String: Int] = [:]
  private(set) var names: [String] = []
  private var edges: EdgeList
  private var loops: [Int: Double] = [:]
  /// Whether the file says that its edges have a direction.
  var isDirected = false

  init(file: String, format: ProblemFormat) {
    self.file = file
    self.format = format
    edges = EdgeList(file: file, base: 0)
  }

  /// Whether a vertex of this name is there.
  func has(_ name: String) -> Bool { places[name] != nil }

  /// The vertex of this name, a new one if there is none.
  mutating func vertex(_ name: String) -> Int {
    if let place = places[name] { return place }
    places[name] = names.count
    names.append(name)
    return names.count - 1
  }

  mutating func connect(_ source: String, _ target: String, weight: Double, line: Int) {
    let (first, second) = (vertex(source), vertex(target))
    if first == second {
      loops[first, default: 0] += weight
    } else {
      edges.append(first, second, weight, line: line)
    }
  }

  /// The graph; its vertices are in the order of their numbers where all names are whole numbers, else of their first appearance.
  ///
  /// - Parameter labels: what to call the vertices, by name; those without one keep it.
  /// - Throws: if there is no vertex, or the graph does not fit into memory.
  func content(line: Int, labels: [String: String] = [:]) throws -> ProblemContent {
    guard !names.isEmpty else {
      throw ProblemFileError(file: file, line: line, reason: "the graph has no vertices, expected one or more")
    }
    let numbers = names.compactMap { Int($0) }
    var order = Array(names.indices)
    if numbers.count == names.count { order.sort { numbers[$0] < numbers[$1] } }
    var ranks = Array(repeating: 0, count: order.count)
    for (rank, place) in order.enumerated() { ranks[place] = rank }
    let (graph, merged) = try edges.summedGraph(vertexCount: names.count, ranks: ranks)
    var content = ProblemContent(
      kind: .graph, graph: graph, diagonal: loops.isEmpty ? [] : order.map { loops[$0, default: 0] },
      labels: order.map { labels[names[$0]] ?? names[$0] }, file: file, format: format)
    if isDirected { content.notes.append("the edges have directions, which are left out") }
    if merged > 0 { content.notes.append("\(merged) edges repeat others, in one direction or the other, and were added to them") }
    return content
  }
}
