import Foundation
import Ising
import Kernels
import Testing

@testable import Sampling

/// Moves of clusters leave the Boltzmann distribution as it is, and faulty ones do not.
@Suite struct ClusterMoveTests {
  /// Replicas with states that are drawn from the exact distribution, one chain each, and a move of clusters.
  private struct Bath {
    let probabilities: [Double]
    let kernel: any ReplicaKernel
    let tempering: Tempering
    let spins: Int

    init(_ problem: IsingProblem, _ settings: SamplerSettings, inverseTemperature: Double, chains: Int, seed: UInt64) throws {
      spins = problem.spinCount
      let states = (0..<1 << spins).map { code in (0..<problem.spinCount).map { code >> $0 & 1 == 1 ? Int8(-1) : 1 } }
      let weights = try states.map { state in
        settings.fixed.allSatisfy { state[$0.key] == $0.value } ? exp(-inverseTemperature * (try problem.energy(of: state))) : 0
      }
      let sum = weights.reduce(0, +)
      probabilities = weights.map { $0 / sum }
      let home = ReplicaHome(problem, fixed: settings.fixed)
      (kernel, _) = try home.kernel(chains: 0..<chains, temperatures: 1, seed: seed)
      tempering = Tempering(chains: 0..<chains, temperatureCount: 1, seed: seed)
      var normal = NormalNumbers(seed: seed)
      for lane in 0..<chains {
        var (code, left) = (0, normal.uniform())
        while code < states.count - 1, left > probabilities[code] || probabilities[code] == 0 {
          left -= probabilities[code]
          code += 1
        }
        kernel.states.set(lane: lane, to: states[code])
      }
      kernel.restart()
    }

    func code(_ lane: Int) -> Int {
      kernel.states.spins(lane: lane).enumerated().reduce(0) {
        $0 | ($1.element < 0 ? 1 << kernel.states.layout.own[$1.offset] : 0)
      }
    }

    /// χ² of the states of single chains.
    func deviation() -> Double { Self.deviation(tempering.chains.map { code($0) }, probabilities) }

    /// The greater one of the χ² of the states of pairs and of the numbers of spins in which they differ.
    func deviationOfPairs() -> Double {
      let (count, codes) = (probabilities.count, tempering.chains.map { code($0) })
      let pairs = (0..<codes.count / 2).map { (codes[2 * $0], codes[2 * $0 + 1]) }
      var (joint, distances) = ([Double](repeating: 0, count: count * count), [Double](repeating: 0, count: spins + 1))
      for one in 0..<count {
        for other in 0..<count {
          joint[one * count + other] = probabilities[one] * probabilities[other]
          distances[(one ^ other).nonzeroBitCount] += joint[one * count + other]
        }
      }
      return max(
        Self.deviation(pairs.map { $0 * count + $1 }, joint), Self.deviation(pairs.map { ($0 ^ $1).nonzeroBitCount }, distances))
    }

    /// χ² over its number of degrees, in deviations.
    private static func deviation(_ draws: [Int], _ probabilities: [Double]) -> Double {
      var found = [Double](repeating: 0, count: probabilities.count)
      for draw in draws { found[draw] += 1 }
      var (sum, degrees) = (0.0, -1.0)
      // What is expected less than 5 times counts as one.
      var (rest, expectedRest) = (0.0, 0.0)
      for (place, number) in found.enumerated() {
        let expected = Double(draws.count) * probabilities[place]
        guard expected >= 5 else {
          (rest, expectedRest) = (rest + number, expectedRest + expected)
          continue
        }
        sum += (number - expected) * (number - expected) / expected
        degrees += 1
      }
      if expectedRest > 0 {
        sum += (rest - expectedRest) * (rest - expectedRest) / max(expectedRest, 1)
        degrees += 1
      }
      return (sum - degrees) / (2 * degrees).squareRoot()
    }

    func run(_ moves: ClusterMoves?, inverseTemperature: Double, times: Int = 6) {
      for sweep in 0..<times { moves?.run(tempering, inverseTemperatures: [inverseTemperature], sweep: UInt32(sweep)) }
    }

    /// Houdayer's move with a fault: the other replica keeps its spins.
    func turnOneOfTwo(_ home: ReplicaHome) {
      let rows = PackedStates(bits: kernel.states.ownCount, rows: kernel.states.bitCount)
      kernel.states.unpackSpins(into: rows)
      let clusters = ReplicaClusters(home.couplings, states: kernel.states)
      for pair in 0..<tempering.chains.count / 2 {
        let size = clusters.overlapCluster(
          rows, 2 * pair, 2 * pair + 1, agree: false, choice: Double(pair % 97) / 97, greatest: spins / 2)
        if let size { kernel.flip(first: size, of: clusters.members, lane: 2 * pair) }
      }
    }

