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
