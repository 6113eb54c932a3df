import Files
import Foundation

/// Problems as files that this and other programs read, in a form by the name's ending.
public enum ProblemWriter {
  /// The forms that are written.
  public enum Form: String, CaseIterable, Sendable {
    /// Max-Cut's graph, whose greatest cut is the ground state: weights are `−J`.
    case rudy = "rud"
    /// The same as a symmetric matrix; of a QUBO the matrix of `xᵀQx`.
    case matrixMarket = "mtx"
    /// dimod's list of terms, with its sign.
    case coordinates = "coo"
    /// dimod's binary quadratic model as JSON.
    case model = "json"
    /// qbsolv's QUBO.
    case qubo

    /// The form that a name's ending asks for, `nil` if it asks for none.
    public init?(of path: String) {
      switch URL(fileURLWithPath: path).pathExtension.lowercased() {
      case "rud", "rudy", "mc": self = .rudy
      case "mtx": self = .matrixMarket
      case "coo": self = .coordinates
      case "json": self = .model
      case "qubo": self = .qubo
      default: return nil
      }
    }

    /// The endings, for messages.
    public static let endings = allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
  }

  /// - Throws: `ProblemError` where the form cannot hold the problem.
  public static func check(_ question: SpinQuestion, as form: Form) throws {
    let isBinary = question.objective is QuadraticBinaryProblem
    let problem = question.objective.problem
    func require(_ isHeld: Bool, _ what: String) throws {
      guard isHeld else {
        throw ProblemError("\(question.file) has \(what), which files .\(form.rawValue) have no place for; write it as .json")
      }
    }
    if form == .rudy { try require(!isBinary && !problem.hasFields, "fields") }
    if form == .matrixMarket { try require(isBinary || !problem.hasFields, "fields") }
    if form != .model, form != .qubo {
      try require(((question.objective as? QuadraticBinaryProblem)?.offset ?? problem.offset) == 0, "a constant")
    }
  }

  /// Writes the problem of a question.
  ///
  /// - Parameter write: takes one piece of the text after the other.
  /// - Throws: as `check`, or what `write` throws.
  public static func write(_ question: SpinQuestion, as form: Form, _ write: (String) throws -> Void) throws {
    try check(question, as: form)
    let binary = question.objective as? QuadraticBinaryProblem
    let terms = binary.map(Terms.init(binary:)) ?? Terms(question.objective.problem)
    let heading = "\(question.file), written by equilibria"
    switch form {
    case .rudy:
      try write("# \(heading): the greatest cut is the ground state\n\(terms.linear.count) \(terms.pairs.count)\n")
      try terms.pairs.forEachChunk(write) { "\($0.source + 1) \($0.target + 1) \(number($0.value))\n" }
    case .matrixMarket:
      let diagonal = terms.linear.indices.filter { terms.linear[$0] != 0 }
      let question = binary == nil ? "the greatest cut is the ground state" : "--problem qubo minimises x'Qx"
      try write("%%MatrixMarket matrix coordinate real symmetric\n% \(heading): \(question)\n")
      try write("\(terms.linear.count) \(terms.linear.count) \(terms.pairs.count + diagonal.count)\n")
      let factor = binary == nil ? 1 : 0.5
      try diagonal.forEachChunk(write) { "\($0 + 1) \($0 + 1) \(number(terms.linear[$0]))\n" }
      try terms.pairs.forEachChunk(write) { "\($0.target + 1) \($0.source + 1) \(number(factor * $0.value))\n" }
    case .coordinates:
      try write("# \(heading)\n# vartype=\(binary == nil ? "SPIN" : "BINARY")\n")
      // The last spin says how many there are.
      let last = terms.linear.count - 1
      try terms.linear.indices.filter { terms.linear[$0] != 0 || $0 == last }
        .forEachChunk(write) { "\($0) \($0) \(number(terms.linear[$0]))\n" }
      try terms.pairs.forEachChunk(write) { "\($0.source) \($0.target) \(number($0.value))\n" }
    case .model: try writeModel(terms, isBinary: binary != nil, labels: question.labels, write)
    case .qubo:
      let terms = binary == nil ? terms.ofVariables() : terms
      let nodes = terms.linear.indices.filter { terms.linear[$0] != 0 }
      try write("c \(heading)\nc the energy is the value plus \(number(terms.offset))\n")
      try write("p qubo 0 \(terms.linear.count) \(nodes.count) \(terms.pairs.count)\n")
      try nodes.forEachChunk(write) { "\($0) \($0) \(number(terms.linear[$0]))\n" }
      try terms.pairs.forEachChunk(write) { "\($0.source) \($0.target) \(number($0.value))\n" }
    }
  }

