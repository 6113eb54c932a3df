/// Lines `i j value`, counted from 0; `i i value` is a field. There are as many vertices as the greatest number asks for.
///
/// A comment `# vartype=SPIN` or `# vartype=BINARY`, as dimod writes it, makes the file a function that is minimised.
struct CoordinateReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var kind = ProblemContent.Kind.graph
    var list = EdgeList(file: scanner.file, base: 0)
    var diagonal = [Int: (value: Double, line: Int)]()
    var vertices = 0
    // dimod's `coo.dumps` writes six decimals, and by default not what its variables are.
    var hasSixDecimals = true
    try skipComments(&scanner, &kind)
    while !scanner.isAtEnd {
      let (first, second) = try scanner.edge(vertices: IsingProblem.greatestSpinCount, base: 0)
      if hasSixDecimals, !scanner.isAtLineEnd() {
        var place = scanner
        hasSixDecimals = place.quotedWord().split(separator: ".").last?.count == 7
      }
      let value = try scanner.number("a value")
      vertices = max(vertices, first + 1, second + 1)
      if first != second {
        list.append(first, second, value, line: scanner.line)
      } else if let earlier = diagonal.updateValue((value, scanner.line), forKey: first) {
        throw scanner.failure("entry \(first) \(first) repeats that of line \(earlier.line), expected every entry once")
      }
      try scanner.expectLineEnd()
      try skipComments(&scanner, &kind)
    }
    guard vertices > 0 else { throw scanner.failure("the file has no entries, expected lines `i j value`") }
    let graph = try list.graph(vertexCount: vertices)
    let values = diagonal.isEmpty ? [] : (0..<vertices).map { diagonal[$0]?.value ?? 0 }
    var content = ProblemContent(kind: kind, graph: graph, diagonal: values, file: scanner.file, format: .coo)
    content.mayBeFunction = kind == .graph && hasSixDecimals
    return content
  }

  private func skipComments(_ scanner: inout TextScanner, _ kind: inout ProblemContent.Kind) throws {
    scanner.skipSpace()
    while scanner.next == UInt8(ascii: "#") {
      let words = scanner.restOfLine().split { $0.isWhitespace || $0 == "=" || $0 == ":" || $0 == "#" }.map(String.init)
      if words.count >= 2, words[0].lowercased() == "vartype" {
        switch words[1].uppercased() {
        case "SPIN": kind = .spinFunction
        case "BINARY": kind = .binaryFunction
        default: throw scanner.failure("vartype `\(words[1])`, expected SPIN or BINARY")
        }
      }
      scanner.nextLine()
      scanner.skipSpace()
    }
  }
}
