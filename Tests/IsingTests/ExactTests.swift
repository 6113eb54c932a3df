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
    let direct = try ExactMinimum(partition)
    #expect(try partition.measure(of: direct.spins) == .integer(251))
    #expect(direct.groundStates == found.groundStates && direct.states == found.states)
  }

  /// The couplings of numbers around 2⁵³ are not exact; their differences are.
  @Test func greatNumbersAreDivided() throws {
    let great = try NumberPartition([9_007_199_254_740_992, 9_007_199_254_740_991, 1])
    let found = try ExactMinimum(great)
    #expect(try great.measure(of: found.spins) == .integer(0) && great.reportedEnergy(of: found.spins) == .integer(0))
    #expect(found.groundStates == 2)
    let odd = try NumberPartition([3_037_000_500, 1, 1])
    #expect(try odd.reportedEnergy(of: [1, 1, 1]) == .real(3_037_000_502.0 * 3_037_000_502))
  }

  /// Against a plain loop over all divisions, of whole and of real numbers.
  @Test func divisionsOfEveryKind() throws {
    for numbers in [[4, 5, 6, 7, 8], [1, 1, 1, 1], [7], [0.5, 0.25, 0.75, 1.5, 0.125], [-3, 5, 2.5, 4]] {
      let partition = try NumberPartition(numbers)
      let measures = try states(numbers.count).map { try partition.measure(of: $0).value }
      let least = try #require(measures.min())
      let found = try ExactMinimum(partition)
      #expect(try partition.measure(of: found.spins).value == least)
      #expect(found.groundStates == measures.count { $0 == least })
    }
  }

  @Test func manySpinsAreRefused() throws {
    #expect(throws: ProblemError.self) { try ExactMinimum(try SyntheticProblem.dense(spins: 31).problem(seed: 1)) }
  }

  /// What is known so far is kept, and says that not all states were seen.
  @Test func stopKeepsTheBestSoFar() throws {
    let problem = try SyntheticProblem.dense(spins: 24).problem(seed: 1)
    let stopped = try ExactMinimum(problem) { true }
    let whole = try ExactMinimum(problem)
    let (some, all) = (try #require(stopped.states), try #require(whole.states))
    #expect(stopped.wasStopped && some < all)
    #expect(!whole.wasStopped)
    #expect(try problem.energy(of: stopped.spins) >= problem.energy(of: whole.spins))
  }
}
