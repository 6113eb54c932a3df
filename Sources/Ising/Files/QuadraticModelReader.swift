/// dimod's binary quadratic model as JSON: what `BinaryQuadraticModel.to_serializable()` gives, schema 3.
///
/// Its spins are minimised under the opposite sign, `E = c + Σ h_i s_i + Σ J_ij s_i s_j`; energies are the same.
struct QuadraticModelReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    scanner.skipSpace()
    guard scanner.next == UInt8(ascii: "{") else {
      throw scanner.failure("found \(scanner.quotedWord()), expected `{`, a binary quadratic model as JSON")
    }
    var json = JSONScanner(scanner)
    let document = try json.document()
    guard case .object(let members) = document.content else { throw scanner.failure("expected a JSON object") }
    return try Model(members: members, line: document.line, scanner: scanner).content()
  }

  /// The members of the model's object.
  private struct Model {
    let members: [String: JSONScanner.Value]
    let line: Int
    let scanner: TextScanner

    func content() throws -> ProblemContent {
      if members["linear_terms"] != nil || members["quadratic_terms"] != nil {
        return try QuadraticTerms(members: members, line: line, scanner: scanner).content()
      }
      try checkType()
      let linear = try numbers("linear_biases")
      guard !linear.isEmpty else { throw failure("linear_biases", "is empty, expected one bias a variable") }
      let (heads, tails) = (try numbers("quadratic_head"), try numbers("quadratic_tail"))
      let biases = try numbers("quadratic_biases")
      guard heads.count == biases.count, tails.count == biases.count else {
        throw failure(
          "quadratic_biases",
          "has \(biases.count) numbers, quadratic_head \(heads.count), quadratic_tail \(tails.count), "
            + "expected as many of each")
      }
      try checkCount("num_variables", linear.count)
      try checkCount("num_interactions", biases.count)
      var list = EdgeList(file: scanner.file, base: 0, capacity: biases.count)
      let edgeLine = members["quadratic_head"]?.line ?? line
      for (index, bias) in biases.enumerated() {
        let head = try variable(heads[index], "quadratic_head", index, of: linear.count)
        let tail = try variable(tails[index], "quadratic_tail", index, of: linear.count)
        guard head != tail else {
          throw failure("quadratic_head", "[\(index)] and quadratic_tail name one variable, expected two")
        }
        list.append(head, tail, bias, line: edgeLine)
      }
      return ProblemContent(
        kind: try kind(), graph: try list.graph(vertexCount: linear.count), diagonal: linear, offset: try offset(),
        labels: try labels(linear.count), file: scanner.file, format: .bqm)
    }

    private func failure(_ key: String, _ reason: String) -> ProblemFileError {
      scanner.failure("\"\(key)\" \(reason)", line: members[key]?.line ?? line)
    }

    private func checkType() throws {
      if case .string(let type)? = members["type"]?.content, type != "BinaryQuadraticModel" {
        throw failure("type", "is \"\(type)\", expected \"BinaryQuadraticModel\"")
      }
      if case .bool(true)? = members["use_bytes"]?.content {
        throw failure("use_bytes", "is true, expected false: numbers as numbers")
      }
    }

    private func kind() throws -> ProblemContent.Kind {
      guard case .string(let type)? = (members["variable_type"] ?? members["vartype"])?.content else {
        throw failure("variable_type", "is missing, expected \"SPIN\" or \"BINARY\"")
      }
      switch type {
      case "SPIN": return .spinFunction
      case "BINARY": return .binaryFunction
      default: throw failure("variable_type", "is \"\(type)\", expected \"SPIN\" or \"BINARY\"")
      }
    }

    private func numbers(_ key: String) throws -> [Double] {
      guard let member = members[key] else { throw failure(key, "is missing, expected an array of numbers") }
      guard case .numbers(let numbers) = member.content else { throw failure(key, "is no array of numbers, expected one") }
      return numbers
    }

    private func checkCount(_ key: String, _ expected: Int) throws {
      guard let member = members[key] else { return }
      guard case .number(let claimed) = member.content, claimed == Double(expected) else {
        throw failure(key, "is not \(expected), the length of the biases, expected that")
      }
    }

    private func variable(_ value: Double, _ key: String, _ index: Int, of count: Int) throws -> Int {
      guard let variable = Int(exactly: value), (0..<count).contains(variable) else {
        throw failure(key, "[\(index)] is \(value), expected a variable, 0 to \(count - 1)")
      }
      return variable
    }

    private func offset() throws -> Double {
      guard let member = members["offset"] else { return 0 }
      guard case .number(let offset) = member.content else { throw failure("offset", "is no number, expected one") }
      return offset
    }

    /// Names of the variables: strings, or numbers as text. Labels of other kinds (tuples) are left out.
    private func labels(_ count: Int) throws -> [String] {
      guard let value = members["variable_labels"] else { return [] }
      let names = JSONScanner.names(value)
      return names.count == count ? names : []
    }
  }
}
