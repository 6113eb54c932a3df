import Foundation
import Ising
import Kernels
import MPI
import Parallel
import Sampling

/// ln Z of a Boltzmann machine by one method.
public struct PartitionEstimate: Equatable, Sendable {
  /// The method.
  public enum Method: String, CaseIterable, Sendable {
    /// All states of the visible or of the hidden spins, whichever are fewer.
    case enumeration
    /// Annealed importance sampling; rather too low.
    case annealing
    /// Parallel tempering down from an infinite temperature.
    case tempering
    /// Annealed importance sampling in reverse, from the tempering's samples; rather too high.
    case reverse
  }

  /// How it was found.
  public let method: Method
  /// ln Z and its standard error.
  public let logZ: Estimate
}

/// ln Z of one machine by all methods that its settings ask for.
struct PartitionFunction {
  let layout: BoltzmannLayout
  let parameters: AlignedBuffer<Float>
  let settings: PartitionSettings
  let seed: UInt64

  /// Visible or hidden spins up to which all of their states are gone through.
  static let greatestEnumeration = 20

  /// Collective; the same on every rank. The first estimate is the one that figures are taken from.
  ///
  /// - Parameter base: fields of independent spins that are like the data.
  func estimates(base: [Float], over grid: ProcessGrid?) throws -> [PartitionEstimate] {
    var found: [PartitionEstimate] = []
    if let exact = try ExactPartition(layout, parameters: parameters, upTo: Self.greatestEnumeration)?.logZ {
      found.append(PartitionEstimate(method: .enumeration, logZ: Estimate(value: exact, error: 0)))
    }
    let annealing = AnnealedImportance(layout, parameters: parameters, base: base, settings: settings, seed: seed)
    found.append(PartitionEstimate(method: .annealing, logZ: try annealing.forward(over: grid)))
    guard settings.rounds > 0 else { return found }
    let (logZ, samples) = try tempered(over: grid)
    found.append(PartitionEstimate(method: .tempering, logZ: logZ))
    found.append(PartitionEstimate(method: .reverse, logZ: try annealing.reverse(from: samples, over: grid)))
    return found
  }

  /// ln Z and states at temperature 1.
  private func tempered(over grid: ProcessGrid?) throws -> (Estimate, [[Int8]]) {
    var sampler = SamplerSettings(
      temperatures: .range(from: 1, to: settings.hottest, count: settings.temperatures))
    sampler.freeEnergy = true
    sampler.rounds = settings.rounds
    sampler.samples = settings.runs
    sampler.seed = seed
    let result = try Sampler(try layout.problem(parameters), sampler).run(over: grid?.data).result
    var (numbers, spins): ([Double], [Int8]) = ([], [])
    if let result, let logZ = result.temperatures.first?.logZ {
      numbers = [logZ.value, logZ.error]
      for chain in 0..<result.samples.chains {
        for draw in 0..<result.samples.draws { spins += result.samples.state(temperature: 0, chain: chain, draw: draw) }
      }
    }
    if let group = grid?.data {
      numbers = try group.broadcastVarying(numbers, root: 0)
      spins = try group.broadcastVarying(spins.map { Int32($0) }, root: 0).map { Int8($0) }
    }
    let all = spins
    let samples = stride(from: 0, to: all.count, by: layout.spinCount).map { start in
      Array(all[start..<start + layout.spinCount])
    }
    return (Estimate(value: numbers[0], error: numbers[1]), samples)
  }
}

/// Sums over all states of the visible or the hidden spins of a machine in which those of the other kind are independent then.
struct ExactPartition {
  private let fields: [Double]
  /// Couplings of each enumerated spin with the others: [enumerated][other].
  private let couplings: [[Double]]
  private let others: [Double]

  /// - Parameter upTo: spins whose states are gone through.
  /// - Returns: `nil` if there are more, spins are coupled with their like, or fields are beyond what exponentials hold.
  init?(_ layout: BoltzmannLayout, parameters: AlignedBuffer<Float>, upTo limit: Int) throws {
    let visible = layout.visibleCount
    let hidden = layout.spinCount - visible
    let isBipartite = layout.pairs.allSatisfy { (Int($0.0) < visible) != (Int($0.1) < visible) }
    // Products of four exponentials stay numbers.
    var sums = (0..<layout.spinCount).map { abs(parameters[layout.fields.offset + $0]) }
    for (index, (one, other)) in layout.pairs.enumerated() {
      sums[Int(one)] += abs(parameters[index])
      sums[Int(other)] += abs(parameters[index])
    }
    guard isBipartite, min(visible, hidden) <= limit, sums.allSatisfy({ $0 < 160 }) else { return nil }
    let enumerated = hidden <= visible ? visible..<layout.spinCount : 0..<visible
    func field(_ spin: Int) -> Double { Double(parameters[layout.fields.offset + spin]) }
    fields = enumerated.map(field)
    let rest = (0..<layout.spinCount).filter { !enumerated.contains($0) }
    others = rest.map(field)
    var couplings = [[Double]](repeating: [Double](repeating: 0, count: rest.count), count: enumerated.count)
    for (index, (one, other)) in layout.pairs.enumerated() {
      let (a, b) = enumerated.contains(Int(one)) ? (Int(one), Int(other)) : (Int(other), Int(one))
      couplings[a - enumerated.lowerBound][b - (rest.first ?? 0)] += Double(parameters[index])
    }
    self.couplings = couplings
  }

  /// `ln Σ exp(Σ_i h_i s_i + Σ_j ln 2 cosh x_j)`, `x_j = h_j + Σ_i J_ij s_i`, in the order of Gray's code, in which neighbours differ in one spin.
  ///
  /// `exp(±x_j)` are carried along, so that a state costs products alone; logarithms are taken of products of four.
  var logZ: Double {
    let count = (others.count + 3) / 4 * 4
    // What is filled up has x = 0, and each adds ln 2.
    let padding = Double(count - others.count) * log(2)
    let factors = couplings.map { row in (row + [Double](repeating: 0, count: count - row.count)).map { exp(2 * $0) } }
    let inverses = factors.map { $0.map { 1 / $0 } }
    var spins = [Double](repeating: -1, count: fields.count)
    var own = -fields.reduce(0, +)
    let start = others.indices.map { other in couplings.reduce(others[other]) { $0 - $1[other] } }
    var plus = (start + [Double](repeating: 0, count: count - start.count)).map { exp($0) }
    var minus = plus.map { 1 / $0 }
    var (greatest, sum) = (-Double.infinity, 0.0)
    for state in 1...1 << fields.count {
      var term = own - padding
      for first in stride(from: 0, to: count, by: 4) {
        let left = (plus[first] + minus[first]) * (plus[first + 1] + minus[first + 1])
        let right = (plus[first + 2] + minus[first + 2]) * (plus[first + 3] + minus[first + 3])
        term += log(left * right)
      }
      if term > greatest {
        sum = sum * exp(greatest - term) + 1
        greatest = term
      } else {
        sum += exp(term - greatest)
      }
      let flipped = state.trailingZeroBitCount
      guard flipped < fields.count else { break }
      spins[flipped] = -spins[flipped]
      own += 2 * spins[flipped] * fields[flipped]
      Self.multiply(&plus, by: spins[flipped] > 0 ? factors[flipped] : inverses[flipped])
      Self.multiply(&minus, by: spins[flipped] > 0 ? inverses[flipped] : factors[flipped])
    }
    return greatest + log(sum)
  }

  private static func multiply(_ values: inout [Double], by factors: [Double]) {
    for index in values.indices { values[index] *= factors[index] }
  }
}
