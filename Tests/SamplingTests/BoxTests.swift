import Foundation
import Ising
import Kernels
import Testing

@testable import Sampling

/// Amplitudes in [−1, 1] against integrals.
@Suite struct BoxTests {
  /// Averages of a chain of amplitudes by integrals over one after the other.
  struct Quadrature {
    /// Nodes and weights of Gauss & Legendre on [−1, 1].
    private static let rule: (nodes: [Double], weights: [Double]) = {
      let count = 48
      var (nodes, weights): ([Double], [Double]) = ([], [])
      for index in 0..<count {
        var x = cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
        var slope = 1.0
        for _ in 0..<100 {
          var (last, value) = (0.0, 1.0)
          for degree in 1...count {
            let next = (Double(2 * degree - 1) * x * value - Double(degree - 1) * last) / Double(degree)
            (last, value) = (value, next)
          }
          slope = Double(count) * (x * value - last) / (x * x - 1)
          x -= value / slope
        }
        nodes.append(x)
        weights.append(2 / ((1 - x * x) * slope * slope))
      }
      return (nodes, weights)
    }()

    var logZ = 0.0
    var means: [Double] = []
    var squares: [Double] = []
    /// Of neighbours.
    var correlations: [Double] = []
    var energy = 0.0

    /// An open chain.
    init(couplings: [Double], fields: [Double], stiffness: Double, temperature: Double) {
      let (nodes, weights) = Self.rule
      let count = fields.count
      func own(_ spin: Int, _ x: Double) -> Double { exp((fields[spin] * x - stiffness * x * x / 2) / temperature) }
      func bond(_ spin: Int, _ x: Double, _ y: Double) -> Double { exp(couplings[spin] * x * y / temperature) }
      var left = [[Double]](repeating: [Double](repeating: 1, count: nodes.count), count: count)
      var right = left
      for spin in 1..<count {
        for (place, x) in nodes.enumerated() {
          left[spin][place] = nodes.indices.reduce(0) {
            $0 + weights[$1] * left[spin - 1][$1] * own(spin - 1, nodes[$1]) * bond(spin - 1, nodes[$1], x)
          }
        }
        let other = count - 1 - spin
        for (place, x) in nodes.enumerated() {
          right[other][place] = nodes.indices.reduce(0) {
            $0 + weights[$1] * right[other + 1][$1] * own(other + 1, nodes[$1]) * bond(other, x, nodes[$1])
          }
        }
      }
      func density(_ spin: Int, _ place: Int) -> Double {
        weights[place] * left[spin][place] * own(spin, nodes[place]) * right[spin][place]
      }
      let sum = nodes.indices.reduce(0) { $0 + density(0, $1) }
      logZ = log(sum)
      for spin in 0..<count {
        means.append(nodes.indices.reduce(0) { $0 + density(spin, $1) * nodes[$1] } / sum)
        squares.append(nodes.indices.reduce(0) { $0 + density(spin, $1) * nodes[$1] * nodes[$1] } / sum)
      }
      for spin in 0..<count - 1 {
        var product = 0.0
        for (one, x) in nodes.enumerated() {
          for (other, y) in nodes.enumerated() {
            product +=
              weights[one] * left[spin][one] * own(spin, x) * x * bond(spin, x, y) * weights[other] * own(spin + 1, y) * y
              * right[spin + 1][other]
          }
        }
        correlations.append(product / sum)
      }
      energy = -zip(couplings, correlations).reduce(0) { $0 + $1.0 * $1.1 } - zip(fields, means).reduce(0) { $0 + $1.0 * $1.1 }
      energy += stiffness / 2 * squares.reduce(0, +)
    }
  }

  static let couplings = [1.3, -0.7, 2.1, 0.4, -1.6]
  static let fields = [0.2, 0, -0.9, 0.5, 0, 1.4]

  private func chain(_ couplings: [Double], _ fields: [Double]) throws -> IsingProblem {
    let count = Int32(fields.count)
    return try IsingProblem(
      graph: WeightedGraph(
        vertexCount: fields.count, sources: Array(0..<count - 1), targets: Array(1..<count), weights: couplings),
      fields: fields)
  }

  /// K = J/T of two amplitudes without fields: Z = 4 Shi(K)/K, here from its series.
  @Test(arguments: [(1, 4.2290035, 0.1115632, 0.3479585), (4, 9.8173269, 0.4449427, 0.5216734)]) func integralsAreExact(
    _ k: Double, _ z: Double, _ product: Double, _ square: Double
  ) {
    let found = Quadrature(couplings: [k], fields: [0, 0], stiffness: 0, temperature: 1)
    #expect(abs(exp(found.logZ) - z) < 1e-6 && abs(found.correlations[0] - product) < 1e-6)
    #expect(abs(found.squares[0] - square) < 1e-6)
  }

