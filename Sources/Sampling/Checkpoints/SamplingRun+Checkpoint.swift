extension SamplingRun {
  /// What this rank's ladders go on from.
  var checkpoint: SamplingCheckpoint {
    var checkpoint = emptyCheckpoint(chains: chains.count)
    let state = tempering.state
    (checkpoint.sweep, checkpoint.attempts, checkpoint.inverseTemperatures) = (sweep, state.attempts, ladder.inverseTemperatures)
    (checkpoint.bennettGuesses, checkpoint.history) = (bennett?.guesses ?? [], history)
    checkpoint.temperatures = state.temperatures.map { Int64($0) }
    checkpoint.directions = state.directions.map { Int64($0) }
    checkpoint.roundTrips = state.roundTrips.map { Int64($0) }
    (checkpoint.rejections, checkpoint.roundEnergies, checkpoint.sums) = (state.rejections, roundEnergies, record.sums)
    for index in 0..<replicaCount {
      kernel.states.write(lane: firstLane + index, to: &checkpoint.spins, at: index * samples.stateBytes)
    }
    checkpoint.drawn = samples.drawn
    (checkpoint.sampledStates, checkpoint.sampledEnergies) = (samples.states, samples.energies)
    if let marginals {
      (checkpoint.marginalTotals, checkpoint.marginalSquares) = marginals.state
      (checkpoint.marginals, checkpoint.marginalsAdded) = (marginals.present, marginals.added)
    }
    return checkpoint
  }

  /// One of so many ladders at the beginning of a run.
  func emptyCheckpoint(chains: Int) -> SamplingCheckpoint {
    let (count, replicas) = (ladder.count, chains * ladder.count)
    let empty = ChainRecord(schedule, temperatures: count, chains: chains)
    let sizes = marginals?.checkpointSizes(chains: chains) ?? (all: 0, present: 0)
    return SamplingCheckpoint(
      sweep: 0, attempts: 0, inverseTemperatures: ladder.inverseTemperatures, bennettGuesses: [], history: [],
      spins: [UInt8](repeating: 0, count: replicas * samples.stateBytes), temperatures: [Int64](repeating: 0, count: replicas),
      directions: [Int64](repeating: 0, count: replicas), roundTrips: [Int64](repeating: 0, count: chains),
      rejections: [Double](repeating: 0, count: chains * (count - 1)), roundEnergies: [Double](repeating: 0, count: replicas),
      sums: empty.sums, drawn: 0, sampledStates: [UInt8](repeating: 0, count: replicas * samples.draws * samples.stateBytes),
      sampledEnergies: [Double](repeating: 0, count: replicas * samples.draws),
      marginalTotals: [Int64](repeating: 0, count: sizes.all), marginalSquares: [Int64](repeating: 0, count: sizes.all),
      marginals: [Int64](repeating: 0, count: sizes.present), marginalsAdded: 0)
  }

  /// Goes on from a checkpoint of this rank's ladders.
  func restore(_ checkpoint: SamplingCheckpoint) {
    take(checkpoint)
    for index in 0..<replicaCount {
      kernel.states.read(lane: firstLane + index, from: checkpoint.spins, at: index * samples.stateBytes)
    }
    kernel.restart()
    kernel.take(inverseTemperatures: ladder.inverseTemperatures)
    assign()
  }

  /// Writes the state of all ranks, whole or not at all. Collective.
  func save(to store: SamplingStore, seconds: Double) throws {
    guard let whole = try checkpoint.gathered(over: grid) else { return store.noteSaved() }
    let identity = try RunIdentity(problem, settings, chains: chainCount)
    var file = whole.file()
    file.metadata["rounds of all"] = "\(settings.rounds)"
    try store.write(file, identity: identity, seconds: seconds)
  }

  /// Goes on from the store's checkpoint, if there is one. Collective.
  ///
  /// - Returns: seconds that the run has taken so far.
  func restore(from store: SamplingStore) throws -> Double {
    guard let file = try store.open(over: grid?.world) else { return 0 }
    if settings.isOpen, let rounds = file.metadata["rounds of all"].flatMap({ Int($0) }),
      (settings.rounds...SamplerSettings.greatestRounds).contains(rounds)
    {
      setRounds(rounds)
    }
    try RunIdentity(problem, settings, chains: chainCount).check(file.metadata["identity"] ?? "", path: store.path)
    let whole: SamplingCheckpoint
    do {
      whole = try SamplingCheckpoint(
        file, like: emptyCheckpoint(chains: chainCount), schedule: schedule, greatestAdded: marginals?.greatestAdded ?? 0,
        source: store.path)
    } catch { throw SamplerError("\(error)") }
    restore(whole.part(chains, of: chainCount, chainsOfBlock: settings.chainsOfBlock))
    return store.seconds(of: file)
  }
}
