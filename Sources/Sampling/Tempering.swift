import Foundation
import Kernels

/// Replicas of some ladders on the temperatures: who is where, and swaps between neighbours.
///
/// Swaps move temperatures, never states. Even pairs and odd pairs take turns, never at random, so that a replica drifts through the ladder
/// where it would diffuse otherwise: non-reversible parallel tempering.
/// Sources: Hukushima & Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996); Okabe, Kawata, Okamoto & Mikami, Chem. Phys. Lett. 335, 435 (2001);
/// Syed, Bouchard-Côté, Deligiannidis & Doucet, J. R. Stat. Soc. B 84, 321 (2022).
package struct Tempering {
  /// The ladders, by their numbers among all.
  package let chains: Range<Int>
  package let temperatureCount: Int
  /// [chain][temperature]: which replica of the ladder has it.
  package private(set) var replicas: [Int]
  /// [chain][replica]: its temperature.
  package private(set) var temperatures: [Int]
  /// [chain][replica]: 1 once it was at the hottest temperature and −1 at the coldest, whichever came last; 0 before either.
  private(set) var directions: [Int8]
  /// Ways from the hottest temperature to the coldest and back, of each ladder, since the last reset.
  private(set) var roundTrips: [Int]
  /// [chain][pair]: probabilities of rejection, summed since the last reset, and how many.
  private(set) var rejections: [Double]
  package private(set) var attempts: Int
  private let philox: Philox

  /// What a checkpoint keeps, of this rank's ladders.
  struct State: Equatable, Sendable {
    var temperatures: [Int]
    var directions: [Int8]
    var roundTrips: [Int]
    var rejections: [Double]
    var attempts: Int
  }

  var state: State {
    get {
      State(
        temperatures: temperatures, directions: directions, roundTrips: roundTrips, rejections: rejections, attempts: attempts)
    }
    set {
      (temperatures, directions) = (newValue.temperatures, newValue.directions)
      (roundTrips, rejections, attempts) = (newValue.roundTrips, newValue.rejections, newValue.attempts)
      for (index, temperature) in temperatures.enumerated() {
        replicas[index / temperatureCount * temperatureCount + temperature] = index % temperatureCount
      }
    }
  }

  package init(chains: Range<Int>, temperatureCount: Int, seed: UInt64) {
    self.chains = chains
    self.temperatureCount = temperatureCount
    replicas = chains.flatMap { _ in Array(0..<temperatureCount) }
    temperatures = replicas
    directions = [Int8](repeating: 0, count: replicas.count)
    roundTrips = [Int](repeating: 0, count: chains.count)
    rejections = [Double](repeating: 0, count: chains.count * max(temperatureCount - 1, 0))
    attempts = 0
    philox = Philox(seed: seed, .exchanges)
  }

  /// Forgets rejections and round trips, of which a new round has its own.
  mutating func reset() {
    for index in rejections.indices { rejections[index] = 0 }
    for index in roundTrips.indices { roundTrips[index] = 0 }
    attempts = 0
  }

  /// Goes on from where replicas were, at any temperatures, after so many tries to swap.
  package mutating func resume(temperatures: [Int], attempts: Int) {
    precondition(temperatures.count == self.temperatures.count)
    var state = state
    (state.temperatures, state.attempts) = (temperatures, attempts)
    self.state = state
  }

  /// Goes on as after so many tries to swap: even numbers begin with the even pairs.
  package mutating func resume(attempts: Int) { self.attempts = attempts }

  /// The mean rejection of each pair of one chain, counted from the first of this rank.
  func meanRejections(chain: Int) -> [Double] {
    // Each sweep tries every other pair.
    let pairs = temperatureCount - 1
    return (0..<pairs).map { pair in
      let tries = (attempts + 1 - pair % 2) / 2
      return tries == 0 ? 0 : rejections[chain * pairs + pair] / Double(tries)
    }
  }

  /// Tries to swap every other pair of neighbours of each ladder.
  ///
  /// - Parameters:
  ///   - energies: [chain][replica].
  ///   - sweep: the number of the sweep before, which decides the random numbers and, counted from the last reset, the pairs.
  /// - Returns: whether any pair has swapped.
  package mutating func swap(energies: [Double], inverseTemperatures: [Double], sweep: UInt32) -> Bool {
    guard temperatureCount > 1 else { return false }
    let pairs = temperatureCount - 1
    var hasSwapped = false
    let first = attempts % 2
    attempts += 1
    for (place, chain) in chains.enumerated() {
      let base = place * temperatureCount
      var (drawn, block) = (SIMD4<UInt32>(), -1)
      for pair in stride(from: first, to: pairs, by: 2) {
        if pair / 8 != block {
          block = pair / 8
          drawn = philox.block(SIMD4(UInt32(truncatingIfNeeded: chain), UInt32(block), sweep, 0))
        }
        let (hot, cold) = (replicas[base + pair], replicas[base + pair + 1])
        let exponent =
          (inverseTemperatures[pair + 1] - inverseTemperatures[pair]) * (energies[base + cold] - energies[base + hot])
        let probability = exponent >= 0 ? 1 : exp(exponent)
        rejections[place * pairs + pair] += 1 - probability
        let uniform = (Double(drawn[pair % 8 / 2]) + 0.5) * 0x1p-32
        guard uniform < probability else { continue }
        (replicas[base + pair], replicas[base + pair + 1]) = (cold, hot)
        (temperatures[base + cold], temperatures[base + hot]) = (pair, pair + 1)
        hasSwapped = true
      }
      noteEnds(place)
    }
    return hasSwapped
  }

  private mutating func noteEnds(_ place: Int) {
    let base = place * temperatureCount
    let (hottest, coldest) = (base + replicas[base], base + replicas[base + temperatureCount - 1])
    if directions[hottest] < 0 { roundTrips[place] += 1 }
    directions[hottest] = 1
    if directions[coldest] > 0 { directions[coldest] = -1 }
  }
}