    /// Whether the kernel's energies are those of its states.
    func energiesAreRight(_ problem: IsingProblem) throws -> Bool {
      var energies = [Int64](repeating: 0, count: kernel.states.laneCount)
      try kernel.addEnergies(to: &energies)
      return try (0..<100).allSatisfy { lane in
        var state = [Int8](repeating: 1, count: spins)
        for (place, spin) in kernel.states.layout.own.enumerated() { state[spin] = kernel.states.spins(lane: lane)[place] }
        return abs(problem.offset + Double(energies[lane]) * kernel.energyUnit - (try problem.energy(of: state))) < 1e-5
      }
    }
  }

  private func settings(_ moves: Set<ClusterMove>, fixed: [Int: Int8] = [:]) -> SamplerSettings {
    var settings = SamplerSettings(temperatures: .list([1]))
    (settings.moves, settings.fixed, settings.seed) = (moves, fixed, 5)
    return settings
  }

  /// A ferromagnet whose spins were renamed, with fields that favour one of its ground states.
  private func ferromagnet(isInteger: Bool, fields: Bool) throws -> IsingProblem {
    var normal = NormalNumbers(seed: 8)
    let signs = (0..<7).map { _ in normal.next() > 0 ? 1.0 : -1 }
    var (sources, targets, weights): ([Int32], [Int32], [Double]) = ([], [], [])
    for i in 0..<7 {
      for j in 0..<i where (i + j) % 3 != 0 {
        (sources, targets) = (sources + [Int32(i)], targets + [Int32(j)])
        weights.append(signs[i] * signs[j] * (isInteger ? 1 : abs(normal.next())))
      }
    }
    let ownFields = signs.map { fields ? $0 * (isInteger ? 1 : abs(normal.next()) / 2) : 0 }
    return try IsingProblem(
      graph: WeightedGraph(vertexCount: 7, sources: sources, targets: targets, weights: weights), fields: ownFields, offset: 0.3)
  }

  @Test(arguments: [true, false], [0, 1, 2]) func wolffKeepsTheDistribution(_ isInteger: Bool, _ kind: Int) throws {
    let problem = try ferromagnet(isInteger: isInteger, fields: kind == 1)
    #expect(Frustration.find(in: problem) == nil)
    let settings = settings([.wolff], fixed: kind == 2 ? [1: -1, 5: 1] : [:])
    func deviation(_ factor: Double) throws -> Double {
      let bath = try Bath(problem, settings, inverseTemperature: 0.2, chains: 20000, seed: 3)
      let home = ReplicaHome(problem, fixed: settings.fixed)
      bath.run(ClusterMoves(home, settings, kernel: bath.kernel, firstLane: 0), inverseTemperature: 0.2 * factor)
      #expect(try bath.energiesAreRight(problem))
      return bath.deviation()
    }
    let right = try deviation(1)
    #expect(right < 4, "χ² is \(right) deviations off")
    // At another temperature than the states.
    let wrong = try deviation(0.5)
    #expect(wrong > 8, "χ² is \(wrong) deviations off")
  }

  @Test(arguments: [true, false], [true, false]) func houdayerKeepsTheDistributionOfPairs(
    _ isInteger: Bool, _ fields: Bool
  ) throws {
    var normal = NormalNumbers(seed: 12)
    // Two pieces, so that there often is more than one cluster.
    let problem = try IsingProblem(
      graph: WeightedGraph(
        vertexCount: 5, sources: [0, 1, 3], targets: [1, 2, 4],
        weights: (0..<3).map { $0 % 2 == 0 || !isInteger ? (isInteger ? 1 : 2 * normal.next()) : -1 }),
      fields: (0..<5).map { _ in fields ? (isInteger ? 1 : normal.next() / 2) : 0 })
    let settings = settings([.icm])
    func deviation(turnsBoth: Bool) throws -> (Double, moved: Bool) {
      let bath = try Bath(problem, settings, inverseTemperature: 1, chains: 40000, seed: 4)
      let home = ReplicaHome(problem, fixed: [:])
      let before = (0..<2000).map { bath.code($0) }
      if turnsBoth {
        bath.run(ClusterMoves(home, settings, kernel: bath.kernel, firstLane: 0), inverseTemperature: 1)
      } else {
        bath.turnOneOfTwo(home)
      }
      #expect(try bath.energiesAreRight(problem))
      return (bath.deviationOfPairs(), before != (0..<2000).map { bath.code($0) })
    }
    let right = try deviation(turnsBoth: true)
    #expect(right.0 < 4 && right.moved, "χ² is \(right.0) deviations off")
    let wrong = try deviation(turnsBoth: false)
    #expect(wrong.0 > 8, "χ² is \(wrong.0) deviations off")
  }

