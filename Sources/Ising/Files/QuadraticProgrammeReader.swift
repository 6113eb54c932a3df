/// QPLIB's form of quadratic programmes, of which those of binary variables without constraints are QUBOs.
///
/// `½ xᵀQx + bᵀx + q` is minimised or maximised. Of the symmetric Q the lower triangle is listed, so `i j v` counts once and `i i v` half. Behind
/// the numbers of a line anything may follow; lines that begin with `!`, `#` or `%` are comments.
/// Source: Furini et al., "QPLIB: a library of quadratic programming instances", Math. Program. Comput. 11, 237 (2019), appendix B.
struct QuadraticProgrammeReader: ProblemReader {
  /// The letters of a problem's type: of its objective, its variables and its constraints.
  private static let letters = ["LDCQ", "CBMIG", "NBLDCQ"]

  /// Whether the next two lines are a type and a sense, behind a line of one word, the name.
  static func isNext(in scanner: TextScanner, after words: Int) -> Bool {
    var scanner = scanner
    guard words >= 1, let type = scanner.quotedOrNil(), isType(type) else { return false }
    scanner.nextLine()
    return ["minimize", "maximize"].contains(scanner.quotedOrNil()?.lowercased())
  }

  private static func isType(_ word: String) -> Bool {
    let word = Array(word.uppercased())
    return word.count == 3 && zip(word, letters).allSatisfy { $1.contains($0) }
  }

  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    try scanner.line("the problem's name")
    let type = Array(try typeLetters(&scanner))
    let sense = try scanner.line("minimize or maximize").lowercased()
    guard ["minimize", "maximize"].contains(sense) else {
      throw scanner.failure("found `\(sense)`, expected minimize or maximize")
    }
    let variables = try scanner.lineCount("the number of variables", in: 1...IsingProblem.greatestSpinCount)
    if type[2] != "N", type[2] != "B" {
      let constraints = try scanner.lineCount("the number of constraints", in: 0...Int.max)
      guard constraints == 0 else {
        throw scanner.failure(
          "a programme of \(constraints) constraints, expected none: only an objective can be searched; add them to it as penalties"
        )
      }
    }
    guard variables <= scanner.remaining + 1 || type[0] != "L" else {
      throw scanner.failure("the file is too short for \(variables) variables")
    }
    var list = EdgeList(file: scanner.file, base: 1)
    var squares = [Int: Double]()
    if type[0] != "L" {
      let entries = try scanner.lineCount("the number of quadratic terms", in: 0...Int.max)
      for _ in 0..<entries {
        scanner.skipProgrammeComments()
        let (row, column) = try scanner.edge(vertices: variables, base: 1)
        let value = try scanner.number("a coefficient")
        if row != column {
          list.append(row, column, value, line: scanner.line)
        } else if squares.updateValue(value / 2, forKey: row) != nil {
          throw scanner.failure("entry \(row + 1) \(row + 1) occurs twice, expected every entry once")
        }
        scanner.nextLine()
      }
    }
    let graph = try list.graph(vertexCount: variables)
    var linear = try scanner.programmeVector(of: variables, "linear coefficients")
    for (variable, value) in squares { linear[variable] += value }
    scanner.skipProgrammeComments()
    let offset = try scanner.number("the objective's constant")
    scanner.nextLine()
    var content = ProblemContent(
      kind: .binaryFunction, graph: graph, diagonal: linear, offset: offset, labels: try labels(&scanner, variables),
      file: scanner.file, format: .qplib)
    content.isMaximised = sense == "maximize"
    return content
  }

  private func typeLetters(_ scanner: inout TextScanner) throws -> String {
    let type = try scanner.line("the problem's type").uppercased()
    guard Self.isType(type) else { throw scanner.failure("found `\(type)`, expected a type of three letters such as QBN") }
    guard type.dropFirst().first == "B" else {
      throw scanner.failure("a programme of type \(type), expected binary variables alone, as in QBN")
    }
    return type
  }

  /// What follows the objective: the number that stands for infinity, starts of the variables and of the bounds' multipliers, and names.
  /// Nothing of it changes the problem, and all of it may be missing.
  private func labels(_ scanner: inout TextScanner, _ variables: Int) throws -> [String] {
    scanner.skipProgrammeComments()
    guard !scanner.isAtEnd else { return [] }
    _ = try scanner.number("the number that stands for infinity")
    scanner.nextLine()
    for what in ["starting values", "starting multipliers"] {
      scanner.skipProgrammeComments()
      if scanner.isAtEnd { return [] }
      _ = try scanner.programmeVector(of: variables, what)
    }
    scanner.skipProgrammeComments()
    if scanner.isAtEnd { return [] }
    let count = try scanner.lineCount("the number of names", in: 0...variables)
    guard count > 0 else { return [] }
    var names = (1...variables).map { "x\($0)" }
    for _ in 0..<count {
      scanner.skipProgrammeComments()
      let variable = try scanner.vertex(vertices: variables, base: 1)
      names[variable] = try scanner.word("the name of a variable")
      scanner.nextLine()
    }
    return names
  }
}

extension TextScanner {
  fileprivate mutating func skipProgrammeComments() {
    skipSpace()
    while let byte = next, "!#%".utf8.contains(byte) {
      nextLine()
      skipSpace()
    }
  }

  /// The first word of the next line that is no comment.
  fileprivate mutating func quotedOrNil() -> String? {
    skipProgrammeComments()
    return try? word("a word")
  }

  /// The first word of the next line, which is passed over.
  @discardableResult fileprivate mutating func line(_ what: String) throws -> String {
    skipProgrammeComments()
    let word = try word(what)
    nextLine()
    return word
  }

  fileprivate mutating func lineCount(_ what: String, in range: ClosedRange<Int>) throws -> Int {
    skipProgrammeComments()
    let value = try count(what, in: range)
    nextLine()
    return value
  }

  /// A value for all, then how many others there are, and these as lines `i value`.
  fileprivate mutating func programmeVector(of variables: Int, _ what: String) throws -> [Double] {
    skipProgrammeComments()
    let standard = try number("the default of the \(what)")
    nextLine()
    let others = try lineCount("the number of \(what) other than the default", in: 0...variables)
    var values = [Double](repeating: standard, count: variables)
    for _ in 0..<others {
      skipProgrammeComments()
      let variable = try vertex(vertices: variables, base: 1)
      values[variable] = try number("a number")
      nextLine()
    }
    return values
  }
}
