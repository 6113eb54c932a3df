/// Quadratic models as lists of terms: dimod's schema 1 (`bias`, `label`, `label_head`, `label_tail`) and bqpjson
/// (`coeff`, `id`, `id_head`, `id_tail`, `variable_ids`, and a scale of the whole).
///
/// Sources: dimod 0.6; Coffrin et al., "The bqpjson format", version 1.0.0. Terms of one variable, or one pair, add up.
struct QuadraticTerms {
  let members: [String: JSONScanner.Value]
  let line: Int
  let scanner: TextScanner

  private var isBqpjson: Bool { members["variable_domain"] != nil || members["variable_ids"] != nil }

  func content() throws -> ProblemContent {
    let kind = try kind()
    let names = try names()
    var places = [String: Int]()
    for name in names where places.updateValue(places.count, forKey: name) != nil {
      throw failure(namesKey, "has \(name) twice, expected every variable once")
    }
    func place(_ term: [String: JSONScanner.Value], _ key: String, line: Int) throws -> Int {
      guard let value = term[key], let name = Self.name(value), let place = places[name] else {
        throw scanner.failure("a term whose \"\(key)\" is none of \"\(namesKey)\"", line: line)
      }
      return place
    }
    let coefficient = isBqpjson ? "coeff" : "bias"
    var linear = [Double](repeating: 0, count: names.count)
    for (term, line) in try terms("linear_terms") {
      linear[try place(term, isBqpjson ? "id" : "label", line: line)] += try number(term, coefficient, line: line)
    }
    var list = EdgeList(file: scanner.file, base: 0)
    for (term, line) in try terms("quadratic_terms") {
      let head = try place(term, isBqpjson ? "id_head" : "label_head", line: line)
      let tail = try place(term, isBqpjson ? "id_tail" : "label_tail", line: line)
      guard head != tail else { throw scanner.failure("a quadratic term of one variable, expected two", line: line) }
      list.append(tail, head, try number(term, coefficient, line: line), line: line)
    }
    let scale = isBqpjson ? try number(members, "scale", line: line, standard: 1) : 1
    let offset = try number(members, "offset", line: line, standard: 0)
    let (graph, _) = try list.summedGraph(vertexCount: names.count)
    let scaled = graph.scaled(by: scale)
    guard scaled.weights.allSatisfy(\.isFinite), linear.allSatisfy({ ($0 * scale).isFinite }), (offset * scale).isFinite else {
      throw failure("scale", "times the coefficients is no finite number")
    }
    return ProblemContent(
      kind: kind, graph: scaled, diagonal: linear.map { $0 * scale }, offset: offset * scale, labels: names, file: scanner.file,
      format: .bqm)
  }

  private var namesKey: String { isBqpjson ? "variable_ids" : "variable_labels" }

  private func failure(_ key: String, _ reason: String) -> ProblemFileError {
    scanner.failure("\"\(key)\" \(reason)", line: members[key]?.line ?? line)
  }

  private func kind() throws -> ProblemContent.Kind {
    let key = isBqpjson ? "variable_domain" : "variable_type"
    guard case .string(let type)? = members[key]?.content else {
      throw failure(key, "is missing, expected spins or binary variables")
    }
    switch type.uppercased() {
    case "SPIN": return .spinFunction
    case "BINARY", "BOOLEAN": return .binaryFunction
    default: throw failure(key, "is \"\(type)\", expected \(isBqpjson ? "\"spin\" or \"boolean\"" : "\"SPIN\" or \"BINARY\"")")
    }
  }

  /// Numbers or words as text.
  private static func name(_ value: JSONScanner.Value) -> String? {
    switch value.content {
    case .string(let name): name
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    default: nil
    }
  }

  private func names() throws -> [String] {
    let names: [String?]
    switch members[namesKey]?.content {
    case .numbers(let numbers): names = numbers.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
    case .array(let values): names = values.map(Self.name)
    default: throw failure(namesKey, "is missing, expected the list of variables")
    }
    let known = names.compactMap { $0 }
    guard known.count == names.count, !known.isEmpty else {
      throw failure(namesKey, "expected one number or word for each variable")
    }
    return known
  }

  private func terms(_ key: String) throws -> [(term: [String: JSONScanner.Value], line: Int)] {
    switch members[key]?.content {
    case nil, .numbers([]): return []
    case .array(let values):
      return try values.map { value in
        guard case .object(let term) = value.content else {
          throw failure(key, "holds something that is no term, expected objects")
        }
        return (term, value.line)
      }
    default: throw failure(key, "is no list of terms, expected one")
    }
  }

  private func number(
    _ object: [String: JSONScanner.Value], _ key: String, line: Int, standard: Double? = nil
  ) throws -> Double {
    if object[key] == nil, let standard { return standard }
    guard case .number(let number)? = object[key]?.content else {
      throw scanner.failure("\"\(key)\" is missing or no number, expected one", line: line)
    }
    return number
  }
}