  @Test func frustrationIsFound() throws {
    #expect(Frustration.find(in: try Problems.lattice([4, 4])) == nil)
    #expect(Frustration.find(in: try Problems.torus("torus:6x6")) != nil)
    // A chain with fields that it cannot both satisfy.
    let graph = try WeightedGraph(vertexCount: 3, sources: [0, 1], targets: [1, 2], weights: [1, 1])
    #expect(Frustration.find(in: try IsingProblem(graph: graph, fields: [1, 0, -1])) != nil)
    #expect(Frustration.find(in: try IsingProblem(graph: graph, fields: [1, 0, 1])) == nil)
    #expect(Frustration.find(in: try IsingProblem(graph: graph, fields: [0, 0, 0])) == nil)
    var settings = SamplerSettings(temperatures: .list([1]))
    settings.moves = [.wolff]
    #expect { _ = try Sampler(try Problems.torus("torus:6x6"), settings) } throws: { "\($0)".contains("frustrated") }
    (settings.moves, settings.chains) = ([.icm], 6)
    #expect { _ = try Sampler(try Problems.torus("torus:6x6"), settings) } throws: { "\($0)".contains("multiple of 4") }
  }

  /// Kaufman's values at the critical temperature, where sweeps alone are slow.
  @Test func wolffAtTheCriticalPoint() throws {
    var settings = SamplerSettings(temperatures: .list([2.269185]))
    (settings.moves, settings.chains, settings.rounds) = ([.wolff], 16, 12)
    let problem = try Problems.lattice([32, 32])
    let found = try sampled(problem, settings).temperatures[0]
    #expect(found.energy.agrees(with: -1.4336585 * 1024), "\(found.energy)")
    #expect(found.specificHeat.agrees(with: 1.84677 * 1024), "\(found.specificHeat)")
    settings.moves = []
    let plain = try sampled(problem, settings).temperatures[0]
    #expect(found.magnetisationTime < plain.magnetisationTime / 2)
  }

  @Test(arguments: ExactValueTests.tori.indices) func houdayerOnSpinGlasses(_ place: Int) throws {
    let torus = ExactValueTests.tori[place]
    var settings = SamplerSettings(temperatures: .list(ExactValueTests.ladder))
    (settings.moves, settings.freeEnergy) = ([.icm], true)
    let result = try sampled(try Problems.torus(torus.name), settings)
    try ExactValueTests.expect(result, agreesWith: torus.rows)
    #expect(result.chains % 4 == 0 && result.verdict.isConverged, "\(result.verdict.reasons)")
  }

  /// A run makes them: its states are others.
  @Test func houdayerMovesAreMade() throws {
    let problem = try Problems.torus("torus:6x6:0")
    var settings = SamplerSettings(temperatures: .list([0.5, 0.8, 1.2, 2]))
    (settings.chains, settings.rounds, settings.samples) = (8, 6, 64)
    let plain = try sampled(problem, settings)
    settings.moves = [.icm]
    let moved = try sampled(problem, settings)
    #expect(moved.samples.kept != plain.samples.kept)
    #expect(try sampled(problem, settings).samples.kept == moved.samples.kept)
  }

  /// Errors of chains that exchange spins are those of the scatter over seeds.
  @Test func errorsOfCoupledChains() throws {
    let problem = try Problems.torus("torus:6x6:0")
    let exact = ExactValueTests.tori[0].rows[1]
    var deviations = [[Double]](repeating: [], count: 3)
    for seed: UInt64 in 1...32 {
      var settings = SamplerSettings(temperatures: .list([1, 1.3, 1.7, 2.4]))
      (settings.seed, settings.moves, settings.chains, settings.rounds) = (seed, [.icm], 16, 9)
      let found = try sampled(problem, settings).temperatures[0]
      for (column, estimate) in [(0, found.energy), (1, found.overlapSquare!), (2, found.linkOverlap!)] {
        deviations[column].append(estimate.deviation(from: exact[[1, 4, 5][column]]))
      }
    }
    for (column, numbers) in deviations.enumerated() {
      let squares = numbers.reduce(0) { $0 + $1 * $1 }
      #expect((11.9...62.5).contains(squares), "column \(column): Σz² = \(squares)")
    }
  }
}
