import Foundation
import TestTools
import Testing

@testable import Ising

@Suite struct HardwareGraphTests {
  private func degrees(_ graph: WeightedGraph) -> [Int] {
    let rows = AdjacencyRows(graph)
    return (0..<graph.vertexCount).map { rows.starts[$0 + 1] - rows.starts[$0] }
  }

  /// A whole chip: its spins that have couplers, its couplers, the greatest degree, and a sum over its couplers' numbers.
  struct Chip: Sendable {
    var graph: HardwareGraph
    var spins: Int
    var couplers: Int
    var degree: Int
    var checksum: Int
  }

  /// What dwave-networkx 0.8 makes.
  @Test(arguments: [
    Chip(graph: .chimera(size: 16), spins: 2048, couplers: 6016, degree: 6, checksum: 144_692_864),
    Chip(graph: .chimera(size: 3), spins: 72, couplers: 192, degree: 6, checksum: 1_849_103_552),
    Chip(graph: .pegasus(size: 16), spins: 5640, couplers: 40484, degree: 15, checksum: 1_098_164_452),
    Chip(graph: .pegasus(size: 2), spins: 40, couplers: 164, degree: 13, checksum: 2_116_045_492),
    Chip(graph: .zephyr(size: 15), spins: 7440, couplers: 71736, degree: 20, checksum: 276_013_144),
    Chip(graph: .zephyr(size: 1), spins: 48, couplers: 280, degree: 17, checksum: 1_348_594_488),
  ])
  func chipsAreThoseOfTheirMakersTools(chip: Chip) throws {
    let graph = try chip.graph.graph()
    // No coupler twice, none from a spin to itself.
    _ = try WeightedGraph(
      vertexCount: graph.vertexCount, sources: graph.sources, targets: graph.targets, weights: graph.weights)
    #expect(degrees(graph).count { $0 > 0 } == chip.spins)
    #expect(graph.edgeCount == chip.couplers)
    #expect(degrees(graph).max() == chip.degree)
    let checksum = zip(graph.sources, graph.targets).reduce(0) { sum, ends in
      sum + Int(min(ends.0, ends.1)) * 1_000_003 + Int(max(ends.0, ends.1)) * 7
    }
    #expect(checksum % (1 << 31) == chip.checksum)
  }

  @Test func sizesAreChecked() {
    #expect(throws: ProblemError("a chip of size 0, expected 1 to 64")) { try HardwareGraph.chimera(size: 0).graph() }
    #expect(throws: ProblemError("a chip of size 1, expected 2 to 64")) { try HardwareGraph.pegasus(size: 1).graph() }
    #expect(throws: ProblemError("cells of sides of 0 spins, expected 1 to 16")) {
      try HardwareGraph.zephyr(size: 1, side: 0).graph()
    }
  }
}

@Suite struct EmbeddingTests {
  /// All pairs of `count` spins, with couplings and fields of no symmetry.
  private func complete(_ count: Int) throws -> IsingProblem {
    try IsingProblem.complete(spinCount: count, fields: (0..<count).map { Double($0) - 1.5 }, offset: 3) {
      Double(($0 * 7 + $1 * 3) % 5) - 2.5
    }
  }

  @Test(arguments: [HardwareGraph.chimera(size: 4), .pegasus(size: 3), .zephyr(size: 2)])
  func completeGraphsAreEmbedded(chip: HardwareGraph) throws {
    let hardware = try chip.graph()
    // The initialiser checks chains, overlaps and couplers.
    let embedding = try EmbeddingSearch.embedding(of: complete(9), on: hardware, seed: 1)
    #expect(embedding.chains.count == 9)
    #expect(embedding.usedSpinCount >= 9)
    #expect(try embedding == EmbeddingSearch.embedding(of: complete(9), on: hardware, seed: 1))
  }

  @Test func aGraphOfTheChipItselfFits() throws {
    let hardware = try HardwareGraph.chimera(size: 3).graph()
    let problem = try IsingProblem(graph: try HardwareGraph.chimera(size: 2).graph())
    _ = try EmbeddingSearch.embedding(of: problem, on: hardware, seed: 3)
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let hardware = try HardwareGraph.chimera(size: 1).graph()
    #expect(throws: ProblemError("9 spins on a chip of 8, expected at most as many as it has")) {
      try EmbeddingSearch.embedding(of: complete(9), on: hardware, seed: 1)
    }
    // A cell of Chimera holds the complete graph of five spins at most.
    #expect(throws: ProblemError.self) { try EmbeddingSearch.embedding(of: complete(6), on: hardware, seed: 1, attempts: 1) }
  }

  @Test func unbrokenChainsHaveTheLogicalEnergy() throws {
    let hardware = try HardwareGraph.chimera(size: 3).graph()
    let logical = try complete(7)
    let embedded = try EmbeddedProblem(
      logical, embedding: EmbeddingSearch.embedding(of: logical, on: hardware, seed: 2), on: hardware)
    for spins in states(7) {
      let state = embedded.embed(spins)
      #expect(embedded.unembed(state) == spins)
      #expect(embedded.chainBreakFraction(state) == 0)
      let difference = try embedded.problem.energy(of: state) - embedded.chainEnergy - logical.energy(of: spins)
      #expect(abs(difference) < 1e-9)
    }
  }

  @Test func brokenChainsVote() throws {
    // One spin as a chain of three, and one beside it.
    let hardware = try WeightedGraph(vertexCount: 4, sources: [0, 1, 2], targets: [1, 2, 3], weights: [1, 1, 1])
    let logical = try IsingProblem(graph: WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [-1]))
    let embedding = try MinorEmbedding(chains: [[0, 1, 2], [3]], of: logical, on: hardware)
    let embedded = try EmbeddedProblem(logical, embedding: embedding, on: hardware, chainStrength: 2)
    #expect(embedded.unembed([1, -1, -1, 1]) == [-1, 1])
    #expect(embedded.chainBreakFraction([1, -1, -1, 1]) == 0.5)
    #expect(embedded.chainEnergy == -4)
    #expect(embedding.longestChain == 3)
  }

  @Test func impossibleChainsAreRefused() throws {
    let hardware = try WeightedGraph(vertexCount: 4, sources: [0, 1, 2], targets: [1, 2, 3], weights: [1, 1, 1])
    let logical = try IsingProblem(graph: WeightedGraph(vertexCount: 2, sources: [0], targets: [1], weights: [-1]))
    func message(_ chains: [[Int32]]) -> String {
      do {
        _ = try MinorEmbedding(chains: chains, of: logical, on: hardware)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message([[0], [1]]) == "accepted")
    #expect(message([[0]]) == "1 chains for 2 spins, expected one each")
    #expect(message([[0], [2]]) == "no coupler joins the chains of spins 0 and 1, expected one or more")
    #expect(message([[0, 2], [1]]) == "the chain of spin 0 is not connected, expected it to be")
    #expect(message([[0, 1], [1]]) == "the chains of spins 0 and 1 share 1, expected none to")
    #expect(message([[0], [4]]) == "the chain of spin 1 has 4, expected 0 to 3")
    #expect(message([[0], []]) == "the chain of spin 1 is not connected, expected it to be")
  }
}

