import Foundation
import Ising
import Kernels
import Testing

@testable import Sampling

/// Mean spins and correlations of pairs against sums over all states, closed forms and transfer matrices.
@Suite struct MarginalTests {
  private func settings(_ temperatures: [Double], _ correlations: SamplerSettings.Correlations = .edges) -> SamplerSettings {
    var settings = SamplerSettings(temperatures: .list(temperatures))
    (settings.marginals, settings.correlations) = (true, correlations)
    return settings
  }

  /// `⟨s_i⟩` and `⟨s_i s_j⟩` over all states.
  private func exact(_ problem: IsingProblem, _ temperature: Double, _ pairs: [SpinPair], fixed: [Int: Int8] = [:]) throws
    -> (means: [Double], correlations: [Double])
  {
    var (sum, means) = (0.0, [Double](repeating: 0, count: problem.spinCount))
    var correlations = [Double](repeating: 0, count: pairs.count)
    for code in 0..<1 << problem.spinCount {
      let spins: [Int8] = (0..<problem.spinCount).map { code >> $0 & 1 == 1 ? -1 : 1 }
      guard fixed.allSatisfy({ spins[$0.key] == $0.value }) else { continue }
      let weight = exp(-(try problem.energy(of: spins)) / temperature)
      sum += weight
      for spin in means.indices { means[spin] += weight * Double(spins[spin]) }
      for (place, pair) in pairs.enumerated() { correlations[place] += weight * Double(spins[pair.first] * spins[pair.second]) }
    }
    return (means.map { $0 / sum }, correlations.map { $0 / sum })
  }

  @Test(arguments: [true, false], [SamplerSettings.Correlations.edges, .all, .none]) func sumsOverAllStates(
    _ isInteger: Bool, _ correlations: SamplerSettings.Correlations
  ) throws {
    // Not all pairs are coupled.
    let problem = isInteger ? try Problems.torus("torus:3x4") : try Problems.lattice([3, 4]) { sin(Double($0)) }
    var settings = settings([0.8, 1.5, 4], correlations)
    settings.fixed = [7: -1]
    let marginals = try #require(try sampled(problem, settings).marginals)
    #expect(marginals.pairs.count == (correlations == .all ? 66 : correlations == .none ? 0 : problem.couplingCount))
    for (index, temperature) in [0.8, 1.5, 4].enumerated() {
      let exact = try exact(problem, temperature, marginals.pairs, fixed: [7: -1])
      #expect(marginals.means[index][7] == Estimate(value: -1, error: 0))
      let found = marginals.means[index] + marginals.correlations[index]
      let deviations = zip(found, exact.means + exact.correlations).map { $0.deviation(from: $1) }
      #expect(deviations.allSatisfy { abs($0) < 4.5 }, "T = \(temperature): \(deviations)")
      let square = deviations.reduce(0) { $0 + $1 * $1 } / Double(deviations.count)
      // Of some dozens of numbers that depend on each other.
      #expect((0.2...3).contains(square), "T = \(temperature): mean square \(square)")
    }
  }

