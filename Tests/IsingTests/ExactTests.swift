import Testing

@testable import Ising

/// The minimum over all states, against a plain loop over them.
@Suite struct ExactTests {
  private func check(_ problem: IsingProblem) throws {
    let energies = try states(problem.spinCount).map { try problem.energy(of: $0) }
    let least = try #require(energies.min())
    let found = try ExactMinimum(problem)
    #expect(abs(try problem.energy(of: found.spins) - least) <= 1e-9)
    #expect(found.groundStates == energies.count { $0 <= least + 1e-9 })
    #expect(found.states == energies.count)
  }

  @Test func smallProblemsOfEveryKind() throws {
    try check(try SyntheticProblem.torus(rows: 3, columns: 4).problem(seed: 1))
    try check(try SyntheticProblem.sherringtonKirkpatrick(spins: 9).problem(seed: 2))
    let torus = try SyntheticProblem.dense(spins: 7).problem(seed: 3)
    let graph = try WeightedGraph(
      vertexCount: 7, sources: [0, 1, 2, 3, 4, 0], targets: [1, 2, 3, 4, 5, 5], weights: [1, -1, 1, 1, -2, 0.5])
    try check(torus)
    try check(try IsingProblem(graph: graph, fields: [0.5, 0, -1, 0, 0, 0.25, 2], offset: 3))
    try check(try IsingProblem(graph: WeightedGraph(vertexCount: 1, sources: [], targets: [], weights: []), fields: [-1]))
    try check(try IsingProblem(graph: WeightedGraph(vertexCount: 1, sources: [], targets: [], weights: [])))
  }

  /// Fourteen numbers of twenty bits, whose best division a search does not find at once.
  @Test func numbersAreDivided() throws {
    let numbers: [Double] = [
      318030, 838084, 740511, 871438, 528744, 589498, 542898, 532003, 683058, 645722, 616505, 426425, 326993, 766436,
    ]
    let partition = try NumberPartition(numbers)
    let found = try ExactMinimum(partition.problem)
    #expect(try partition.measure(of: found.spins) == .integer(251))
  }

  @Test func manySpinsAreRefused() throws {
    #expect(throws: ProblemError.self) { try ExactMinimum(try SyntheticProblem.torus(rows: 4, columns: 8).problem(seed: 1)) }
  }

  /// What is known so far is kept, and says that not all states were seen.
  @Test func stopKeepsTheBestSoFar() throws {
    let problem = try SyntheticProblem.torus(rows: 5, columns: 5).problem(seed: 1)
    let stopped = try ExactMinimum(problem) { true }
    let whole = try ExactMinimum(problem)
    #expect(stopped.wasStopped && stopped.states < whole.states)
    #expect(!whole.wasStopped)
    #expect(try problem.energy(of: stopped.spins) >= problem.energy(of: whole.spins))
  }
}
