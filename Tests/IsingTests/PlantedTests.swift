import Foundation
import Testing

@testable import Ising

/// Planted problems and their states.
@Suite struct PlantedTests {
  @Test func couplingsFavourTheState() throws {
    let planted = try PlantedProblem(extents: [16, 16, 16], share: 0.9, seed: 3)
    let (problem, state) = (try planted.problem(), planted.state)
    #expect(problem.spinCount == 4096 && problem.couplingCount == 3 * 4096)
    #expect((0..<4096).allSatisfy { problem.row($0).count == 6 } && problem.couplings.allSatisfy { abs($0) == 1 })
    // 12288 couplings: an error of 0.0027 of the share of those that are satisfied.
    let energy = try problem.energy(of: state)
    #expect(abs(-energy / 12288 - 0.8) < 4 * 2 * 0.0027)
    #expect(abs(state.reduce(0) { $0 + Int($1) }) < 4 * 64)
    #expect(abs(planted.temperature - 2 / log(9.0)) < 1e-12)
    #expect(try problem.couplings != PlantedProblem(extents: [16, 16, 16], share: 0.9, seed: 4).problem().couplings)
    let whole = try PlantedProblem(extents: [3, 4], share: 1)
    #expect(try whole.problem().energy(of: whole.state) == -24)
    #expect(try PlantedProblem(extents: [3, 4], share: 0.5).temperature == .infinity)
  }

  @Test func names() throws {
    #expect(
      try PlantedProblem.named("planted:4x5:0.75:7") == PlantedProblem(extents: [4, 5], share: 0.75, seed: 7))
    #expect(try PlantedProblem.named("planted:4x5x6:0.5") == PlantedProblem(extents: [4, 5, 6], share: 0.5))
    #expect(try PlantedProblem.named("torus:4x4") == nil)
    for wrong in [
      "planted:4x4", "planted:4x:0.5", "planted:4:0.5", "planted:4x4x4x4:0.5", "planted:2x4:0.5", "planted:4x4:0.4",
      "planted:4x4:1.1", "planted:4x4:nan", "planted:4x4:x", "planted:4x4:0.5:x", "planted:4x4:0.5:1:1",
      "planted:4000000000x4000000000x4000000000:0.5",
    ] {
      #expect(throws: ProblemError.self, "\(wrong)") { try PlantedProblem.named(wrong) }
    }
    guard case .spins(let question) = try Question(file: "planted:4x4:0.8:1") else { return #expect(Bool(false)) }
    #expect(question.objective.problem.spinCount == 16)
    #expect(throws: ProblemError.self) {
      var settings = QuestionSettings()
      settings.kind = .maxCut
      _ = try Question(file: "planted:4x4:0.8", settings)
    }
  }
}