  /// A closed chain: `(tʳ + tᴺ⁻ʳ)/(1 + tᴺ)`, t = tanh(J/T), by transfer matrix.
  @Test func closedChain() throws {
    let (count, temperature) = (20, 1.3)
    let problem = try Problems.lattice([count])
    let pairs = (1..<count).map { SpinPair(0, $0) } + [SpinPair(17, 3)]
    let marginals = try #require(try sampled(problem, settings([temperature], .pairs(pairs))).marginals)
    #expect(marginals.pairs == pairs)
    let t = tanh(1 / temperature)
    for (pair, found) in zip(pairs, marginals.correlations[0]) {
      let distance = Double(abs(pair.first - pair.second))
      let exact = (pow(t, distance) + pow(t, Double(count) - distance)) / (1 + pow(t, Double(count)))
      #expect(found.agrees(with: exact, within: 4.5), "\(pair): \(found), \(exact)")
    }
    for mean in marginals.means[0] { #expect(mean.agrees(with: 0, within: 4.5)) }
  }

  /// ⟨s₀ s₁⟩ of ±J tori by transfer matrix, at T = 2, 1 and 0.5.
  @Test(arguments: [
    ("torus:6x6:0", [0.6085939, 0.9224548, 0.9980833]), ("torus:8x8:0", [0.2528860, -0.2503797, -0.4815195]),
    ("torus:8x8:1", [-0.3851102, -0.4268351, -0.4192812]),
  ]) func spinGlass(_ name: String, _ exact: [Double]) throws {
    let result = try sampled(try Problems.torus(name), settings(ExactValueTests.ladder))
    let marginals = try #require(result.marginals)
    let place = try #require(marginals.pairs.firstIndex(of: SpinPair(0, 1)))
    for (temperature, exact) in zip([2, 1, 0.5], exact) {
      let index = try #require(result.temperatures.firstIndex { $0.temperature == temperature })
      let found = marginals.correlations[index][place]
      #expect(found.agrees(with: exact), "T = \(temperature): \(found), \(exact)")
      // The squares of all are the overlap of links, but for their errors.
      let squares = marginals.correlations[index].map { $0.value * $0.value - $0.error * $0.error }
      let overlap = try #require(result.temperatures[index].linkOverlap)
      #expect(abs(squares.reduce(0, +) / Double(squares.count) - overlap.value) < 6 * overlap.error + 1e-3)
    }
  }

  /// Over seeds that nobody chose, squares of deviations add up to their number; with few ladders, whose time is cut, and with exchanges.
  @Test(arguments: [[], [ClusterMove.icm]]) func errorsAreThoseOfTheScatter(_ moves: [ClusterMove]) throws {
    let problem = try Problems.torus("torus:3x4")
    let pairs = SamplerSettings.Correlations.edges.pairs(in: problem)
    let exact = try exact(problem, 1.2, pairs)
    var (first, last): ([Double], [Double]) = ([], [])
    for seed: UInt64 in 1...32 {
      var settings = settings([1.2, 2, 4])
      (settings.seed, settings.chains, settings.rounds, settings.moves) = (seed, 8, 9, Set(moves))
      let found = try #require(try sampled(problem, settings).marginals).correlations[0]
      first.append(found[0].deviation(from: exact.correlations[0]))
      last.append(found[found.count - 1].deviation(from: exact.correlations[found.count - 1]))
    }
    for deviations in [first, last] {
      let squares = deviations.reduce(0) { $0 + $1 * $1 }
      #expect((11.9...66).contains(squares), "Σz² = \(squares)")
    }
  }

  @Test func timeIsCutIntoEqualParts() {
    for (measurements, columns, parts) in [
      (512, 64, 1), (512, 32, 1), (512, 8, 4), (125, 4, 25), (127, 4, 1), (1, 4, 1), (64, 1, 32),
    ] {
      #expect(MarginalRecord.parts(of: measurements, columns: columns) == parts)
    }
  }

  /// A run that goes on until something is reached has the marginals of the direct one.
  @Test func openRunsHaveThoseOfTheDirectOne() throws {
    let problem = try Problems.torus("torus:4x4:2")
    var settings = settings([0.8, 1.5, 3], .all)
    (settings.rounds, settings.chains, settings.goal) = (4, 8, SamplingGoal("energy:0.005"))
    let open = try sampled(problem, settings)
    #expect(open.settings.rounds > 4)
    (settings.rounds, settings.goal) = (open.settings.rounds, nil)
    #expect(try sampled(problem, settings).marginals == open.marginals)
  }

  /// All spins at once: correlations of a chain vanish that should not.
  @Test(arguments: [SlowKernel.Fault.none, .synchronousUpdate]) func synchronousUpdatesAreFound(_ fault: SlowKernel.Fault) throws
  {
    let problem = try Problems.lattice([12])
    var settings = settings([1.4])
    (settings.chains, settings.rounds) = (16, 11)
    let home = ReplicaHome(problem, fixed: [:])
    let kernel = SlowKernel(home.couplings, lanes: 16, seed: 1, fault: fault)
    let run = SamplingRun(
      problem, settings, kernel: kernel, firstLane: 0, ladder: TemperatureLadder(settings), chains: 0..<16)
    try run.advance(run.schedule.total)
    let gathered = try #require(try GatheredRun(run))
    let t = tanh(1 / 1.4)
    let exact = (t + pow(t, 11)) / (1 + pow(t, 12))
    let agree = try #require(gathered.marginals).correlations[0].allSatisfy { $0.agrees(with: exact, within: 4.5) }
    #expect(agree == (fault == .none))
  }

  @Test func pairsThatCannotBeAreRefused() throws {
    func refuses(_ change: (inout SamplerSettings) -> Void, _ word: String) throws {
      var settings = self.settings([1])
      change(&settings)
      #expect { _ = try Sampler(try Problems.lattice([4]), settings) } throws: { "\($0)".contains(word) }
    }
    try refuses({ $0.correlations = .pairs([SpinPair(0, 4)]) }, "spin 4")
    try refuses({ $0.correlations = .pairs([SpinPair(2, 2)]) }, "itself")
    try refuses({ $0.method = .population }, "--marginals")
    try refuses({ ($0.marginals, $0.correlations) = (false, .all) }, "ask for marginals")
    var settings = self.settings([1], .all)
    #expect { _ = try Sampler(try Problems.torus("torus:100x100"), settings) } throws: { "\($0)".contains("4096") }
    (settings.spread, settings.chains) = (.spins, 4)
    #expect { try Sampler(try Problems.lattice([4]), settings).check(ranks: 2) } throws: { "\($0)".contains("--spread replicas") }
  }
}
