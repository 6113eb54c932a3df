/// States that are kept of each ladder at each temperature, thinned evenly over the measured sweeps.
struct KeptSamples: Equatable, Sendable {
  /// States of one ladder at one temperature.
  let draws: Int
  let temperatureCount: Int
  let chainCount: Int
  /// Bytes of a state, a bit a spin: 1 for a spin that is up.
  let stateBytes: Int
  private let measured: Int
  private(set) var drawn = 0
  /// [temperature][chain][draw][byte].
  private(set) var states: [UInt8]
  /// [temperature][chain][draw].
  private(set) var energies: [Double]

  /// - Parameter chains: ladders of this rank; the draws of each follow from those of all.
  init(draws: Int, spins: Int, measured: Int, temperatures: Int, chains: Int) {
    self.draws = min(draws, measured)
    self.measured = measured
    temperatureCount = temperatures
    chainCount = chains
    stateBytes = (spins + 7) / 8
    states = [UInt8](repeating: 0, count: temperatures * chains * self.draws * stateBytes)
    energies = [Double](repeating: 0, count: temperatures * chains * self.draws)
  }

  /// Those of all ladders from those of the ranks.
  init(joining parts: [KeptSamples]) {
    let (draws, stateBytes, temperatureCount) = (parts[0].draws, parts[0].stateBytes, parts[0].temperatureCount)
    let chains = parts.reduce(0) { $0 + $1.chainCount }
    var joined = KeptSamples(
      draws: draws, spins: 8 * stateBytes, measured: parts[0].measured, temperatures: temperatureCount, chains: chains)
    var first = 0
    for part in parts {
      for temperature in 0..<temperatureCount {
        let (from, to) = (temperature * part.chainCount * draws, (temperature * chains + first) * draws)
        joined.energies.replaceSubrange(
          to..<to + part.chainCount * draws, with: part.energies[from..<from + part.chainCount * draws])
        joined.states.replaceSubrange(
          to * stateBytes..<(to + part.chainCount * draws) * stateBytes,
          with: part.states[from * stateBytes..<(from + part.chainCount * draws) * stateBytes])
      }
      first += part.chainCount
    }
    joined.drawn = parts[0].drawn
    self = joined
  }

  /// What a checkpoint kept.
  mutating func restore(states: [UInt8], energies: [Double], drawn: Int) {
    precondition(states.count == self.states.count && energies.count == self.energies.count)
    (self.states, self.energies, self.drawn) = (states, energies, drawn)
  }

  /// The sweep after which a draw is taken, counted from the first measured one.
  private func sweep(of draw: Int) -> Int { (draw + 1) * measured / draws - 1 }

  /// Whether a state is to be taken now.
  func isDue(measured sweep: Int) -> Bool { drawn < draws && self.sweep(of: drawn) == sweep }

  mutating func take(temperature: Int, chain: Int, spins: [Int8], order: [Int], energy: Double) {
    let place = (temperature * chainCount + chain) * draws + drawn
    energies[place] = energy
    for (index, spin) in order.enumerated() where spins[index] > 0 {
      states[place * stateBytes + spin / 8] |= 1 << UInt8(spin % 8)
    }
  }

  mutating func finishDraw() { drawn += 1 }

  /// A state of −1 and 1.
  func state(temperature: Int, chain: Int, draw: Int, spins: Int) -> [Int8] {
    let place = ((temperature * chainCount + chain) * draws + draw) * stateBytes
    return (0..<spins).map { states[place + $0 / 8] >> UInt8($0 % 8) & 1 == 1 ? 1 : -1 }
  }
}