@Suite struct DeviceTests {
  private func problem(_ couplings: [Double], fields: [Double]) throws -> IsingProblem {
    try IsingProblem(
      graph: WeightedGraph(vertexCount: 3, sources: [0, 1, 2], targets: [1, 2, 0], weights: couplings), fields: fields)
  }

  /// The couplings of the pairs 01, 12, 20 and the fields.
  private func values(_ problem: IsingProblem) -> [Double] {
    // Rows 0: 1 2, 1: 0 2, 2: 0 1.
    #expect(problem.couplings[0] == problem.couplings[2])
    #expect(problem.couplings[1] == problem.couplings[4])
    #expect(problem.couplings[3] == problem.couplings[5])
    return [problem.couplings[0], problem.couplings[3], problem.couplings[1]] + problem.fields
  }

  @Test func anIdealDeviceChangesNothing() throws {
    let asked = try problem([1, -2, 3], fields: [0.5, 0, -1])
    #expect(try DeviceCouplings().applied(to: asked) == asked)
  }

  @Test func rangeCutsOffOrScales() throws {
    let asked = try problem([0.5, -2, 3], fields: [8, 0, -1])
    var device = DeviceCouplings()
    device.range = .init(coupling: 1, field: 4)
    #expect(values(try device.applied(to: asked)) == [0.5, -1, 1, 4, 0, -1])
    device.scalesToRange = true
    #expect(values(try device.applied(to: asked)) == [0.5 / 3, -2.0 / 3, 1, 8.0 / 3, 0, -1.0 / 3])
  }

  @Test func bitsGiveEvenSteps() throws {
    var device = DeviceCouplings()
    device.bits = 2
    // Levels −3, −1, 1, 3.
    #expect(values(try device.applied(to: problem([3, -1.9, 0.2], fields: [0, 3, -2.1]))) == [3, -1, 1, 0, 3, -3])
    device.bits = 1
    #expect(values(try device.applied(to: problem([3, -1.9, 0.2], fields: [0, 0, 0]))) == [3, -3, 3, 0, 0, 0])
  }

  @Test func mismatchIsOfTheDevice() throws {
    let asked = try SyntheticProblem.dense(spins: 100).problem(seed: 1)
    var device = DeviceCouplings()
    device.mismatch = 0.1
    device.device = 1
    let first = try device.applied(to: asked)
    #expect(try device.applied(to: asked) == first)
    device.device = 2
    #expect(try device.applied(to: asked) != first)
    let errors = zip(first.couplings, asked.couplings).map { $0 / $1 - 1 }
    let deviation = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    // 4,950 draws: five deviations of the estimate are 0.1 · 5/√9900.
    expectClose(deviation, 0.1, relative: 0.051)
    for spin in 0..<100 {
      for entry in first.row(spin) {
        let other = Int(first.neighbours[entry])
        let mirrored = first.row(other).first { Int(first.neighbours[$0]) == spin }
        #expect(mirrored.map { first.couplings[$0] } == first.couplings[entry])
      }
    }
  }

  @Test func settingsAreChecked() {
    var device = DeviceCouplings()
    device.bits = 0
    #expect(throws: ProblemError("couplings of 0 bits, expected 1 to 32")) { try device.validate() }
    device.bits = nil
    device.mismatch = -1
    #expect(throws: ProblemError.self) { try device.validate() }
    device.mismatch = 0
    device.range = .init(coupling: 0, field: 1)
    #expect(throws: ProblemError.self) { try device.validate() }
  }

  @Test func estimateIsPowerTimesTime() throws {
    let estimate = try DeviceEstimate(power: 12e-3, settlingTime: 3e-6)
    expectClose(estimate.energy(samples: 1), 0.036e-6, absolute: 1e-18)
    expectClose(estimate.time(samples: 10), 30e-6, absolute: 1e-15)
    #expect(throws: ProblemError.self) { try DeviceEstimate(power: 0, settlingTime: 1) }
  }
}
