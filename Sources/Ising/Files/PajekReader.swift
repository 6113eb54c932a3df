/// Pajek's networks: `*Vertices n` with lines `number "label"`, then `*Edges`, `*Arcs`, `*Edgeslist` or `*Arcslist`, counted from 1; `%`
/// begins a comment.
///
/// Source: Mrvar & Batagelj, "Pajek reference manual", section 5.3.
struct PajekReader: ProblemReader {
  private enum Section { case vertices, edges, arcs, edgeLists, arcLists }

  private static let sections: [String: Section] = [
    "*vertices": .vertices, "*edges": .edges, "*arcs": .arcs, "*edgeslist": .edgeLists, "*arcslist": .arcLists,
  ]

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var section: Section?
    var labels = [Int: String]()
    var (vertices, list, isDirected) = (0, EdgeList(file: scanner.file, base: 1), false)
    scanner.skipSpaceAndComments()
    while !scanner.isAtEnd {
      if scanner.next == UInt8(ascii: "*") {
        let word = try scanner.word("a section")
        section = Self.sections[word.lowercased()]
        if section == nil, word.lowercased() != "*network" {
          throw scanner.failure("section `\(word)`, expected *Vertices, *Edges, *Arcs, *Edgeslist or *Arcslist")
        }
        if section == .vertices {
          guard vertices == 0 else { throw scanner.failure("a second section `*Vertices`, expected one") }
          vertices = try scanner.count("the number of vertices", in: 1...IsingProblem.greatestSpinCount)
        }
        scanner.nextLine()
      } else {
        switch section {
        case .vertices:
          let vertex = try scanner.vertex(vertices: vertices, base: 1)
          labels[vertex] = try label(&scanner)
          scanner.nextLine()
        case .edges, .arcs:
          let (source, target) = try edge(&scanner, vertices)
          list.append(source, target, scanner.isAtLineEnd() ? 1 : try scanner.number("a weight"), line: scanner.line)
          isDirected = isDirected || section == .arcs
          scanner.nextLine()
        case .edgeLists, .arcLists:
          let source = try scanner.vertex(vertices: vertices, base: 1)
          while !scanner.isAtLineEnd() {
            let target = try scanner.vertex(vertices: vertices, base: 1)
            guard source != target else { throw loop(source, scanner) }
            list.append(source, target, 1, line: scanner.line)
          }
          isDirected = isDirected || section == .arcLists
          scanner.nextLine()
        case nil: throw scanner.failure("found \(scanner.quotedWord()), expected `*Vertices`")
        }
      }
      scanner.skipSpaceAndComments()
    }
    guard vertices > 0 else { throw scanner.failure("there is no section `*Vertices`, expected one") }
    let (graph, merged) = try list.summedGraph(vertexCount: vertices)
    var content = ProblemContent(
      kind: .graph, graph: graph, labels: labels.isEmpty ? [] : (0..<vertices).map { labels[$0] ?? "\($0 + 1)" },
      file: scanner.file,
      format: .pajek)
    if isDirected { content.notes.append("the edges have directions, which are left out") }
    if merged > 0 { content.notes.append("\(merged) edges repeat others, in one direction or the other, and were added to them") }
    return content
  }

  private func edge(_ scanner: inout TextScanner, _ vertices: Int) throws -> (source: Int, target: Int) {
    let (source, target) = try scanner.edge(vertices: vertices, base: 1)
    guard source != target else { throw loop(source, scanner) }
    return (source, target)
  }

  private func loop(_ vertex: Int, _ scanner: TextScanner) -> ProblemFileError {
    scanner.failure("vertex \(vertex + 1) is joined to itself, expected two vertices")
  }

  /// A word, or what stands in quotes; `nil` if the line ends.
  private func label(_ scanner: inout TextScanner) throws -> String? {
    guard !scanner.isAtLineEnd() else { return nil }
    let rest = scanner.restOfLine()
    guard rest.first == "\"" else { return try scanner.word("a label") }
    guard let end = rest.dropFirst().firstIndex(of: "\"") else {
      throw scanner.failure("a label without its closing quote, expected `\"`")
    }
    return String(rest[rest.index(after: rest.startIndex)..<end])
  }
}
