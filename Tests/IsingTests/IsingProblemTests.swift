import Testing

@testable import Ising

@Suite struct IsingProblemTests {
  /// Every state of `count` spins.
  private func states(_ count: Int) -> [[Int8]] {
    (0..<1 << count).map { bits in (0..<count).map { bits >> $0 & 1 == 1 ? 1 : -1 } }
  }

  private func triangle(_ weights: [Double], fields: [Double] = [], offset: Double = 0) throws -> IsingProblem {
    try IsingProblem(
      graph: WeightedGraph(vertexCount: 3, sources: [2, 0, 1], targets: [0, 1, 2], weights: weights), fields: fields,
      offset: offset)
  }

  @Test func rowsAreSortedAndSymmetric() throws {
    let problem = try IsingProblem(
      graph: WeightedGraph(vertexCount: 5, sources: [4, 2, 0, 3], targets: [0, 4, 2, 4], weights: [1, 2, 3, 4]))
    #expect(problem.rowStarts == [0, 2, 2, 4, 5, 8])
    #expect(problem.neighbours == [2, 4, 0, 4, 4, 0, 2, 3])
    #expect(problem.couplings == [3, 1, 3, 2, 4, 1, 2, 4])
    #expect(problem.couplingCount == 4)
    #expect(problem.density == 0.4)
  }

  @Test(arguments: [0.0, 0.25]) func energyIsItsDefinition(fraction: Double) throws {
    let weights = [3.0 + fraction, -2, 5]
    let fields = [1, -4 + fraction, 0.0]
    let problem = try triangle(weights, fields: fields, offset: -7)
    #expect(problem.isInteger == (fraction == 0))
    for s in states(3) {
      let spins = s.map(Double.init)
      let pairs = weights[0] * spins[2] * spins[0] + weights[1] * spins[0] * spins[1] + weights[2] * spins[1] * spins[2]
      let inField = fields[0] * spins[0] + fields[1] * spins[1]
      #expect(try problem.energy(of: s) == -7 - pairs - inField)
    }
  }

  @Test func integersBeyondDoublesAddExactly() throws {
    let great = 0x1p53
    let problem = try triangle([great, great, 1], fields: [0, 0, 0])
    #expect(try problem.integerEnergy(of: [1, 1, 1]) == -(1 << 54) - 1)
  }

  @Test func overflowIsAnError() throws {
    let count = 2100
    let problem = try IsingProblem(
      graph: WeightedGraph(
        vertexCount: count, sources: (1..<Int32(count)).map { $0 }, targets: [Int32](repeating: 0, count: count - 1),
        weights: [Double](repeating: 0x1p53, count: count - 1)))
    #expect(throws: ProblemError("the energy overflows 64-bit integers; scale the couplings down")) {
      try problem.energy(of: [Int8](repeating: 1, count: count))
    }
  }

  @Test func rootMeanSquareFieldCountsFields() throws {
    let problem = try triangle([2, 2, 2], fields: [1, 1, 1])
    #expect(problem.rootMeanSquareField == 3)
  }

  @Test func statesAreChecked() throws {
    let problem = try triangle([1, 1, 1])
    #expect(throws: ProblemError("a state of 2 spins for a problem of 3")) { try problem.energy(of: [1, 1]) }
    #expect(throws: ProblemError("spin 1 of a state is 0, expected -1 or 1")) { try problem.energy(of: [1, 0, 1]) }
  }

  @Test func impossibleGraphsAreRefused() {
    func message(_ sources: [Int32], _ targets: [Int32], _ weights: [Double], vertices: Int = 3) -> String {
      do {
        _ = try WeightedGraph(vertexCount: vertices, sources: sources, targets: targets, weights: weights)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message([0], [3], [1]) == "edge 0: vertex 3 is out of range, expected 0 to 2")
    #expect(message([0, -1], [1, 2], [1, 1]) == "edge 1: vertex -1 is out of range, expected 0 to 2")
    #expect(message([1], [1], [1]) == "edge 0: joins vertex 1 to itself")
    #expect(message([0, 1, 1], [1, 2, 0], [1, 1, 1]) == "edge 2: joins the same vertices as edge 0")
    #expect(message([0], [1], [.nan]) == "edge 0: weight nan, expected a finite number")
    #expect(message([], [], [], vertices: 0) == "a graph of 0 vertices, expected 1 to 2147483647")
    #expect(message([0], [1], []) == "1 sources, 1 targets and 0 weights, expected as many of each")
  }

  @Test func fieldsAreChecked() throws {
    #expect(throws: ProblemError("2 fields for 3 spins, expected one a spin")) { try triangle([1, 1, 1], fields: [1, 2]) }
    #expect(throws: ProblemError("the field of spin 2 is inf, expected a finite number")) {
      try triangle([1, 1, 1], fields: [1, 2, .infinity])
    }
  }
}
