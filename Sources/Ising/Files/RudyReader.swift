/// The G-set's form: `n m`, then m lines `i j w` counted from 1. A weight that is missing is 1.
struct RudyReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    scanner.skipSpace()
    guard !scanner.isAtEnd else { throw scanner.failure("the file is empty, expected a line `vertices edges`") }
    let headerLine = scanner.line
    let vertices = try scanner.count("the number of vertices", in: 1...IsingProblem.greatestSpinCount)
    let edges = try scanner.count("the number of edges", in: 0...Int.max)
    try scanner.expectLineEnd()
    // The shortest edge takes four bytes: `1 2` and the end of the line.
    var list = EdgeList(file: scanner.file, base: 1, capacity: min(edges, scanner.remaining / 4 + 1))
    scanner.skipSpace()
    while !scanner.isAtEnd {
      guard list.count < edges else {
        throw scanner.failure("found another edge, expected \(edges) as line \(headerLine) says")
      }
      let (source, target) = try scanner.edge(vertices: vertices, base: 1)
      guard source != target else {
        throw scanner.failure("edge \(source + 1) \(target + 1) joins a vertex to itself, expected two vertices")
      }
      let weight = scanner.isAtLineEnd() ? 1 : try scanner.number("a weight")
      list.append(source, target, weight, line: scanner.line)
      try scanner.expectLineEnd()
      scanner.skipSpace()
    }
    guard list.count == edges else {
      throw scanner.failure("the file ends after \(list.count) edges, expected \(edges) as line \(headerLine) says")
    }
    return ProblemContent(
      kind: .graph, graph: try list.graph(vertexCount: vertices), file: scanner.file, format: .rudy)
  }
}
