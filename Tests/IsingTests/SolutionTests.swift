import Foundation
import TestSupport
import Testing

@testable import Ising

@Suite struct SolutionTests {
  @Test func kindsFollowTheFile() throws {
    func kind(_ text: String) throws -> ProblemKind { ProblemKind.standard(for: try content(text)) }
    #expect(try kind("2 1\n1 2 1\n") == .maxCut)
    #expect(try kind("0 1 1\n") == .ising)
    #expect(try kind("# vartype=BINARY\n0 1 1\n") == .qubo)
    #expect(try kind("p qubo 0 1 1 0\n0 0 1\n") == .qubo)
    #expect(try kind("1\n2\n") == .partition)
    #expect(try kind("graph [ node [ id 0 ] ]") == .communities)
  }

  /// dimod's sign is the opposite one, its energies are the same.
  @Test func spinFunctionsAreConverted() throws {
    let objective = try #require(try ProblemKind.ising.objective(of: content("# vartype=SPIN\n0 0 2\n0 1 -3\n")))
    #expect(try objective.measure(of: [1, 1]).value == -1)
    #expect(try objective.measure(of: [-1, 1]).value == 1)
    let own = try #require(try ProblemKind.ising.objective(of: content("0 0 2\n0 1 -3\n")))
    #expect(try own.measure(of: [1, 1]).value == 1)
  }

  @Test func matricesCountEachPairTwiceAsQUBO() throws {
    let text = "%%MatrixMarket matrix coordinate integer symmetric\n2 2 2\n1 1 -5\n2 1 3\n"
    let objective = try #require(try ProblemKind.qubo.objective(of: content(text)))
    #expect(try objective.measure(of: [1, 1]) == .integer(1))
    #expect(try objective.measure(of: [1, -1]) == .integer(-5))
  }

  @Test(arguments: [
    (
      ProblemKind.ising, "p qubo 0 1 1 0\n0 0 1\n",
      "f: holds a function of variables 0 and 1, ising expected spins (--problem qubo solves it)"
    ),
    (
      .qubo, "# vartype=SPIN\n0 1 1\n",
      "f: holds a function of spins, qubo expected variables 0 and 1 (--problem ising solves it)"
    ),
    (.maxCut, "0 1 1\n0 0 1\n", "f: holds couplings with a diagonal, maxcut expected a graph without a diagonal"),
    (.partition, "2 1\n1 2 1\n", "f: holds a graph, partition expected numbers (--format numbers)"),
    (.ising, "1\n2\n", "f: holds numbers, ising expected couplings"),
  ])
  func questionsThatAFileCannotAnswer(kind: ProblemKind, text: String, expected: String) throws {
    let content = try content(text)
    #expect(throws: ProblemFileError(file: "f", line: nil, reason: String(expected.dropFirst(3)))) {
      try kind.objective(of: content)
    }
  }

  @Test func drawnProblemsHaveNames() throws {
    #expect(try SyntheticProblem.named("sk:10")?.problem == .sherringtonKirkpatrick(spins: 10))
    #expect(try SyntheticProblem.named("dense:7:3")?.seed == 3)
    #expect(try SyntheticProblem.named("torus:3x40")?.problem == .torus(rows: 3, columns: 40))
    #expect(try SyntheticProblem.named("G22.txt") == nil && SyntheticProblem.named("planted:3x3:0.5") == nil)
    #expect(try SyntheticProblem.named("sk") == nil)
    for wrong in ["sk:", "sk:0", "sk:x", "torus:5", "torus:5x", "sk:5:-1", "dense:5:1:1"] {
      #expect(throws: ProblemError.self, "\(wrong)") { try SyntheticProblem.named(wrong) }
    }
  }

  @Test func statesAreReadBack() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(StateFile.text([1, -1, -1]), "state")
    #expect(try StateFile.read(path, spinCount: 3) == [1, -1, -1])
    #expect(try StateFile.read(try folder.write("+1\n0\n\n1\n", "variables"), spinCount: 3) == [1, -1, 1])
    func message(_ text: String) throws -> String {
      do {
        _ = try StateFile.read(try folder.write(text, "s"), spinCount: 2)
        return "read"
      } catch { return "\(error)".replacingOccurrences(of: folder.path, with: "") }
    }
    #expect(try message("1\n2\n") == "/s:2: found `2`, expected a spin, -1 or 1")
    #expect(try message("1\n") == "/s:2: the file ends after 1 spins, expected 2")
    #expect(try message("1\n1\n1\n") == "/s:3: found another spin, expected 2")
    // What follows a spin is its label.
    #expect(try message("1 1\n") == "/s:2: the file ends after 1 spins, expected 2")
  }

  @Test func tracesAsText() {
    var trace = SearchTrace(measureName: "cut")
    trace.append(seconds: 0.25, measure: 13)
    trace.append(seconds: 1, measure: 14.5)
    #expect(trace.csv == "seconds,cut\n0.250000,13\n1.000000,14.5\n")
  }

  @Test func bestKnownValuesStandBesideTheFile() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("instance,n,best_known\nG1,800,11624\nG2,800,11620\n", "BEST_KNOWN.csv")
    #expect(BestKnown.cut(for: "\(folder.path)/G2.txt") == 11620)
    #expect(BestKnown.cut(for: "\(folder.path)/G1.rud.gz") == 11624)
    #expect(BestKnown.cut(for: "\(folder.path)/G3.txt") == nil)
    #expect(BestKnown.cut(for: "\(folder.path)/none/G1.txt") == nil)
  }
}
