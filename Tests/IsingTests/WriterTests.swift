import Testing

@testable import Ising

/// Problems that are written and read again have the same energies.
@Suite struct WriterTests {
  private func text(_ question: SpinQuestion, _ form: ProblemWriter.Form) throws -> String {
    var text = ""
    try ProblemWriter.write(question, as: form) { text += $0 }
    return text
  }

  private func read(_ text: String, _ name: String, _ kind: ProblemKind? = nil) throws -> SpinQuestion {
    var settings = QuestionSettings()
    settings.kind = kind
    guard case .spins(let question) = try Question([UInt8](text.utf8), named: name, settings) else {
      throw ProblemError("no question about spins")
    }
    return question
  }

  /// A problem with fields, a constant and a spin that is not coupled.
  private func fields() throws -> SpinQuestion {
    let graph = try WeightedGraph(vertexCount: 5, sources: [0, 1, 3], targets: [1, 2, 0], weights: [1.5, -2, 0.1])
    let problem = try IsingProblem(graph: graph, fields: [0.5, 0, -1, 0, 0], offset: 0.25)
    var question = SpinQuestion(EnergyMinimum(problem), kind: .ising, file: "f")
    question.labels = ["a", "b", "c", "d", "e \"5\""]
    return question
  }

  @Test func modelHoldsEverything() throws {
    let question = try fields()
    let again = try read(try text(question, .model), "f.json")
    #expect(again.labels == question.labels)
    for spins in states(5) {
      let (found, energy) = (try again.objective.problem.energy(of: spins), try question.objective.problem.energy(of: spins))
      #expect(abs(found - energy) < 1e-12)
    }
  }

  /// qbsolv's form has no constant; the comment names it.
  @Test func quboOfSpins() throws {
    let question = try fields()
    let written = try text(question, .qubo)
    let again = try read(written, "f.qubo")
    let line = try #require(
      written.split(separator: "\n").first { $0.contains("plus") }.flatMap { $0.split(separator: " ").last })
    let constant = try #require(Double(line))
    for spins in states(5) {
      let value = try again.objective.measure(of: spins).value + constant
      let energy = try question.objective.problem.energy(of: spins)
      #expect(abs(value - energy) < 1e-12)
    }
  }

  @Test func drawnProblems() throws {
    let problem = try SyntheticProblem.torus(rows: 3, columns: 4).problem(seed: 1)
    let question = SpinQuestion(EnergyMinimum(problem), kind: .ising, file: "torus:3x4:1")
    let coordinates = try read(try text(question, .coordinates), "t.coo")
    #expect(coordinates.kind == .ising && coordinates.objective.problem == problem)
    let model = try read(try text(question, .model), "t.json")
    #expect(model.objective.problem == problem)
    // The greatest cut is the ground state.
    for (form, name) in [(ProblemWriter.Form.rudy, "t.rud"), (.matrixMarket, "t.mtx")] {
      let cut = try read(try text(question, form), name)
      #expect(cut.kind == .maxCut && cut.objective.problem == problem)
    }
  }

  @Test func quboKeepsItsFunction() throws {
    let matrix = "3 5\n1 1 -5\n1 2 6\n2 2 -3\n2 3 -1\n3 3 1\n"
    for format in [ProblemFormat.sparse, .mqlib] {
      var settings = QuestionSettings()
      settings.format = format
      guard case .spins(let question) = try Question([UInt8](matrix.utf8), named: "q", settings) else { return }
      for (form, name, kind) in [
        (ProblemWriter.Form.qubo, "q.qubo", nil), (.model, "q.json", nil), (.coordinates, "q.coo", nil),
        (.matrixMarket, "q.mtx", ProblemKind.qubo),
      ] {
        let again = try read(try text(question, form), name, kind)
        for spins in states(3) {
          #expect(try again.objective.measure(of: spins).value == question.objective.reportedEnergy(of: spins).value)
        }
      }
    }
  }

  @Test func whatHasNoPlaceIsRefused() throws {
    let question = try fields()
    for form in [ProblemWriter.Form.rudy, .matrixMarket, .coordinates] {
      let error = #expect(throws: ProblemError.self) { try text(question, form) }
      #expect(error?.description.contains("write it as .json") == true)
    }
    #expect(ProblemWriter.Form(of: "a.gml") == nil && ProblemWriter.Form(of: "a.RUD") == .rudy)
  }
}
