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
  /// - Returns: `nil` if there are more, or spins of both kinds are coupled with their like.
  init?(_ layout: BoltzmannLayout, parameters: AlignedBuffer<Float>, upTo limit: Int) throws {
    let visible = layout.visibleCount
    let hidden = layout.spinCount - visible
    let isBipartite = layout.pairs.allSatisfy { (Int($0.0) < visible) != (Int($0.1) < visible) }
    guard isBipartite, min(visible, hidden) <= limit else { return nil }
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

  /// `ln Σ exp(Σ_i h_i s_i + Σ_j ln 2 cosh(h_j + Σ_i J_ij s_i))`, in the order of Gray's code, in which neighbours differ in one spin.
  var logZ: Double {
    var spins = [Double](repeating: -1, count: fields.count)
    var drive = others
    var own = 0.0
    for index in fields.indices {
      own -= fields[index]
      for other in drive.indices { drive[other] -= couplings[index][other] }
    }
    var (greatest, sum) = (-Double.infinity, 0.0)
    for state in 1...1 << fields.count {
      let term = drive.reduce(own) { $0 + abs($1) + log1p(exp(-2 * abs($1))) }
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
      for other in drive.indices { drive[other] += 2 * spins[flipped] * couplings[flipped][other] }
    }
    return greatest + log(sum)
  }
}
