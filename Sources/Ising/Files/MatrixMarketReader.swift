/// Matrix Market's exchange format: Boisvert, Pozo & Remington, NISTIR 5935 (1996).
///
/// The matrix must be square and symmetric: stored as `symmetric`, or as `general` with equal entries on both sides of the
/// diagonal.
struct MatrixMarketReader: ProblemReader {
  private struct Header {
    var isSparse: Bool
    var isPattern: Bool
    var isSymmetric: Bool
  }

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    let header = try header(&scanner)
    skipComments(&scanner)
    let sizeLine = scanner.line
    let rows = try scanner.count("the number of rows", in: 1...IsingProblem.greatestSpinCount)
    let columns = try scanner.count("the number of columns", in: 1...IsingProblem.greatestSpinCount)
    guard rows == columns else { throw scanner.failure("a matrix of \(rows) × \(columns), expected a square one") }
    var entries = MatrixEntries(order: rows, file: scanner.file, isSymmetric: header.isSymmetric)
    if header.isSparse {
      try readCoordinates(&scanner, header: header, sizeLine: sizeLine, into: &entries)
    } else {
      try readArray(&scanner, header: header, sizeLine: sizeLine, into: &entries)
    }
    let (graph, diagonal, isTriangular) = try entries.graph()
    // A triangle lists each pair once, and so `xᵀQx` counts it once.
    return ProblemContent(
      kind: isTriangular ? .graph : .matrix, graph: graph, diagonal: diagonal, file: scanner.file, format: .matrixMarket)
  }

  private func header(_ scanner: inout TextScanner) throws -> Header {
    let words = scanner.restOfLine().lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count == 5, words[0] == "%%matrixmarket", words[1] == "matrix" else {
      throw scanner.failure(
        "found \(scanner.quotedWord()), expected `%%MatrixMarket matrix` with layout, number type and symmetry")
    }
    func choice(_ word: String, _ allowed: [String]) throws {
      guard allowed.contains(word) else {
        throw scanner.failure("found `\(word)`, expected \(allowed.map { "`\($0)`" }.joined(separator: " or "))")
      }
    }
    try choice(words[2], ["coordinate", "array"])
    try choice(words[3], words[2] == "array" ? ["real", "integer"] : ["real", "integer", "pattern"])
    try choice(words[4], ["symmetric", "general"])
    scanner.nextLine()
    return Header(isSparse: words[2] == "coordinate", isPattern: words[3] == "pattern", isSymmetric: words[4] == "symmetric")
  }

  private func skipComments(_ scanner: inout TextScanner) {
    scanner.skipSpace()
    while scanner.next == UInt8(ascii: "%") {
      scanner.nextLine()
      scanner.skipSpace()
    }
  }

  private func readCoordinates(
    _ scanner: inout TextScanner, header: Header, sizeLine: Int, into entries: inout MatrixEntries
  ) throws {
    let count = try scanner.count("the number of entries", in: 0...Int.max)
    try scanner.expectLineEnd()
    var found = 0
    skipComments(&scanner)
    while !scanner.isAtEnd {
      guard found < count else { throw scanner.failure("found another entry, expected \(count) as line \(sizeLine) says") }
      let (row, column) = try scanner.edge(vertices: entries.order, base: 1)
      let value = header.isPattern ? 1 : try scanner.number("a value")
      try entries.append(row: row, column: column, value: value, line: scanner.line)
      try scanner.expectLineEnd()
      found += 1
      skipComments(&scanner)
    }
    guard found == count else {
      throw scanner.failure("the file ends after \(found) entries, expected \(count) as line \(sizeLine) says")
    }
  }

  /// Column by column; of a symmetric matrix from the diagonal on.
  private func readArray(
    _ scanner: inout TextScanner, header: Header, sizeLine: Int, into entries: inout MatrixEntries
  ) throws {
    try scanner.expectLineEnd()
    for column in 0..<entries.order {
      for row in (header.isSymmetric ? column : 0)..<entries.order {
        skipComments(&scanner)
        guard !scanner.isAtEnd else {
          throw scanner.failure(
            "the file ends before entry (\(row + 1), \(column + 1)) of the matrix of line \(sizeLine), expected all entries")
        }
        let value = try scanner.number("a value")
        if value != 0 { try entries.append(row: row, column: column, value: value, line: scanner.line) }
      }
    }
    skipComments(&scanner)
    guard scanner.isAtEnd else { throw scanner.failure("found \(scanner.quotedWord()), expected the end of the file") }
  }
}
