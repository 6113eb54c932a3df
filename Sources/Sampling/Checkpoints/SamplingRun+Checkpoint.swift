extension SamplingRun {
  /// What this rank's ladders go on from.
  var checkpoint: SamplingCheckpoint {
    var checkpoint = emptyCheckpoint(chains: chains.count)
    let state = tempering.state
    (checkpoint.sweep, checkpoint.attempts, checkpoint.rates) = (sweep, state.attempts, ladder.rates)
    (checkpoint.bennettGuesses, checkpoint.history) = (bennett?.guesses ?? [], history)
    checkpoint.temperatures = state.temperatures.map { Int64($0) }
    checkpoint.directions = state.directions.map { Int64($0) }
    checkpoint.roundTrips = state.roundTrips.map { Int64($0) }
    (checkpoint.rejections, checkpoint.roundEnergies, checkpoint.sums) = (state.rejections, roundEnergies, record.sums)
    let (own, bytes) = (kernel.states.layout.own, samples.stateBytes)
    for index in energies.indices {
      let spins = kernel.states.spins(lane: firstLane + index)
      for (place, spin) in own.enumerated() where spins[place] > 0 {
        checkpoint.spins[index * bytes + spin / 8] |= 1 << UInt8(spin % 8)
      }
    }
    checkpoint.drawn = samples.drawn
    (checkpoint.sampledStates, checkpoint.sampledEnergies) = (samples.states, samples.energies)
    return checkpoint
  }

  /// One of so many ladders at the beginning of a run.
  func emptyCheckpoint(chains: Int) -> SamplingCheckpoint {
    let (count, replicas) = (ladder.count, chains * ladder.count)
    let empty = ChainRecord(schedule, temperatures: count, chains: chains)
    return SamplingCheckpoint(
      sweep: 0, attempts: 0, rates: ladder.rates, bennettGuesses: [], history: [],
      spins: [UInt8](repeating: 0, count: replicas * samples.stateBytes), temperatures: [Int64](repeating: 0, count: replicas),
      directions: [Int64](repeating: 0, count: replicas), roundTrips: [Int64](repeating: 0, count: chains),
      rejections: [Double](repeating: 0, count: chains * (count - 1)), roundEnergies: [Double](repeating: 0, count: replicas),
      sums: empty.sums, drawn: 0, sampledStates: [UInt8](repeating: 0, count: replicas * samples.draws * samples.stateBytes),
      sampledEnergies: [Double](repeating: 0, count: replicas * samples.draws))
  }

  /// Goes on from a checkpoint of this rank's ladders.
  func restore(_ checkpoint: SamplingCheckpoint) {
    take(checkpoint)
    let bytes = samples.stateBytes
    for index in energies.indices {
      let spins = (0..<problem.spinCount).map { spin -> Int8 in
        checkpoint.spins[index * bytes + spin / 8] >> UInt8(spin % 8) & 1 == 1 ? 1 : -1
      }
      kernel.states.set(lane: firstLane + index, to: spins)
    }
    kernel.restart()
    kernel.take(rates: ladder.rates)
    assign()
  }
}
