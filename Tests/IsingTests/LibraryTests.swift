import Testing

@testable import Ising

/// QUBOs of published collections, each with its own sign and its own way to list pairs, against values by hand.
@Suite struct LibraryTests {
  /// `xᵀQx` with Q = [[−5, 6, 0], [6, −3, −1], [0, −1, 1]]: −5 −3 + 2·6 = 4 at (1, 1, 0) is the greatest value, −5 at (1, 0, 0) the least. With
  /// pairs that count once the greatest value would be 1.
  private let matrix = "3 5\n1 1 -5\n1 2 6\n2 2 -3\n2 3 -1\n3 3 1\n"

  private func best(_ text: String, _ name: String, _ settings: QuestionSettings = QuestionSettings()) throws -> Total {
    guard case .spins(let question) = try Question([UInt8](text.utf8), named: name, settings) else {
      throw ProblemError("no question about spins")
    }
    let exact = try ExactMinimum(question.objective)
    return try question.objective.measure(of: exact.spins)
  }

  private func settings(_ change: (inout QuestionSettings) -> Void) -> QuestionSettings {
    var settings = QuestionSettings()
    change(&settings)
    return settings
  }

  @Test func signsOfTheCollections() throws {
    #expect(try best(matrix, "a.sparse") == .integer(-5))
    #expect(try best("# Biq Mac\n" + matrix, "a.bq") == .integer(-5))
    #expect(try best(matrix, "a.txt", settings { $0.format = .mqlib }) == .integer(4))
    #expect(try best(matrix, "a.sparse", settings { $0.isMaximised = true }) == .integer(4))
    #expect(try best("1\n" + matrix, "a.txt") == .integer(4))
    // The lines of OR-Library begin and end with blanks.
    #expect(try best(" 1 \n" + matrix.split(separator: "\n").map { " \($0) \n" }.joined(), "a.txt") == .integer(4))
  }

