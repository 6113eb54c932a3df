/// The G-set's form: `n m`, then m lines `i j w` counted from 1. A weight that is missing is 1. Lines that begin with `#` or `%` are comments.
struct RudyReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    scanner.skipSpaceAndComments()
    guard !scanner.isAtEnd else { throw scanner.failure("the file is empty, expected a line `vertices edges`") }
    let headerLine = scanner.line
    let (vertices, list, _) = try scanner.pairs(hasDiagonal: false)
    scanner.skipSpaceAndComments()
    guard scanner.isAtEnd else {
      throw scanner.failure("found another edge, expected \(list.count) as line \(headerLine) says")
    }
    return ProblemContent(kind: .graph, graph: try list.graph(vertexCount: vertices), file: scanner.file, format: .rudy)
  }
}

/// QUBOs as lists of the entries of a symmetric matrix Q: `n m`, then m lines `i j q` counted from 1, each pair once. In `xᵀQx` a pair counts
/// twice.
///
/// Biq Mac minimises (Wiegele, "Biq Mac library", 2007), MQLib and OR-Library maximise (Dunning, Gupta & Silberholz, INFORMS J. Comput. 30,
/// 608, 2018; Beasley, "Heuristic algorithms for the unconstrained binary quadratic programming problem", 1998). A file of OR-Library begins
/// with a number of problems.
struct MatrixListReader: ProblemReader {
  enum Convention {
    case biqMac, mqlib, orLibrary

    var format: ProblemFormat {
      switch self {
      case .biqMac: .sparse
      case .mqlib: .mqlib
      case .orLibrary: .orLibrary
      }
    }
  }

  let convention: Convention
  /// Which problem of a file of several is read, from 1.
  var place: Int?

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    scanner.skipSpaceAndComments()
    guard !scanner.isAtEnd else { throw scanner.failure("the file is empty, expected a line `variables entries`") }
    let count = convention == .orLibrary ? try scanner.count("the number of problems", in: 1...1_000_000) : 1
    if convention == .orLibrary { try scanner.expectLineEnd() }
    let place =
      try place
      ?? (count == 1 ? 1 : nil).orThrow(
        scanner.failure("the file holds \(count) problems; say which one with --instance 1 to \(count)", line: 1))
    guard (1...count).contains(place) else {
      throw scanner.failure("--instance \(place), expected 1 to \(count), the problems of the file", line: 1)
    }
    var found: ProblemContent?
    for number in 1...count {
      scanner.skipSpaceAndComments()
      guard !scanner.isAtEnd else { throw scanner.failure("the file ends after \(number - 1) problems, expected \(count)") }
      let (variables, list, diagonal) = try scanner.pairs(hasDiagonal: true)
      guard number == place else { continue }
      found = ProblemContent(
        kind: .matrix, graph: try list.graph(vertexCount: variables),
        diagonal: diagonal.isEmpty ? [] : (0..<variables).map { diagonal[$0, default: 0] }, file: scanner.file,
        format: convention.format)
    }
    scanner.skipSpaceAndComments()
    guard scanner.isAtEnd, var found else { throw scanner.failure("found \(scanner.quotedWord()), expected the end of the file") }
    found.isMaximised = convention != .biqMac
    return found
  }
}

extension Optional {
  fileprivate func orThrow(_ error: @autoclosure () -> any Error) throws -> Wrapped {
    guard let self else { throw error() }
    return self
  }
}

extension TextScanner {
  /// `i j w`, counted from 0 then; a weight that is missing is 1.
  ///
  /// - Parameter mayBeLoop: whether the ends may be one vertex.
  mutating func weightedEdge(vertices: Int, mayBeLoop: Bool = false) throws -> (source: Int, target: Int, weight: Double) {
    let (source, target) = try edge(vertices: vertices, base: 1)
    guard mayBeLoop || source != target else {
      throw failure(
        "edge \(source + 1) \(target + 1) joins a vertex to itself, expected two vertices; a matrix of a QUBO is read with --format "
          + "sparse where it is minimised, as Biq Mac's, and with --format mqlib where it is maximised")
    }
    return (source, target, isAtLineEnd() ? 1 : try number("a weight"))
  }

  /// `n m` and the m lines `i j w` after it. The last line is passed over.
  ///
  /// - Parameter hasDiagonal: whether a line may be of one vertex.
  fileprivate mutating func pairs(
    hasDiagonal: Bool
  ) throws -> (vertices: Int, list: EdgeList, diagonal: [Int: Double]) {
    let headerLine = line
    let vertices = try count("the number of vertices", in: 1...IsingProblem.greatestSpinCount)
    let edges = try count("the number of edges", in: 0...Int.max)
    try expectLineEnd()
    // The shortest edge takes four bytes: `1 2` and the end of the line.
    var list = EdgeList(file: file, base: 1, capacity: min(edges, remaining / 4 + 1))
    var diagonal = [Int: Double]()
    for found in 0..<edges {
      skipSpaceAndComments()
      guard !isAtEnd else { throw failure("the file ends after \(found) edges, expected \(edges) as line \(headerLine) says") }
      let (source, target, weight) = try weightedEdge(vertices: vertices, mayBeLoop: hasDiagonal)
      if source != target {
        list.append(source, target, weight, line: line)
      } else if diagonal.updateValue(weight, forKey: source) != nil {
        throw failure("entry \(source + 1) \(source + 1) occurs twice, expected every entry once")
      }
      try expectLineEnd()
    }
    return (vertices, list, diagonal)
  }
}
