import Foundation

/// The forms in which problems come as files. docs/guide/solve.md describes each.
public enum ProblemFormat: String, CaseIterable, Sendable {
  /// `n m`, then m lines `i j w`, counted from 1; w may be missing and is 1 then. The G-set's form.
  case rudy
  /// `%%MatrixMarket matrix coordinate|array real|integer|pattern symmetric|general`.
  case matrixMarket = "mtx"
  /// `p qubo 0 maxNodes nodes couplers`, then lines `i i q` and `i j q`, counted from 0. qbsolv's form.
  case qubo
  /// Lines `i j value`, counted from 0; `i i value` is linear. A comment `# vartype=SPIN` or `BINARY` makes it dimod's form.
  case coo
  /// `graph [ node [ id 1 ] edge [ source 1 target 2 value 3 ] ]`.
  case gml
  /// dimod's `BinaryQuadraticModel.to_serializable()` as JSON, schema 3.
  case bqm
  /// Lines `a b` or `a b weight` without a header, of numbers or names.
  case edges
  /// A line for each vertex with its neighbours, counted from 1.
  case metis
  /// `p KIND vertices edges`, then `e i j [w]` or `a i j w`, counted from 1.
  case dimacs
  /// `*Vertices n`, then `*Edges` or `*Arcs`, counted from 1.
  case pajek
  /// Nodes and edges as XML.
  case graphml
  /// `n m`, then lines `i j q`, counted from 1, of a symmetric matrix whose pairs are listed once: Biq Mac's form of QUBOs.
  case sparse
  /// The same, to be maximised: MQLib's form.
  case mqlib
  /// The number of problems, then each as `n m` and lines `i j q`, to be maximised: OR-Library's form.
  case orLibrary = "or-library"
  /// A quadratic programme of QPLIB, of binary variables without constraints.
  case qplib
  /// dimod's `BinaryQuadraticModel.to_file()`, which begins with `DIMODBQM`.
  case dimod
  /// Numbers, to be divided into two heaps.
  case numbers

  /// Whether it is a form of graphs, in which an edge of a vertex to itself has its usual meaning.
  var isOfGraphs: Bool {
    switch self {
    case .gml, .edges, .graphml: true
    case .rudy, .matrixMarket, .qubo, .coo, .bqm, .metis, .dimacs, .pajek, .sparse, .mqlib, .orLibrary, .qplib, .dimod, .numbers:
      false
    }
  }

  private static let extensions: [String: ProblemFormat] = [
    "rud": .rudy, "rudy": .rudy, "mc": .rudy, "mtx": .matrixMarket, "mm": .matrixMarket, "qubo": .qubo, "coo": .coo, "gml": .gml,
    "json": .bqm, "bqm": .bqm, "numbers": .numbers, "edges": .edges, "edgelist": .edges, "el": .edges, "graph": .metis,
    "metis": .metis, "col": .dimacs, "clq": .dimacs, "gr": .dimacs, "dimacs": .dimacs, "net": .pajek, "paj": .pajek,
    "graphml": .graphml, "sparse": .sparse, "bq": .sparse, "qplib": .qplib,
  ]

  /// The form that a name's ending promises (that before `.gz`, `.bz2`, `.xz` or `.zip`), `nil` if it promises none.
  static func promised(by path: String) -> ProblemFormat? {
    var url = URL(fileURLWithPath: path)
    if ["gz", "bz2", "xz", "zip"].contains(url.pathExtension.lowercased()) { url.deletePathExtension() }
    return extensions[url.pathExtension.lowercased()]
  }

  /// The form that a content looks like, judged by the first line that is neither empty nor a comment.
  static func detected(in bytes: [UInt8]) -> ProblemFormat? {
    if bytes.starts(with: BinaryModelReader.magic) { return .dimod }
    var scanner = TextScanner(bytes, file: "")
    var hasComments = false
    while !scanner.isAtEnd {
      let line = scanner.restOfLine()
      scanner.nextLine()
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      if first.hasPrefix("%%MatrixMarket") { return .matrixMarket }
      if first.hasPrefix("{") { return .bqm }
      if first.hasPrefix("<") { return .graphml }
      if first.lowercased() == "*vertices" || first.lowercased() == "*network" { return .pajek }
      if first == "p" { return words.count > 1 && ["edge", "edges", "col", "sp"].contains(words[1]) ? .dimacs : .qubo }
      if first == "c" {
        hasComments = true
        continue
      }
      if ["#", "%", "//", "!"].contains(where: { first.hasPrefix($0) }) { continue }
      if hasComments { return .qubo }
      if QuadraticProgrammeReader.isNext(in: scanner, after: words.count) { return .qplib }
      if first.first?.isLetter == true {
        let isMarkup = line.contains("[") || ["graph", "creator", "version", "comment"].contains(first.lowercased())
        return !isMarkup && (2...3).contains(words.count) ? .edges : .gml
      }
      switch words.count {
      case 1: return scanner.ofOneNumber()
      case 2: return scanner.ofPairs(after: words.map(String.init))
      case 3: return .coo
      default: return nil
      }
    }
    return hasComments ? .qubo : nil
  }
}

extension TextScanner {
  /// The form of a file whose first line is one number: a list of numbers, or OR-Library's number of problems, which a line of two and one
  /// of three numbers follow.
  fileprivate func ofOneNumber() -> ProblemFormat {
    var scanner = self
    for count in 2...3 {
      scanner.skipSpaceAndComments()
      let words = scanner.restOfLine().split(whereSeparator: \.isWhitespace)
      guard words.count == count, words.prefix(2).allSatisfy({ Int($0) != nil }) else { return .numbers }
      scanner.nextLine()
    }
    return .orLibrary
  }

  /// The form of a file whose first line is two words: `vertices edges`, or an edge already.
  ///
  /// It is an edge if the next line is of two words too, and not an edge between vertices that the first one counts.
  fileprivate func ofPairs(after first: [String]) -> ProblemFormat {
    guard let vertices = Int(first[0]), Int(first[1]) != nil else { return .edges }
    var scanner = self
    scanner.skipSpaceAndComments()
    let words = scanner.restOfLine().split(whereSeparator: \.isWhitespace)
    // The first line of METIS lists the neighbours of vertex 1, which is none of them.
    guard words.count == 2 else { return words.count > 3 && !words.contains("1") ? .metis : .rudy }
    guard let source = Int(words[0]), let target = Int(words[1]) else { return .rudy }
    return min(source, target) >= 1 && max(source, target) <= vertices ? .rudy : .edges
  }
}
