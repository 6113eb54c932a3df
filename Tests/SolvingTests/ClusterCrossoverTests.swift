import Ising
import Kernels
import Testing

@testable import Solving

@Suite struct ClusterCrossoverTests {
  /// Whatever the states, the energy changes by what is said and never rises.
  @Test(arguments: 0..<20) func energyNeverRises(_ seed: Int) throws {
    let problem = try SmallProblem(spins: 13, density: 0.25, hasFields: seed % 2 == 0, seed: UInt64(seed)).problem
    let random = RandomSpins(seed: UInt64(seed))
    var spins = random.state(run: 0, count: 13)
    let other = random.state(run: 1, count: 13)
    let before = try problem.energy(of: spins)
    var crossover = ClusterCrossover(problem)
    var coins = Philox(seed: 1, stream: 1).sequence()
    let change = crossover.improve(&spins, from: other, using: &coins)
    #expect(change <= 0)
    #expect(try problem.energy(of: spins) == before + change)
  }

  /// Two halves that nothing couples, each right in one of the states: the crossover is right in both.
  @Test func regionsAreTakenOnTheirOwn() throws {
    let chain = 6
    var sources: [Int32] = []
    var targets: [Int32] = []
    for half in 0..<2 {
      for spin in 0..<chain - 1 {
        sources.append(Int32(half * chain + spin))
        targets.append(Int32(half * chain + spin + 1))
      }
    }
    let graph = try WeightedGraph(
      vertexCount: 2 * chain, sources: sources, targets: targets, weights: [Double](repeating: 1, count: sources.count))
    let problem = try IsingProblem(graph: graph)
    let wrong: [Int8] = [1, -1, 1, 1, -1, 1]
    let right: [Int8] = [1, 1, 1, 1, 1, 1]
    var spins = wrong + right
    var crossover = ClusterCrossover(problem)
    var coins = Philox(seed: 1, stream: 1).sequence()
    _ = crossover.improve(&spins, from: right + wrong, using: &coins)
    #expect(try problem.energy(of: spins) == -10)
  }
}