  /// Energies, ln Z, mean amplitudes, correlations and |m|² by tempering, without and with stiffness; strong fields reach every way to draw.
  @Test(arguments: [0, 0.5, 3, 20]) func temperingAgreesWithIntegrals(_ stiffness: Double) throws {
    let problem = try chain(Self.couplings, Self.fields)
    var settings = SamplerSettings(temperatures: .list([0.15, 0.4, 1, 2.5]))
    (settings.spins, settings.freeEnergy, settings.marginals, settings.chains) = (.box(stiffness: stiffness), true, true, 64)
    let result = try sampled(problem, settings)
    let marginals = try #require(result.marginals)
    for (index, found) in result.temperatures.enumerated() where found.temperature.isFinite {
      let exact = Quadrature(
        couplings: Self.couplings, fields: Self.fields, stiffness: stiffness, temperature: found.temperature)
      let place = "T = \(found.temperature)"
      #expect(found.energy.agrees(with: exact.energy), "\(place): \(found.energy), \(exact.energy)")
      #expect(found.logZ!.agrees(with: exact.logZ), "\(place): \(found.logZ!), \(exact.logZ)")
      for (mean, value) in zip(marginals.means[index], exact.means) {
        #expect(mean.agrees(with: value, within: 4.5), "\(place): \(mean), \(value)")
      }
      // Pairs are in the order of the chain.
      for (product, value) in zip(marginals.correlations[index], exact.correlations) {
        #expect(product.agrees(with: value, within: 4.5), "\(place): \(product), \(value)")
      }
    }
    #expect(result.verdict.isConverged, "\(result.verdict.reasons)")
  }

  /// A clamped amplitude gives the others a field; populations have the same averages.
  @Test(arguments: [SamplerSettings.Method.tempering, .population]) func clampedAmplitudes(_ method: SamplerSettings.Method)
    throws
  {
    let problem = try chain([2], [0, 0.3])
    var settings = SamplerSettings(temperatures: .list([0.7]))
    (settings.spins, settings.fixed, settings.method) = (.box(stiffness: 1.5), [0: -1], method)
    let found = try sampled(problem, settings).temperatures[0]
    // One amplitude in a field of 0.3 − 2, by Simpson's rule.
    var (sum, energy) = (0.0, 0.0)
    for step in 0...2000 {
      let x = Double(step) / 1000 - 1
      let own = 1.7 * x + 0.75 * x * x + 0.75
      let weight = exp(-own / 0.7) * (step % 2000 == 0 ? 1 : step % 2 == 1 ? 4 : 2)
      (sum, energy) = (sum + weight, energy + weight * own)
    }
    #expect(found.energy.agrees(with: energy / sum), "\(found.energy), \(energy / sum)")
  }

  /// Overlaps and link overlaps of independent chains: squares of averages where there are no fields to break the symmetry.
  @Test func overlapsOfTwoAmplitudes() throws {
    var settings = SamplerSettings(temperatures: .list([0.5]))
    settings.spins = .box(stiffness: 0)
    let result = try sampled(try chain([2], [0, 0]), settings)
    let exact = Quadrature(couplings: [2], fields: [0, 0], stiffness: 0, temperature: 0.5)
    let (square, product) = (exact.squares[0], exact.correlations[0])
    let found = result.temperatures[0]
    // q = (x₁x₁' + x₂x₂')/2.
    #expect(found.overlapSquare!.agrees(with: (square * square + product * product) / 2), "\(found.overlapSquare!)")
    #expect(found.linkOverlap!.agrees(with: product * product), "\(found.linkOverlap!)")
    #expect(found.magnetisationSquare.agrees(with: (square + product) / 2), "\(found.magnetisationSquare)")
  }

