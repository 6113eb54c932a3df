/// One form of file.
protocol ProblemReader {
  /// Reads the whole text.
  /// - Throws: `ProblemFileError` with the line that is wrong.
  func read(_ scanner: inout TextScanner) throws -> ProblemContent
}

extension ProblemFormat {
  var reader: any ProblemReader {
    switch self {
    case .rudy: RudyReader()
    case .matrixMarket: MatrixMarketReader()
    case .qubo: QuboReader()
    case .coo: CoordinateReader()
    case .gml: GraphMarkupReader()
    case .bqm: QuadraticModelReader()
    case .edges: EdgesReader()
    case .metis: MetisReader()
    case .dimacs: DimacsReader()
    case .pajek: PajekReader()
    case .graphml: GraphXMLReader()
    case .sparse: RudyReader(isOfMatrices: true)
    case .numbers: NumbersReader()
    }
  }
}

extension TextScanner {
  /// The next word as a number of things.
  mutating func count(_ what: String, in range: ClosedRange<Int>) throws -> Int {
    let place = self
    let value = try integer(what)
    guard range.contains(value) else {
      let bounds = range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
      throw place.failure("found \(value), expected \(what), \(bounds)")
    }
    return value
  }

  /// The next word as a vertex, counted from 0 then.
  ///
  /// - Parameters:
  ///   - vertices: how many there are.
  ///   - base: what the file calls the first one.
  mutating func vertex(vertices: Int, base: Int) throws -> Int {
    let vertex = try integer("a vertex")
    guard vertex >= base, vertex - base < vertices else {
      throw failure("vertex \(vertex) is out of range, expected \(base) to \(vertices - 1 + base)")
    }
    return vertex - base
  }

  /// The next two words as the ends of an edge, counted from 0 then.
  mutating func edge(vertices: Int, base: Int) throws -> (source: Int, target: Int) {
    (try vertex(vertices: vertices, base: base), try vertex(vertices: vertices, base: base))
  }
}

/// The G-set's form: `n m`, then m lines `i j w` counted from 1. A weight that is missing is 1. Lines that begin with `#` or `%` are comments.
///
/// Biq Mac's QUBOs have the same form, with a diagonal: the entries of a symmetric matrix of which each pair stands once (Wiegele, "Biq Mac
/// library", 2007).
struct RudyReader: ProblemReader {
  var isOfMatrices = false

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    scanner.skipSpaceAndComments()
    guard !scanner.isAtEnd else { throw scanner.failure("the file is empty, expected a line `vertices edges`") }
    let headerLine = scanner.line
    let vertices = try scanner.count("the number of vertices", in: 1...IsingProblem.greatestSpinCount)
    let edges = try scanner.count("the number of edges", in: 0...Int.max)
    try scanner.expectLineEnd()
    // The shortest edge takes four bytes: `1 2` and the end of the line.
    var list = EdgeList(file: scanner.file, base: 1, capacity: min(edges, scanner.remaining / 4 + 1))
    var diagonal = [Int: Double]()
    scanner.skipSpaceAndComments()
    while !scanner.isAtEnd {
      guard list.count + diagonal.count < edges else {
        throw scanner.failure("found another edge, expected \(edges) as line \(headerLine) says")
      }
      let (source, target) = try scanner.edge(vertices: vertices, base: 1)
      guard isOfMatrices || source != target else {
        throw scanner.failure("edge \(source + 1) \(target + 1) joins a vertex to itself, expected two vertices")
      }
      let weight = scanner.isAtLineEnd() ? 1 : try scanner.number("a weight")
      if source != target {
        list.append(source, target, weight, line: scanner.line)
      } else if diagonal.updateValue(weight, forKey: source) != nil {
        throw scanner.failure("entry \(source + 1) \(source + 1) is there twice, expected every entry once")
      }
      try scanner.expectLineEnd()
      scanner.skipSpaceAndComments()
    }
    guard list.count + diagonal.count == edges else {
      throw scanner.failure(
        "the file ends after \(list.count + diagonal.count) edges, expected \(edges) as line \(headerLine) says")
    }
    let graph = try list.graph(vertexCount: vertices)
    return ProblemContent(
      kind: isOfMatrices ? .matrix : .graph, graph: graph,
      diagonal: diagonal.isEmpty ? [] : (0..<vertices).map { diagonal[$0, default: 0] }, file: scanner.file,
      format: isOfMatrices ? .sparse : .rudy)
  }
}

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