  @Test func oneOfSeveralProblems() throws {
    let file = "2\n" + matrix + "1 1\n1 1 7\n"
    #expect(try best(file, "a.txt", settings { $0.instance = 1 }) == .integer(4))
    #expect(try best(file, "a.txt", settings { $0.instance = 2 }) == .integer(7))
    #expect(message(file, format: .orLibrary).contains("the file holds 2 problems; say which one with --instance 1 to 2"))
    #expect(throws: ProblemFileError.self) { try best(file, "a.txt", settings { $0.instance = 3 }) }
    #expect(throws: ProblemFileError.self) { try best(matrix, "a.sparse", settings { $0.instance = 1 }) }
    let short = #expect(throws: ProblemFileError.self) {
      try best("2\n" + matrix, "a.txt", settings { ($0.format, $0.instance) = (.orLibrary, 1) })
    }
    #expect(short?.description.contains("ends after 1 problems, expected 2") == true)
  }

  @Test func maximisedFunctions() throws {
    let content = try content(matrix, format: .mqlib)
    let objective = try #require(try ProblemKind.qubo.objective(of: content))
    #expect(objective.measureName == "value")
    for spins in states(3) {
      let value = try objective.measure(of: spins)
      let energy = try objective.problem.energy(of: spins)
      #expect(objective.measure(atEnergy: energy) == value.value && objective.energy(atMeasure: value.value) == energy)
      #expect(try objective.reportedEnergy(of: spins).value == -value.value)
    }
    #expect(throws: ProblemFileError.self) { try best("2 1\n1 2 1\n", "a.rud", settings { $0.isMaximised = true }) }
  }

  /// A matrix is not taken for a graph.
  @Test func diagonalNamesTheFormats() {
    #expect(message(matrix, format: .rudy).contains("--format mqlib"))
  }

  // MARK: - QPLIB

  /// The example of the library's article, of binary variables and without constraints: ½ xᵀQx + bᵀx of Q = [[2, −1, 0], [−1, 2, −1], [0, −1, 2]].
  private let programme = """
    ! ---------------
    MIPBAND # problem name
    QBN # binary variables, no constraints
    Minimize # the objective
    3 # variables
    5 # nonzeros in lower triangle of Q^0
    1 1 2.0 5 lines row & column index & value
    2 1 -1.0 |
    2 2 2.0 |
    3 2 -1.0 |
    3 3 2.0 |
    -0.2 default value for entries in b_0
    1 # non default entries in b_0
    2 -0.4 1 line
    0.0 value of q^0
    1.0E+20 infinity
    1.0 default value for initial values for x
    0
    0.0 default value for initial values for z
    0
    1 # names
    3 zeta
    0
    """

  /// x₁² + x₂² + x₃² − x₁x₂ − x₂x₃ − 0.2 (x₁ + x₃) − 0.4 x₂, as the article has it.
  @Test func exampleOfTheArticle() throws {
    let content = try content(programme, "p.qplib")
    #expect(content.labels == ["x1", "x2", "zeta"] && !content.isMaximised)
    let objective = try #require(try ProblemKind.standard(for: content).objective(of: content))
    for spins in states(3) {
      let x = spins.map { $0 > 0 ? 1.0 : 0 }
      let value =
        x[0] * x[0] + x[1] * x[1] + x[2] * x[2] - x[0] * x[1] - x[1] * x[2] - 0.2 * (x[0] + x[2]) - 0.4 * x[1]
      #expect(abs(try objective.measure(of: spins).value - value) < 1e-12)
    }
    // Found by its content too.
    #expect(try Ising.ProblemFile.parse([UInt8](programme.utf8), file: "p").format == .qplib)
  }

  @Test func programmesThatAreRefused() {
    func changed(_ old: String, _ new: String) -> String {
      message(programme.replacing(old, with: new), "p.qplib")
    }
    #expect(changed("QBN", "QML").contains("expected binary variables alone"))
    #expect(changed("QBN # binary variables, no constraints", "QBL").contains("expected"))
    #expect(changed("Minimize", "Minimal").contains("expected minimize or maximize"))
    #expect(changed("3 2 -1.0 |", "3 4 -1.0 |").contains("vertex 4 is out of range"))
    #expect(message("p\nQBL\nminimize\n3\n2\n", "p.qplib").contains("2 constraints, expected none"))
    #expect(message("p\nLBN\nminimize\n2000000000\n0\n0\n0\n", "p.qplib").contains("too short"))
  }

  // MARK: - dimod's files

  @Test(arguments: [1, 2]) func binaryModel(version: Int) throws {
    let content = try content(modelFile(version: version), "m.bqm")
    #expect(content.kind == .spinFunction && content.offset == 2 && content.diagonal == [2, 0])
    #expect(content.graph.weights == [2] && content.labels == ["a", "b"])
    let objective = try #require(try ProblemKind.standard(for: content).objective(of: content))
    #expect(try states(2).map { try objective.measure(of: $0).value }.min() == -2)
  }

  @Test func damagedModels() {
    #expect(message(modelFile(version: 3)).contains("version 3.0"))
    #expect(message(modelFile(version: 2, shape: "2, 100000000")).contains("bytes"))
    #expect(message(modelFile(version: 2, shape: "2000000000, 1")).contains("bytes"))
    #expect(message(modelFile(version: 2, shape: "2, 0")).contains("neighbourhood"))
    #expect(message(modelFile(version: 2, shape: "0, 0")).contains("\"shape\""))
    #expect(message(String(modelFile(version: 2).prefix(60))).contains("ends within the header"))
  }

  // MARK: - Small numbers

  @Test func numbersThatAreTooSmall() throws {
    #expect(throws: ProblemFileError.self) { try best("2 1\n1 2 1e-320\n", "a.rud") }
    #expect(try best("2 1\n1 2 1e-300\n", "a.rud") == .real(1e-300))
    let graph = try WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [3e-200])
    #expect(abs(try IsingProblem(graph: graph).rootMeanSquareField / 3e-200 - 1) < 1e-12)
    let great = try WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [3e200])
    #expect(abs(try IsingProblem(graph: great).rootMeanSquareField / 3e200 - 1) < 1e-12)
  }
}