  /// Kept amplitudes have the energies that are kept with them.
  @Test func keptAmplitudesHaveTheirEnergies() throws {
    let problem = try Problems.random(spins: 9, seed: 4)
    var settings = SamplerSettings(temperatures: .list([0.5, 2]))
    (settings.spins, settings.samples, settings.rounds, settings.chains) = (.box(stiffness: 0.8), 40, 6, 4)
    let result = try sampled(problem, settings)
    for draw in 0..<result.samples.draws {
      let state = result.samples.amplitudes(temperature: 1, chain: 2, draw: draw).map { Double($0) }
      #expect(state.allSatisfy { abs($0) <= 1 } && state.contains { abs($0) < 0.9 })
      var energy = problem.offset
      for i in 0..<9 {
        energy += 0.4 * state[i] * state[i] - problem.fields[i] * state[i]
        for entry in problem.row(i) { energy -= problem.couplings[entry] * state[i] * state[Int(problem.neighbours[entry])] / 2 }
      }
      #expect(abs(result.samples.energy(temperature: 1, chain: 2, draw: draw) - energy) < 1e-5)
    }
  }

  /// Euler's steps that are cut off at the walls, which is what a careless sampler does, do not have the distribution.
  @Test(arguments: [false, true]) func clampedLangevinStepsAreFound(_ isBroken: Bool) throws {
    let problem = try chain([1], [0, 0])
    var settings = SamplerSettings(temperatures: .list([1]))
    (settings.spins, settings.marginals, settings.chains, settings.rounds) = (.box(stiffness: 0), true, 16, 12)
    let home = ReplicaHome(problem, fixed: [:], spins: settings.spins)
    let layout = ReplicaLayout(whole: home.couplings)
    let right = AmplitudeReplicas(home.couplings, stiffness: 0, layout: layout, firstReplica: 0, laneCount: 16, seed: 1)
    let kernel: any ReplicaKernel = isBroken ? LangevinSteps(right, home.couplings) : right
    let run = SamplingRun(
      problem, settings, kernel: kernel, firstLane: 0, ladder: TemperatureLadder(settings), chains: 0..<16)
    try run.advance(run.schedule.total)
    let gathered = try #require(try GatheredRun(run))
    let found = try #require(gathered.marginals).correlations[0][0]
    #expect(found.agrees(with: 0.1115632) == !isBroken, "\(found)")
  }

  @Test func whatAmplitudesCannotBe() throws {
    func refuses(_ change: (inout SamplerSettings) -> Void, _ word: String) throws {
      var settings = SamplerSettings(temperatures: .list([1]))
      settings.spins = .box(stiffness: 0)
      change(&settings)
      #expect { _ = try Sampler(try Problems.lattice([4]), settings) } throws: { "\($0)".contains(word) }
    }
    try refuses({ $0.spins = .box(stiffness: -1) }, "stiffness of -1")
    try refuses({ $0.spins = .box(stiffness: .nan) }, "stiffness")
    try refuses({ $0.moves = [.wolff] }, "--moves")
  }
}

/// Steps of Langevin's equation by Euler's rule on two amplitudes, cut off at the walls: `s + ηf/T + √(2η) ξ`, η = 0.1.
private final class LangevinSteps: ReplicaKernel {
  private let right: AmplitudeReplicas
  private let couplings: ReplicaCouplings
  private var normal = NormalNumbers(seed: 5)
  var states: ReplicaStates { right.states }
  var energyUnit: Double { right.energyUnit }

  init(_ right: AmplitudeReplicas, _ couplings: ReplicaCouplings) { (self.right, self.couplings) = (right, couplings) }

  func take(inverseTemperatures: [Double]) { right.take(inverseTemperatures: inverseTemperatures) }
  func assign(_ temperatures: [UInt16]) { right.assign(temperatures) }
  func restart() {}
  func sweep(colour: Int, number: UInt32) { sweep(number: number) }

  func sweep(number: UInt32) {
    let count = couplings.spinCount
    for lane in 0..<states.laneCount {
      var bytes = [UInt8](repeating: 0, count: states.stateBytes(of: count))
      states.write(lane: lane, to: &bytes, at: 0)
      var state = (0..<count).map { spin in
        Double(Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[4 * spin + $1]) << UInt32(8 * $1) }))
      }
      for spin in 0..<count {
        var field = couplings.fields[spin]
        for entry in couplings.row(spin) { field += couplings.couplings[entry] * state[Int(couplings.neighbours[entry])] }
        state[spin] = min(max(state[spin] + 0.1 * field + 0.2.squareRoot() * normal.next(), -1), 1)
        let pattern = Float(state[spin]).bitPattern
        for byte in 0..<4 { bytes[4 * spin + byte] = UInt8(truncatingIfNeeded: pattern >> UInt32(8 * byte)) }
      }
      states.read(lane: lane, from: bytes, at: 0)
    }
  }

  func addEnergies(to energies: inout [Int64]) { right.addEnergies(to: &energies) }
}
