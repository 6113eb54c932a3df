import Foundation
import Ising
import Kernels

@testable import Sampling

/// Problems of which averages are known.
enum Problems {
  /// A hypercubic lattice, closed in all directions, with the coupling of each bond from `coupling`.
  static func lattice(_ extents: [Int], _ coupling: (Int) -> Double = { _ in 1 }) throws -> IsingProblem {
    let count = extents.reduce(1, *)
    var (sources, targets, weights): ([Int32], [Int32], [Double]) = ([], [], [])
    for spin in 0..<count {
      var stride = 1
      for extent in extents {
        let place = spin / stride % extent
        sources.append(Int32(spin))
        targets.append(Int32(spin + ((place + 1) % extent - place) * stride))
        weights.append(coupling(weights.count))
        stride *= extent
      }
    }
    return try IsingProblem(
      graph: WeightedGraph(vertexCount: count, sources: sources, targets: targets, weights: weights))
  }

  static func torus(_ name: String) throws -> IsingProblem {
    let (drawn, seed) = try SyntheticProblem.named(name)!
    return try drawn.problem(seed: seed)
  }

  /// Every pair coupled, with normal couplings and fields.
  static func random(spins: Int, seed: UInt64, isInteger: Bool = false) throws -> IsingProblem {
    var normal = NormalNumbers(seed: seed)
    var (sources, targets, weights): ([Int32], [Int32], [Double]) = ([], [], [])
    for i in 0..<spins {
      for j in 0..<i {
        sources.append(Int32(i))
        targets.append(Int32(j))
        weights.append(isInteger ? (normal.next() > 0 ? 1 : -1) : normal.next())
      }
    }
    let fields = (0..<spins).map { _ in isInteger ? (normal.next() > 0 ? 1.0 : -1) : normal.next() / 2 }
    return try IsingProblem(
      graph: WeightedGraph(vertexCount: spins, sources: sources, targets: targets, weights: weights), fields: fields, offset: 0.5)
  }
}

/// Numbers of mean 0 and variance 1, by Box & Muller.
struct NormalNumbers {
  private var random: PhiloxSequence

  init(seed: UInt64) { random = Philox(seed: seed, stream: 0x4E4F).sequence() }

  mutating func uniform() -> Double { (Double(random.nextWord()) + 0.5) * 0x1p-32 }

  mutating func next() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}

/// Averages over all states, one by one.
struct Enumeration {
  var energy = 0.0
  var specificHeat = 0.0
  var logZ = 0.0
  var absMagnetisation = 0.0
  var overlapSquare = 0.0
  var linkOverlap = 0.0

  init(_ problem: IsingProblem, temperature: Double, fixed: [Int: Int8] = [:]) throws {
    let count = problem.spinCount
    var (energies, states): ([Double], [[Int8]]) = ([], [])
    for code in 0..<1 << count {
      let spins: [Int8] = (0..<count).map { code >> $0 & 1 == 1 ? -1 : 1 }
      guard fixed.allSatisfy({ spins[$0.key] == $0.value }) else { continue }
      energies.append(try problem.energy(of: spins))
      states.append(spins)
    }
    let least = energies.min() ?? 0
    let weights = energies.map { exp(-($0 - least) / temperature) }
    let sum = weights.reduce(0, +)
    func mean(_ value: (Int) -> Double) -> Double {
      weights.indices.reduce(0) { $0 + weights[$1] * value($1) } / sum
    }
    logZ = log(sum) - least / temperature
    energy = mean { energies[$0] }
    let centre = energy
    specificHeat = mean { (energies[$0] - centre) * (energies[$0] - centre) } / temperature / temperature
    absMagnetisation = mean { Double(abs(states[$0].reduce(0) { $0 + Int($1) })) / Double(count) }
    var links = 0
    for i in 0..<count {
      for j in 0..<count {
        let correlation = mean { Double(states[$0][i] * states[$0][j]) }
        overlapSquare += correlation * correlation / Double(count * count)
        guard j < i, problem.row(i).contains(where: { Int(problem.neighbours[$0]) == j }) else { continue }
        linkOverlap += correlation * correlation
        links += 1
      }
    }
    linkOverlap /= Double(max(links, 1))
  }
}

extension Estimate {
  /// How far it is from a value, in its errors; errors are no better than rounding.
  func deviation(from exact: Double) -> Double { (value - exact) / max(error, 1e-9 * max(1, abs(exact))) }

  func agrees(with exact: Double, within errors: Double = 4) -> Bool { abs(deviation(from: exact)) < errors }
}

/// A run on one rank.
func sampled(_ problem: IsingProblem, _ settings: SamplerSettings) throws -> SamplingResult {
  try Sampler(problem, settings).run().result!
}
