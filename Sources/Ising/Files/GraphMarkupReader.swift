/// GML: Himsolt, "GML: a portable graph file format" (1997).
///
/// Of a node `id`, `label` and the known community (`groundTruth`, `community`, `group` or `value`) are read, of an edge
/// `source`, `target` and `weight` or `value` (1 if there is neither). An edge from a node to itself stands on the diagonal.
struct GraphMarkupReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var tokens = GraphMarkupTokens(scanner)
    while let key = try tokens.key() {
      if key == "graph" {
        var graph = GraphMarkup(file: scanner.file)
        try tokens.expectList(of: "graph")
        while let key = try tokens.key(inList: "graph") { try readPart(key, &tokens, into: &graph) }
        return try graph.content(at: tokens.line)
      }
      try tokens.skipValue()
    }
    throw tokens.failure("the file has no graph, expected `graph [ … ]`")
  }

  private func readPart(_ key: String, _ tokens: inout GraphMarkupTokens, into graph: inout GraphMarkup) throws {
    switch key {
    case "directed":
      let value = try tokens.integer("0 or 1")
      guard (0...1).contains(value) else { throw tokens.failure("directed \(value), expected 0 or 1") }
      graph.isDirected = value == 1
    case "node":
      let line = tokens.line
      try graph.append(try readNode(&tokens), line: line)
    case "edge":
      let line = tokens.line
      graph.append(try readEdge(&tokens), line: line)
    default:
      try tokens.skipValue()
    }
  }

  private func readNode(_ tokens: inout GraphMarkupTokens) throws -> GraphMarkup.Node {
    let line = tokens.line
    var id: String?
    var node = GraphMarkup.Node(id: "")
    try tokens.expectList(of: "node")
    while let key = try tokens.key(inList: "node") {
      switch key {
      case "id": id = try tokens.text("the node's number or name")
      case "label": node.label = try tokens.text("the node's label")
      case let key where GraphMarkup.communityKeys.contains(key):
        // A community may be given as the list of its members, one key each.
        node.community[key, default: []].append(try tokens.text("the node's \(key)"))
      default: try tokens.skipValue()
      }
    }
    guard let id else { throw tokens.failure("a node without `id`, expected one", line: line) }
    node.id = id
    return node
  }

  private func readEdge(_ tokens: inout GraphMarkupTokens) throws -> GraphMarkup.Edge {
    let line = tokens.line
    var ends: (source: String?, target: String?)
    var weight: Double?
    try tokens.expectList(of: "edge")
    while let key = try tokens.key(inList: "edge") {
      switch key {
      case "source": ends.source = try tokens.text("the number or name of a node")
      case "target": ends.target = try tokens.text("the number or name of a node")
      case "weight": weight = try tokens.number("a weight")
      case "value": weight = try weight ?? tokens.number("a weight")
      default: try tokens.skipValue()
      }
    }
    guard let source = ends.source, let target = ends.target else {
      throw tokens.failure("an edge without `\(ends.source == nil ? "source" : "target")`, expected both ends", line: line)
    }
    return GraphMarkup.Edge(source: source, target: target, weight: weight ?? 1)
  }
}
