/// A list of edges without a header: lines `a b` or `a b weight`, whose ends are numbers or names; `#`, `%` and `//` begin comments.
///
/// This is how SNAP, KONECT and networkx (`write_edgelist`, `write_weighted_edgelist`) write graphs.
struct EdgesReader: ProblemReader {
  /// The first two words of a line that names the columns.
  private static let headings = [["source", "target"], ["from", "to"], ["fromnodeid", "tonodeid"], ["node1", "node2"]]

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var graph = NamedGraph(file: scanner.file, format: .edges)
    scanner.skipSpaceAndComments()
    while !scanner.isAtEnd {
      let line = scanner.line
      let source = try scanner.word("the name of a vertex")
      let target = try scanner.word("the name of another vertex")
      if graph.names.isEmpty, Self.headings.contains([source.lowercased(), target.lowercased()]) {
        scanner.nextLine()
      } else {
        let weight = scanner.isAtLineEnd() || scanner.next == UInt8(ascii: "{") ? 1 : try scanner.number("a weight")
        graph.connect(source, target, weight: weight, line: line)
        // networkx writes `{}`, or the attributes that it does not know how to write otherwise.
        if !scanner.isAtLineEnd(), scanner.next == UInt8(ascii: "{") { scanner.nextLine() } else { try scanner.expectLineEnd() }
      }
      scanner.skipSpaceAndComments()
    }
    return try graph.content(line: scanner.line)
  }
}

/// METIS's form: `vertices edges [format [constraints]]`, then a line for each vertex with its neighbours, counted from 1, each edge in the
/// lines of both; `%` begins a comment. Weights of vertices are passed over.
///
/// Source: Karypis, "METIS: a software package for partitioning unstructured graphs", version 5.1, section 4.1.1.
struct MetisReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    scanner.skipSpaceAndComments()
    let headerLine = scanner.line
    let vertices = try scanner.count("the number of vertices", in: 1...IsingProblem.greatestSpinCount)
    let edges = try scanner.count("the number of edges", in: 0...Int.max / 4)
    let format = scanner.isAtLineEnd() ? "0" : try scanner.word("the format, three digits of 0 and 1")
    guard format.count <= 3, format.allSatisfy({ $0 == "0" || $0 == "1" }) else {
      throw scanner.failure("format `\(format)`, expected three digits of 0 and 1", line: headerLine)
    }
    let digits = Array(String(repeating: "0", count: 3 - format.count) + format)
    let constraints =
      scanner.isAtLineEnd() ? (digits[1] == "1" ? 1 : 0) : try scanner.count("the weights of a vertex", in: 0...1000)
    try scanner.expectLineEnd()
    guard vertices <= scanner.remaining + 1 else {
      throw scanner.failure("the file is too short for the \(vertices) vertices that line \(headerLine) says", line: headerLine)
    }
    let passedOver = constraints + (digits[0] == "1" ? 1 : 0)
    var (upper, lower) = (EdgeList(file: scanner.file, base: 1), EdgeList(file: scanner.file, base: 1))
    for vertex in 0..<vertices {
      // A blank line is a vertex without neighbours.
      while !scanner.isAtLineEnd(), scanner.next == UInt8(ascii: "%") { scanner.nextLine() }
      for _ in 0..<passedOver { _ = try scanner.number("a weight of vertex \(vertex + 1)") }
      while !scanner.isAtLineEnd() {
        let neighbour = try scanner.vertex(vertices: vertices, base: 1)
        let weight = digits[2] == "1" ? try scanner.number("a weight") : 1
        guard neighbour != vertex else {
          throw scanner.failure("vertex \(vertex + 1) is a neighbour of itself, expected two vertices")
        }
        if neighbour > vertex {
          upper.append(vertex, neighbour, weight, line: scanner.line)
        } else {
          lower.append(neighbour, vertex, weight, line: scanner.line)
        }
      }
      scanner.nextLine()
    }
    scanner.skipSpaceAndComments()
    guard scanner.isAtEnd else { throw scanner.failure("found another vertex, expected \(vertices) as line \(headerLine) says") }
    guard upper.count == edges else {
      throw scanner.failure("found \(upper.count) edges, expected \(edges) as line \(headerLine) says", line: headerLine)
    }
    let graph = try upper.graph(vertexCount: vertices)
    try lower.requireEdges(of: graph)
    return ProblemContent(kind: .graph, graph: graph, file: scanner.file, format: .metis)
  }
}

/// DIMACS's forms of graphs: comments `c …`, a line `p KIND vertices edges`, then `e i j [weight]` or `a i j weight`, counted from 1. Lines of
/// other letters, such as `n`, are passed over.
///
/// Source: DIMACS's challenges on cliques and colouring (1993) and on shortest paths (2006).
struct DimacsReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var vertices = 0
    var (list, expected, headerLine, isDirected) = (EdgeList(file: scanner.file, base: 1), 0, 0, false)
    scanner.skipSpace()
    while !scanner.isAtEnd {
      let kind = try scanner.word("`c`, `p`, `e` or `a`")
      switch kind {
      case "p":
        guard vertices == 0 else { throw scanner.failure("another line `p`, expected one") }
        headerLine = scanner.line
        _ = try scanner.word("the kind of problem")
        vertices = try scanner.count("the number of vertices", in: 1...IsingProblem.greatestSpinCount)
        expected = try scanner.count("the number of edges", in: 0...Int.max)
      case "e", "a":
        guard vertices > 0 else { throw scanner.failure("an edge before the line `p KIND vertices edges`, expected that first") }
        let (source, target) = try scanner.edge(vertices: vertices, base: 1)
        guard source != target else { throw scanner.failure("edge \(source + 1) \(target + 1) joins a vertex to itself") }
        list.append(source, target, scanner.isAtLineEnd() ? 1 : try scanner.number("a weight"), line: scanner.line)
        isDirected = isDirected || kind == "a"
        try scanner.requireLineEnd()
      default: break
      }
      scanner.nextLine()
      scanner.skipSpace()
    }
    guard vertices > 0 else { throw scanner.failure("there is no line `p KIND vertices edges`, expected one") }
    // Some lists of colourings have every edge twice, and count them so or so.
    guard list.count == expected || list.count == 2 * expected else {
      throw scanner.failure("the file has \(list.count) edges, expected \(expected) as line \(headerLine) says")
    }
    let (graph, merged) = try list.summedGraph(vertexCount: vertices)
    var content = ProblemContent(kind: .graph, graph: graph, file: scanner.file, format: .dimacs)
    if isDirected { content.notes.append("the edges have directions, which are left out") }
    if merged > 0 { content.notes.append("\(merged) edges repeat others, in one direction or the other, and were added to them") }
    return content
  }
}

extension TextScanner {
  /// Passes over blanks, ends of lines and lines that begin with `#`, `%` or `//`.
  mutating func skipSpaceAndComments() {
    skipSpace()
    while next == UInt8(ascii: "#") || next == UInt8(ascii: "%") || next == UInt8(ascii: "/") && restOfLine().hasPrefix("//") {
      nextLine()
      skipSpace()
    }
  }
}