  /// What `BinaryQuadraticModel.from_serializable()` reads: schema 3.
  private static func writeModel(_ terms: Terms, isBinary: Bool, labels: [String], _ write: (String) throws -> Void) throws {
    let count = terms.linear.count
    try write(
      "{\"type\": \"BinaryQuadraticModel\", \"version\": {\"bqm_schema\": \"3.0.0\"}, \"use_bytes\": false, \"index_type\": \"int32\", "
        + "\"bias_type\": \"float64\", \"num_variables\": \(count), \"num_interactions\": \(terms.pairs.count),\n"
        + "\"variable_type\": \"\(isBinary ? "BINARY" : "SPIN")\", \"offset\": \(number(terms.offset)), \"info\": {},\n")
    func list<Element>(_ key: String, _ elements: [Element], end: String = ",\n", _ text: (Element) throws -> String) throws {
      try write("\"\(key)\": [")
      var isFirst = true
      try elements.forEachChunk(write) { element in
        defer { isFirst = false }
        return (isFirst ? "" : ", ") + (try text(element))
      }
      try write("]\(end)")
    }
    try list("variable_labels", Array(0..<count)) { labels.count == count ? try jsonText(labels[$0]) : "\($0)" }
    try list("linear_biases", terms.linear) { number($0) }
    try list("quadratic_head", terms.pairs) { "\($0.source)" }
    try list("quadratic_tail", terms.pairs) { "\($0.target)" }
    try list("quadratic_biases", terms.pairs, end: "}\n") { number($0.value) }
  }

  /// Refuses a file that is there: a problem is never written over one.
  ///
  /// - Throws: `FileError`.
  package static func checkNew(_ path: String) throws {
    try AtomicFile.check([path])
    guard AtomicFile.isWrittenThrough(path) || !FileManager.default.fileExists(atPath: path) else {
      throw FileError(path: path, reason: "is there already, expected a new file for --write-problem", writing: true)
    }
  }

  /// Writes the problem of a question to a file, in the form of its ending.
  ///
  /// - Throws: `ProblemError` where it holds no such problem, or `FileError`.
  package static func write(_ question: Question, to path: String) throws {
    guard let form = Form(of: path) else { throw ProblemError("\(path): expected a name that ends in \(Form.endings)") }
    guard case .spins(let spins) = question else {
      throw ProblemError("--write-problem is for one Ising problem; communities are a sequence of them")
    }
    try check(spins, as: form)
    try AtomicFile.write(to: path) { write in
      try Self.write(spins, as: form) { try write([UInt8]($0.utf8)) }
    }
  }

  /// Shortest text of a number that is read as the same one.
  private static func number(_ value: Double) -> String { SearchTrace.text(value) }
}

/// A function that is minimised, `c + Σ h_i s_i + Σ J_ij s_i s_j`, of spins or of variables.
private struct Terms {
  struct Pair {
    var source: Int
    var target: Int
    var value: Double
  }

  var linear: [Double]
  var pairs: [Pair]
  var offset: Double

  /// The opposite sign of the problem's couplings.
  init(_ problem: IsingProblem) {
    linear = problem.fields.map { 0 - $0 }
    offset = problem.offset
    pairs = []
    pairs.reserveCapacity(problem.couplingCount)
    for spin in 0..<problem.spinCount {
      for entry in problem.row(spin) where Int(problem.neighbours[entry]) > spin {
        pairs.append(Pair(source: spin, target: Int(problem.neighbours[entry]), value: 0 - problem.couplings[entry]))
      }
    }
  }

  /// What is minimised of a QUBO.
  init(binary: QuadraticBinaryProblem) {
    let sign = binary.isMaximised ? -1.0 : 1
    linear = binary.linear.map { 0 + sign * $0 }
    offset = 0 + sign * binary.offset
    pairs = binary.pairs.weights.indices.map { edge in
      let (source, target) = (Int(binary.pairs.sources[edge]), Int(binary.pairs.targets[edge]))
      return Pair(source: min(source, target), target: max(source, target), value: 0 + sign * binary.pairs.weights[edge])
    }
  }

  /// The same function of `x = (1 + s)/2`.
  func ofVariables() -> Terms {
    var terms = self
    terms.linear = linear.map { 2 * $0 }
    terms.offset = offset - linear.reduce(0, +)
    for place in pairs.indices {
      let pair = pairs[place]
      terms.pairs[place].value = 4 * pair.value
      terms.linear[pair.source] -= 2 * pair.value
      terms.linear[pair.target] -= 2 * pair.value
      terms.offset += pair.value
    }
    return terms
  }
}

extension Sequence {
  /// Texts of the elements, some thousand at a time.
  fileprivate func forEachChunk(_ write: (String) throws -> Void, _ text: (Element) throws -> String) throws {
    var chunk = ""
    for element in self {
      chunk += try text(element)
      if chunk.utf8.count > 1 << 16 {
        try write(chunk)
        chunk = ""
      }
    }
    try write(chunk)
  }
}
