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
  /// Numbers, to be divided into two heaps.
  case numbers

  private static let extensions: [String: ProblemFormat] = [
    "rud": .rudy, "rudy": .rudy, "mc": .rudy, "mtx": .matrixMarket, "mm": .matrixMarket, "qubo": .qubo, "coo": .coo, "gml": .gml,
    "json": .bqm, "bqm": .bqm, "numbers": .numbers,
  ]

  /// The form that a name's ending promises (that before `.gz`), `nil` if it promises none.
  static func promised(by path: String) -> ProblemFormat? {
    var url = URL(fileURLWithPath: path)
    if url.pathExtension == "gz" { url.deletePathExtension() }
    return extensions[url.pathExtension.lowercased()]
  }

  /// The form that a content looks like, judged by the first line that is neither empty nor a comment.
  static func detected(in bytes: [UInt8]) -> ProblemFormat? {
    var scanner = TextScanner(bytes, file: "")
    while !scanner.isAtEnd {
      let line = scanner.restOfLine()
      scanner.nextLine()
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      if first.hasPrefix("%%MatrixMarket") { return .matrixMarket }
      if first.hasPrefix("{") { return .bqm }
      if first == "p" || first == "c" { return .qubo }
      if first.hasPrefix("#") || first.hasPrefix("%") || first.hasPrefix("//") { continue }
      if first.first?.isLetter == true { return .gml }
      switch words.count {
      case 1: return .numbers
      case 2: return .rudy
      case 3: return .coo
      default: return nil
      }
    }
    return nil
  }
}
