/// One form of file.
protocol ProblemReader {
  /// Reads the whole text.
  /// - Throws: `ProblemFileError` with the line that is wrong.
  func read(_ scanner: inout TextScanner) throws -> ProblemContent
}

extension ProblemFormat {
  /// - Parameter instance: which problem of a file of several, from 1.
  func reader(instance: Int? = nil) -> any ProblemReader {
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
    case .sparse: MatrixListReader(convention: .biqMac)
    case .mqlib: MatrixListReader(convention: .mqlib)
    case .orLibrary: MatrixListReader(convention: .orLibrary, place: instance)
    case .qplib: QuadraticProgrammeReader()
    case .dimod: BinaryModelReader()
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
