import TestTools
import Testing

@testable import Ising

@Suite struct CommunityTests {
  /// Two triangles joined by one edge.
  private let triangles = WeightedGraph(
    uncheckedVertexCount: 6, sources: [0, 1, 2, 3, 4, 5, 2], targets: [1, 2, 0, 4, 5, 3, 3],
    weights: [1, 1, 1, 1, 1, 1, 1])

  /// The ground state by trying all.
  private func exact(_ problem: IsingProblem, _ start: [Int8]) throws -> [Int8] {
    try states(problem.spinCount).min { try problem.energy(of: $0) < problem.energy(of: $1) } ?? start
  }

  /// `1/2m Σ_ij (A_ij − k_i k_j/2m) δ(c_i, c_j)`.
  private func definition(_ graph: WeightedGraph, loops: [Double], _ communities: [Int]) -> Double {
    let count = graph.vertexCount
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for edge in graph.weights.indices {
      matrix[Int(graph.sources[edge])][Int(graph.targets[edge])] = graph.weights[edge]
      matrix[Int(graph.targets[edge])][Int(graph.sources[edge])] = graph.weights[edge]
    }
    for (vertex, loop) in loops.enumerated() { matrix[vertex][vertex] = 2 * loop }
    let degrees = matrix.map { $0.reduce(0, +) }
    let total = degrees.reduce(0, +)
    var sum = 0.0
    for i in 0..<count {
      for j in 0..<count where communities[i] == communities[j] { sum += matrix[i][j] - degrees[i] * degrees[j] / total }
    }
    return sum / total
  }

  @Test(arguments: [[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0]]) func modularity(communities: [Int]) throws {
    let loops = [0, 1.5, 0, 0, 0, 2]
    let graph = try CommunityGraph(triangles, loops: loops)
    let found = graph.modularity(of: Communities(communities))
    expectClose(found, definition(triangles, loops: loops, communities), absolute: 1e-12)
  }

  @Test func trianglesAreFound() throws {
    let graph = try CommunityGraph(triangles)
    let found = try CommunityDetection(graph).run(solve: exact)
    #expect(found.numbers == [0, 0, 0, 1, 1, 1])
    expectClose(graph.modularity(of: found), 5.0 / 14, absolute: 1e-12)
  }

  @Test func gainsAreThoseOfTheModularity() throws {
    let graph = try CommunityGraph(triangles)
    let detection = try CommunityDetection(graph)
    let problem = try detection.bisection(of: Array(0..<6))
    #expect(problem.isInteger)
    let whole = try problem.energy(of: [1, 1, 1, 1, 1, 1])
    for spins in states(6) {
      let fall = try whole - problem.energy(of: spins)
      let modularity = graph.modularity(of: Communities(spins.map { Int($0) }))
      expectClose(detection.gain(ofEnergyFall: fall), modularity, absolute: 1e-12)
    }
  }

  /// Two bisections cannot divide three cliques well when the first one cuts through the middle; exchange between pairs mends it.
  @Test func exchangeMendsABadBisection() throws {
    var (sources, targets) = ([Int32](), [Int32]())
    for clique in 0..<3 {
      for i in 0..<4 {
        sources += (0..<i).map { _ in Int32(4 * clique + i) }
        targets += (0..<i).map { Int32(4 * clique + $0) }
      }
    }
    sources += [3, 7]
    targets += [4, 8]
    let graph = try CommunityGraph(
      WeightedGraph(vertexCount: 12, sources: sources, targets: targets, weights: sources.map { _ in 1 }))
    var isFirst = true
    let found = try CommunityDetection(graph).run(solve: { problem, start in
      defer { isFirst = false }
      return isFirst ? (0..<12).map { $0 < 6 ? 1 : -1 } : try exact(problem, start)
    })
    #expect(found == Communities((0..<12).map { $0 / 4 }))
  }

  @Test(arguments: 1...6) func anyBeginningEndsWell(count: Int) throws {
    let detection = try CommunityDetection(CommunityGraph(triangles))
    let start = detection.randomDivision(count: count, seed: 7)
    #expect(start.numbers.count == 6)
    #expect(start.count <= count)
    #expect(start == detection.randomDivision(count: count, seed: 7))
    #expect(try detection.run(from: start, solve: exact).numbers == [0, 0, 0, 1, 1, 1])
    #expect(throws: ProblemError("a division of 2 vertices for 6")) {
      try detection.run(from: Communities([0, 1]), solve: exact)
    }
  }

  @Test func aLimitIsKept() throws {
    let graph = try CommunityGraph(triangles)
    #expect(try CommunityDetection(graph, limit: 1).run(solve: exact).count == 1)
    #expect(throws: ProblemError.self) { try CommunityDetection(graph, limit: 0) }
    #expect(throws: ProblemError.self) { try CommunityDetection(graph, resolution: -1) }
  }

  @Test func stoppingKeepsWhatIsFound() throws {
    let graph = try CommunityGraph(triangles)
    #expect(try CommunityDetection(graph).run(solve: exact, shouldStop: { true }).count == 1)
  }

  @Test func similarityIsThatOfNeighbourhoods() throws {
    let similarity = try CommunityGraph(triangles).similarity()
    // Γ_0 = {0 1 2}, Γ_1 = {0 1 2}, Γ_2 = {0 1 2 3}, Γ_3 = {2 3 4 5}.
    #expect(similarity.rows.weight(0, 1) == 1)
    #expect(similarity.rows.weight(0, 2) == 3 / 12.0.squareRoot())
    #expect(similarity.rows.weight(2, 3) == 0.5)
    #expect(similarity.rows.weight(0, 3) == 1 / 12.0.squareRoot())
    #expect(similarity.rows.weight(0, 4) == nil)
    let found = try CommunityDetection(similarity).run(solve: exact)
    #expect(found.numbers == [0, 0, 0, 1, 1, 1])
  }

  @Test func impossibleGraphsAreRefused() throws {
    let empty = try WeightedGraph(vertexCount: 3, sources: [], targets: [], weights: [])
    #expect(throws: ProblemError.self) { try CommunityGraph(empty) }
    let negative = try WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [-1])
    #expect(throws: ProblemError.self) { try CommunityGraph(negative) }
  }

  @Test func normalizedMutualInformation() throws {
    let a = Communities([0, 0, 1, 1])
    #expect(a.count == 2)
    #expect(a == Communities([5, 5, -2, -2]))
    #expect(try a.normalizedMutualInformation(with: Communities([1, 1, 0, 0])) == 1)
    #expect(try a.normalizedMutualInformation(with: Communities([0, 1, 0, 1])) == 0)
    // H(a) = ln 2, H(b) = 1.5 ln 2, I = ln 2.
    expectClose(try a.normalizedMutualInformation(with: Communities([0, 0, 1, 2])), 0.8, absolute: 1e-12)
    #expect(try a.normalizedMutualInformation(with: Communities([0, 0, 0, 0])) == 0)
    #expect(try Communities([0, 0]).normalizedMutualInformation(with: Communities([1, 1])) == 1)
    #expect(throws: ProblemError.self) { try a.normalizedMutualInformation(with: Communities([0])) }
  }
}
