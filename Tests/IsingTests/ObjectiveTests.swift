import TestTools
import Testing

@testable import Ising

@Suite struct ObjectiveTests {
  private func graph(_ weights: [Double]) throws -> WeightedGraph {
    try WeightedGraph(vertexCount: 4, sources: [0, 1, 2, 3, 0], targets: [1, 2, 3, 0, 2], weights: weights)
  }

  /// The measure of every state agrees with that which its Ising energy stands for, both ways.
  private func expectMeasuresFollowEnergies(_ objective: some SpinObjective) throws {
    for spins in states(objective.problem.spinCount) {
      let measure = try objective.measure(of: spins).value
      let energy = try objective.problem.energy(of: spins)
      expectClose(objective.measure(atEnergy: energy), measure, absolute: 1e-9)
      expectClose(objective.energy(atMeasure: measure), energy, absolute: 1e-9)
    }
  }

  @Test(arguments: [[1.0, -2, 3, 4, 5], [0.25, -2, 3.5, 4, 5]]) func maxCut(weights: [Double]) throws {
    let objective = try MaxCut(graph(weights))
    try expectMeasuresFollowEnergies(objective)
    #expect(try objective.measure(of: [1, -1, -1, 1]).value == weights[0] + weights[2] + weights[4])
  }

  @Test func cutsOfIntegersAreIntegers() throws {
    #expect(try MaxCut(graph([1, 1, 1, 1, 1])).measure(of: [1, -1, 1, -1]) == .integer(4))
    #expect(try MaxCut(graph([0.5, 1, 1, 1, 1])).measure(of: [1, -1, 1, -1]) == .real(3.5))
  }

  @Test(arguments: [0.0, 0.125]) func quadraticBinary(fraction: Double) throws {
    let pairs = try graph([3 + fraction, -1, 2, -7, 5])
    let linear = [1.0, -2, 3, fraction]
    let objective = try QuadraticBinaryProblem(pairs: pairs, linear: linear, offset: 11)
    #expect(objective.problem.isInteger == (fraction == 0))
    try expectMeasuresFollowEnergies(objective)
    for spins in states(4) {
      let x = spins.map { $0 > 0 ? 1.0 : 0 }
      var value = 11.0
      for i in 0..<4 { value += linear[i] * x[i] }
      for edge in pairs.weights.indices {
        value += pairs.weights[edge] * x[Int(pairs.sources[edge])] * x[Int(pairs.targets[edge])]
      }
      #expect(try objective.measure(of: spins).value == value)
    }
  }

  @Test func numberPartition() throws {
    let objective = try NumberPartition([4, 5, 6, 7, 8])
    try expectMeasuresFollowEnergies(objective)
    #expect(try objective.measure(of: [1, 1, 1, -1, -1]) == .integer(0))
    #expect(try objective.measure(of: [-1, -1, -1, -1, -1]) == .integer(30))
    #expect(throws: ProblemError.self) { try NumberPartition([]) }
    #expect(throws: ProblemError.self) { try NumberPartition([1e200, 1]) }
  }

  @Test func energyMinimum() throws {
    try expectMeasuresFollowEnergies(EnergyMinimum(try IsingProblem(graph: graph([1, 2, 3, 4, 5]), fields: [1, 0, -1, 2])))
  }

  @Test func sherringtonKirkpatrickHasItsVariance() throws {
    let count = 300
    let problem = try SyntheticProblem.sherringtonKirkpatrick(spins: count).problem(seed: 5)
    #expect(problem.density == 1)
    let mean = problem.couplings.reduce(0, +) / Double(problem.couplings.count)
    let variance = problem.couplings.reduce(0) { $0 + $1 * $1 } / Double(problem.couplings.count)
    // Of 44,850 draws the deviations are 1/√(300 · 44850) and √2/(300 √44850); five of them are allowed.
    #expect(abs(mean) < 5 * 0.000273)
    expectClose(variance, 1 / Double(count), absolute: 5 * 0.0000223)
    expectClose(problem.rootMeanSquareField, 1, absolute: 0.02)
  }

  @Test func drawnProblemsDependOnTheirSeedAlone() throws {
    let kinds: [SyntheticProblem] = [.sherringtonKirkpatrick(spins: 20), .dense(spins: 20), .torus(rows: 4, columns: 5)]
    for kind in kinds {
      #expect(try kind.problem(seed: 1) == kind.problem(seed: 1))
      #expect(try kind.problem(seed: 1) != kind.problem(seed: 2))
    }
  }

  @Test func torusHasFourNeighboursASpin() throws {
    let problem = try SyntheticProblem.torus(rows: 3, columns: 4).problem(seed: 1)
    #expect(problem.spinCount == 12)
    for spin in 0..<12 { #expect(problem.row(spin).count == 4) }
    #expect(Array(problem.neighbours[problem.row(0)]) == [1, 3, 4, 8])
    #expect(problem.couplings.allSatisfy { abs($0) == 1 })
  }

  @Test func completeRowsAreAscendingAndSymmetric() throws {
    let problem = try IsingProblem.complete(spinCount: 4) { Double(10 * $0 + $1) }
    let graph = try WeightedGraph(
      vertexCount: 4, sources: [0, 0, 0, 1, 1, 2], targets: [1, 2, 3, 2, 3, 3], weights: [1, 2, 3, 12, 13, 23])
    #expect(try problem == IsingProblem(graph: graph))
    #expect(throws: ProblemError.self) { try IsingProblem.complete(spinCount: 2_000_000) { _, _ in 1 } }
  }

  @Test func samplesAreDistinctAndBestFirst() {
    let reads = [
      SampleSet.Sample(spins: [1, 1], energy: 3), .init(spins: [1, -1], energy: -1), .init(spins: [1, 1], energy: 3),
      .init(spins: [-1, 1], energy: -1),
    ]
    let set = SampleSet(reads: reads, seconds: 0.5)
    #expect(set.samples.map(\.spins) == [[-1, 1], [1, -1], [1, 1]])
    #expect(set.samples.map(\.occurrences) == [1, 1, 2])
    #expect(set.best?.energy == -1)
    #expect(set.readCount == 4)
  }
}
