/// Numbers, separated by spaces or ends of lines; `#` begins a comment.
struct NumbersReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var numbers = [Double]()
    scanner.skipSpace()
    while !scanner.isAtEnd {
      if scanner.next == UInt8(ascii: "#") {
        scanner.nextLine()
      } else {
        numbers.append(try scanner.number("a number"))
      }
      scanner.skipSpace()
    }
    guard !numbers.isEmpty else { throw scanner.failure("the file has no numbers, expected one or more") }
    let graph = WeightedGraph(uncheckedVertexCount: numbers.count, sources: [], targets: [], weights: [])
    return ProblemContent(kind: .numbers, graph: graph, diagonal: numbers, file: scanner.file, format: .numbers)
  }
}
