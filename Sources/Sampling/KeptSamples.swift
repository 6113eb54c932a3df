import Kernels
import MPI
import Parallel

/// States that are kept of each ladder at each temperature, thinned evenly over the measured sweeps.
struct KeptSamples: Equatable, Sendable {
  /// States of one ladder at one temperature.
  let draws: Int
  let temperatureCount: Int
  let chainCount: Int
  /// Bytes of a state: a bit a spin, 1 for one that is up, or a float an amplitude.
  let stateBytes: Int
  private let measured: Int
  /// States of each ladder and temperature so far.
  private(set) var drawn = 0
  /// [chain][temperature][draw][byte], temperatures from the hottest.
  private(set) var states: [UInt8]
  /// [chain][temperature][draw].
  private(set) var energies: [Double]

  /// - Parameters:
  ///   - stateBytes: of a state, as `ReplicaStates` writes it.
  ///   - measured: sweeps over which they are thinned.
  ///   - chains: ladders of this rank.
  init(draws: Int, stateBytes: Int, measured: Int, temperatures: Int, chains: Int) {
    self.draws = min(draws, measured)
    self.measured = measured
    temperatureCount = temperatures
    chainCount = chains
    self.stateBytes = stateBytes
    states = [UInt8](repeating: 0, count: temperatures * chains * self.draws * stateBytes)
    energies = [Double](repeating: 0, count: temperatures * chains * self.draws)
  }

  /// Those of so many ladders, as they were kept.
  init(_ part: KeptSamples, chains: Int, states: [UInt8], energies: [Double]) {
    (draws, temperatureCount, stateBytes) = (part.draws, part.temperatureCount, part.stateBytes)
    (measured, drawn, chainCount) = (part.measured, part.drawn, chains)
    (self.states, self.energies) = (states, energies)
  }

  /// Those of all ladders, on the first rank. Collective.
  ///
  /// - Returns: `nil` elsewhere.
  func gathered(over grid: ProcessGrid?) throws -> KeptSamples? {
    guard let grid else { return self }
    // Each of the ranks that share spins has its own of them, and all else.
    let own = try grid.joined(states)
    guard grid.spin.rank == 0 else { return nil }
    let chains = try grid.data.gatherVarying([chainCount], root: 0).joined().reduce(0, +)
    let all = try grid.data.gatherVarying(own, root: 0).flatMap { $0 }
    let energies = try grid.data.gatherVarying(energies, root: 0).flatMap { $0 }
    return grid.data.rank == 0 ? KeptSamples(self, chains: chains, states: all, energies: energies) : nil
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

  private func place(_ temperature: Int, _ chain: Int, _ draw: Int) -> Int {
    (chain * temperatureCount + temperature) * draws + draw
  }

  /// - Parameters:
  ///   - draw: by default the one that is due.
  ///   - lane: where the state is among `replicas`.
  mutating func take(
    temperature: Int, chain: Int, draw: Int? = nil, lane: Int, of replicas: ReplicaStates, energy: Double
  ) {
    let place = place(temperature, chain, draw ?? drawn)
    energies[place] = energy
    replicas.write(lane: lane, to: &states, at: place * stateBytes)
  }

  mutating func finishDraw() { drawn += 1 }

  /// The bytes of a state.
  func bytes(temperature: Int, chain: Int, draw: Int) -> ArraySlice<UInt8> {
    let start = place(temperature, chain, draw) * stateBytes
    return states[start..<start + stateBytes]
  }

  func energy(temperature: Int, chain: Int, draw: Int) -> Double { energies[place(temperature, chain, draw)] }
}
