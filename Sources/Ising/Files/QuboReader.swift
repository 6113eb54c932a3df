import Host

/// qbsolv's form: comments `c …`, one line `p qubo 0 maxNodes nodes couplers`, then `i i q` and `i j q`, counted from 0.
struct QuboReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    skipComments(&scanner)
    let headerLine = scanner.line
    let (variables, nodes, couplers) = try header(&scanner)
    var linear = [Double](repeating: 0, count: variables)
    var linearLines = [Int: Int]()
    var list = EdgeList(file: scanner.file, base: 0, capacity: min(couplers, scanner.remaining / 6 + 1))
    skipComments(&scanner)
    while !scanner.isAtEnd {
      let (first, second) = try scanner.edge(vertices: variables, base: 0)
      let value = try scanner.number("a coefficient")
      if first == second {
        if let earlier = linearLines.updateValue(scanner.line, forKey: first) {
          throw scanner.failure("node \(first) repeats that of line \(earlier), expected every node once")
        }
        linear[first] = value
      } else {
        list.append(first, second, value, line: scanner.line)
      }
      try scanner.expectLineEnd()
      skipComments(&scanner)
    }
    guard linearLines.count == nodes, list.count == couplers else {
      throw scanner.failure(
        "found \(linearLines.count) nodes and \(list.count) couplers, "
          + "expected \(nodes) and \(couplers) as line \(headerLine) says")
    }
    return ProblemContent(
      kind: .binaryFunction, graph: try list.graph(vertexCount: variables), diagonal: linear, file: scanner.file, format: .qubo)
  }

  private func header(_ scanner: inout TextScanner) throws -> (variables: Int, nodes: Int, couplers: Int) {
    let expected = "`p qubo 0 maxNodes nodes couplers`"
    for word in ["p", "qubo"] {
      let place = scanner
      guard try scanner.word(expected) == word else {
        var place = place
        throw scanner.failure("found \(place.quotedWord()), expected \(expected)")
      }
    }
    let topology = try scanner.word("the topology, 0")
    guard topology == "0" || topology == "unconstrained" else {
      throw scanner.failure("topology `\(topology)`, expected 0 (unconstrained)")
    }
    let variables = try scanner.count("maxNodes", in: 1...IsingProblem.greatestSpinCount)
    let nodes = try scanner.count("the number of nodes", in: 0...variables)
    let couplers = try scanner.count("the number of couplers", in: 0...Int.max)
    try Self.requireMemory(variables, scanner)
    try scanner.expectLineEnd()
    return (variables, nodes, couplers)
  }

  private static func requireMemory(_ variables: Int, _ scanner: TextScanner) throws {
    do {
      try MemoryLimit.require(64 * Double(variables), for: "\(variables) variables")
    } catch { throw scanner.failure("\(error)") }
  }

  private func skipComments(_ scanner: inout TextScanner) {
    scanner.skipSpace()
    while scanner.next == UInt8(ascii: "c") {
      scanner.nextLine()
      scanner.skipSpace()
    }
  }
}
