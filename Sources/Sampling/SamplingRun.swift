import Foundation
import Ising
import Kernels
import MPI
import Parallel

/// The ladders of one rank on their way through the rounds.
final class SamplingRun {
  let problem: any SampledProblem
  private(set) var settings: SamplerSettings
  private(set) var schedule: SamplingSchedule
  /// This rank's ladders, by their numbers among all.
  let chains: Range<Int>
  private(set) var ladder: TemperatureLadder
  private(set) var tempering: Tempering
  private(set) var record: ChainRecord
  private let moves: ClusterMoves?
  /// Of a run that never measures fields none are made.
  private lazy var fields = ReplicaFields(problem.replicaCouplings, states: kernel.states)
  /// The measured round's functions for free energies.
  private(set) var bennett: BennettFunctions?
  /// Sweeps so far, those of all rounds.
  private(set) var sweep = 0
  /// Kept states of this rank's ladders.
  private(set) var samples: KeptSamples
  /// `nil` if none are wanted.
  private(set) var marginals: MarginalRecord?
  /// Ladders of all ranks.
  let chainCount: Int
  /// The ladder of each round before the measured one, and its mean rejections.
  private(set) var history: [RoundReport] = []

  let kernel: any ReplicaKernel
  /// Where this rank's replicas begin among the kernel's lanes.
  let firstLane: Int
  /// Ranks with the other ladders, and those that share the spins of these.
  let grid: ProcessGrid?
  /// Of [chain][replica]: those of the last sweep.
  private let readings: ReplicaReadings
  /// [chain][temperature]: sums over the sweeps of this round.
  private(set) var roundEnergies: [Double]
  private var laneTemperatures: [UInt16]

  /// A round of adaptation as it went.
  struct RoundReport: Equatable, Sendable {
    var sweeps: Int
    var temperatures: [Double]
    var rejections: [Double]
  }

  /// - Parameters:
  ///   - kernel: holds the replicas of these ladders, the first of them in lane `firstLane`.
  ///   - chainCount: ladders of all ranks; `nil`: these alone.
  ///   - draws: states of each ladder and temperature that are kept.
  ///   - moves: of clusters, on the same kernel.
  ///   - grid: the ranks of the run; `nil`: this one alone.
  init(
    _ problem: any SampledProblem, _ settings: SamplerSettings, kernel: any ReplicaKernel, firstLane: Int,
    ladder: TemperatureLadder,
    chains: Range<Int>, of chainCount: Int? = nil, draws: Int = 0, moves: ClusterMoves? = nil, over grid: ProcessGrid? = nil
  ) {
    self.problem = problem
    self.settings = settings
    self.ladder = ladder
    self.chains = chains
    self.chainCount = chainCount ?? chains.count
    self.grid = grid
    self.moves = moves
    schedule = SamplingSchedule(settings)
    tempering = Tempering(chains: chains, temperatureCount: ladder.count, seed: settings.seed)
    record = ChainRecord(schedule, temperatures: ladder.count, chains: chains.count, chainsOfBlock: settings.chainsOfBlock)
    samples = KeptSamples(
      draws: draws, stateBytes: kernel.states.stateBytes(of: problem.spinCount), measured: schedule.measured,
      temperatures: ladder.count, chains: chains.count)
    self.kernel = kernel
    self.firstLane = firstLane
    readings = ReplicaReadings(problem, kernel: kernel, firstLane: firstLane, count: chains.count * ladder.count)
    roundEnergies = [Double](repeating: 0, count: chains.count * ladder.count)
    laneTemperatures = [UInt16](repeating: 0, count: kernel.states.laneCount)
    marginals = makeMarginals()
    begin()
  }

  private func makeMarginals() -> MarginalRecord? {
    guard settings.marginals, let whole = problem.whole else { return nil }
    return MarginalRecord(
      whole, settings, schedule: schedule, states: kernel.states, meter: readings.meter, ladders: chains, of: chainCount,
      temperatures: ladder.count)
  }

  var replicaCount: Int { chains.count * ladder.count }

  /// The states that chains begin with.
  private func begin() {
    let states = kernel.states
    switch settings.start {
    case .random: states.randomise(seed: settings.seed)
    case .up: break
    case .state(let spins): for lane in 0..<states.laneCount { states.set(lane: lane, to: spins) }
    }
    states.fix(settings.fixed)
    kernel.restart()
    kernel.take(inverseTemperatures: ladder.inverseTemperatures)
    assign()
  }

  func assign() {
    for index in tempering.temperatures.indices { laneTemperatures[firstLane + index] = UInt16(tempering.temperatures[index]) }
    kernel.assign(laneTemperatures)
  }

  /// Sweeps of the rounds before the measured one.
  var adaptingSweeps: Int { schedule.adapting.reduce(0, +) }
  var isFinished: Bool { sweep == schedule.total }

  /// Goes on for at most so many sweeps. Collective where a round of adaptation ends.
  func advance(_ sweeps: Int) throws {
    let end = min(sweep + sweeps, schedule.total)
    while sweep < end {
      if sweep == adaptingSweeps { beginMeasuring() }
      try kernel.sweep(number: UInt32(truncatingIfNeeded: sweep))
      sweep += 1
      if sweep % schedule.moveEvery == 0 {
        moves?.run(tempering, inverseTemperatures: ladder.inverseTemperatures, sweep: UInt32(truncatingIfNeeded: sweep))
      }
      try readings.readEnergies()
      Self.add(readings.energies, temperatures: tempering.temperatures, of: ladder.count, to: &roundEnergies)
      if sweep > adaptingSweeps { try measure() }
      if tempering.swap(
        energies: readings.energies, inverseTemperatures: ladder.inverseTemperatures, sweep: UInt32(truncatingIfNeeded: sweep))
      {
        assign()
      }
      if sweep <= adaptingSweeps, let round = roundThatEnds() { try finishRound(round) }
    }
  }

  /// A function of its arguments alone: a check of exclusive access for each number would take longer than the sums.
  private static func add(_ energies: [Double], temperatures: [Int], of count: Int, to sums: inout [Double]) {
    for (index, temperature) in temperatures.enumerated() { sums[index / count * count + temperature] += energies[index] }
  }

  /// Takes up all but the states of a checkpoint of this rank's ladders.
  func take(_ checkpoint: SamplingCheckpoint) {
    sweep = checkpoint.sweep
    ladder = TemperatureLadder(inverseTemperatures: checkpoint.inverseTemperatures, isAdaptive: ladder.isAdaptive)
    bennett =
      checkpoint.bennettGuesses.isEmpty && ladder.count > 1
      ? nil : BennettFunctions(inverseTemperatures: ladder.inverseTemperatures, guesses: checkpoint.bennettGuesses)
    history = checkpoint.history
    tempering.state = Tempering.State(
      temperatures: checkpoint.temperatures.map { Int($0) }, directions: checkpoint.directions.map { Int8($0) },
      roundTrips: checkpoint.roundTrips.map { Int($0) }, rejections: checkpoint.rejections, attempts: checkpoint.attempts)
    roundEnergies = checkpoint.roundEnergies
    record = ChainRecord(
      schedule, temperatures: ladder.count, chains: chains.count, chainsOfBlock: settings.chainsOfBlock, sums: checkpoint.sums)
    samples.restore(states: checkpoint.sampledStates, energies: checkpoint.sampledEnergies, drawn: checkpoint.drawn)
    // One of the ranks that have the same spins continues with what all have added up.
    let isFirst = (grid?.data.rank ?? 0) == 0
    marginals?.restore(
      totals: isFirst ? checkpoint.marginalTotals : [], squares: checkpoint.marginalSquares, present: checkpoint.marginals,
      added: checkpoint.marginalsAdded)
  }

  // MARK: - Rounds

  /// Makes the measured round one more of adaptation, to be followed by one of twice as many sweeps: all is as if there had been a round more from
  /// the beginning. Collective.
  func extend() throws {
    precondition(isFinished)
    setRounds(settings.rounds + 1)
    try finishRound(schedule.adapting.count - 1)
  }

  /// Before any sweep, or at the end of a measured round.
  func setRounds(_ rounds: Int) {
    settings.rounds = rounds
    schedule = SamplingSchedule(settings)
    record = ChainRecord(
      schedule, temperatures: ladder.count, chains: chains.count, chainsOfBlock: settings.chainsOfBlock)
    samples = KeptSamples(
      draws: samples.draws, stateBytes: samples.stateBytes, measured: schedule.measured, temperatures: ladder.count,
      chains: chains.count)
    marginals = makeMarginals()
  }

  private func roundThatEnds() -> Int? {
    var sum = 0
    for (round, sweeps) in schedule.adapting.enumerated() {
      sum += sweeps
      if sum == sweep { return round }
    }
    return nil
  }

  /// Adapts the ladder. Means over ladders are taken in their order, whichever rank has them. Collective.
  private func finishRound(_ round: Int) throws {
    let sweeps = schedule.adapting[round]
    let rejections = try means(
      (0..<chains.count).flatMap { tempering.meanRejections(chain: $0) }, of: ladder.count - 1)
    let energies = try means(roundEnergies.map { $0 / Double(sweeps) }, of: ladder.count)
    history.append(RoundReport(sweeps: sweeps, temperatures: ladder.temperatures, rejections: rejections))
    let before = ladder.inverseTemperatures
    if sweeps >= Self.fewestSweepsToAdapt { ladder.adapt(rejections: rejections) }
    bennett = BennettFunctions(
      inverseTemperatures: ladder.inverseTemperatures,
      energies: ladder.inverseTemperatures.map { Self.interpolated(energies, at: $0, before) })
    kernel.take(inverseTemperatures: ladder.inverseTemperatures)
    assign()
    for index in roundEnergies.indices { roundEnergies[index] = 0 }
    tempering.reset()
  }

  /// Shorter rounds see only a few swaps of each pair.
  private static let fewestSweepsToAdapt = 8

  /// The means over all ladders of `count` numbers of each. Collective.
  private func means(_ own: [Double], of count: Int) throws -> [Double] {
    guard count > 0 else { return [] }
    let all = try grid.map { try $0.data.allgatherVarying(own).flatMap { $0 } } ?? own
    let chains = all.count / count
    return (0..<count).map { place in (0..<chains).reduce(0) { $0 + all[$1 * count + place] } / Double(chains) }
  }

  private static func interpolated(_ values: [Double], at place: Double, _ places: [Double]) -> Double {
    guard let above = places.firstIndex(where: { $0 >= place }) else { return values[values.count - 1] }
    guard above > 0 else { return values[0] }
    let share = (place - places[above - 1]) / (places[above] - places[above - 1])
    return values[above - 1] + share * (values[above] - values[above - 1])
  }

  private func beginMeasuring() {
    if bennett == nil {
      bennett = BennettFunctions(
        inverseTemperatures: ladder.inverseTemperatures, energies: [Double](repeating: problem.offset, count: ladder.count))
    }
    tempering.reset()
  }

  // MARK: - Measuring

  /// Adds what the present states are worth to the record.
  private func measure() throws {
    let measured = sweep - adaptingSweeps - 1
    let bin = measured / schedule.binLength
    record.add(
      energies: readings.energies, temperatures: tempering.temperatures, origin: problem.offset,
      bennett: settings.freeEnergy ? bennett : nil,
      bin: bin)
    if (measured + 1) % schedule.every == 0 { try measureStates(bin: bin) }
    if settings.measuresFields, settings.spins == .ising, let place = schedule.fieldMeasurement(after: measured) {
      try measureFields(place)
    }
    if samples.isDue(measured: measured) { keepStates() }
  }

  private func keepStates() {
    for (index, temperature) in tempering.temperatures.enumerated() {
      samples.take(
        temperature: temperature, chain: index / ladder.count, lane: firstLane + index, of: kernel.states,
        energy: readings.energies[index])
    }
    samples.finishDraw()
  }

  /// Collective over the ranks that share the spins.
  private func measureStates(bin: Int) throws {
    let count = ladder.count
    try readings.readStates(
      0..<replicaCount, couples: chains.count / 2 * count,
      { index in
        let (first, second) = record.couple(index / count)
        return (replica(first, index % count), replica(second, index % count))
      }, readsPairs: marginals != nil)
    marginals?.add { firstLane + replica($0, $1) }
    for (index, magnetisation) in readings.magnetisations.enumerated() {
      let square = magnetisation * magnetisation
      let (chain, temperature) = (index / count, tempering.temperatures[index])
      record.add(abs(magnetisation), to: .absMagnetisation, column: chain, temperature: temperature, bin: bin)
      record.add(square, to: .magnetisationSquare, column: chain, temperature: temperature, bin: bin)
      record.add(square * square, to: .magnetisationFourth, column: chain, temperature: temperature, bin: bin)
    }
    for (index, overlap) in readings.overlaps.enumerated() {
      let square = overlap * overlap
      let (couple, temperature) = (index / count, index % count)
      record.add(square, to: .overlapSquare, column: couple, temperature: temperature, bin: bin)
      record.add(square * square, to: .overlapFourth, column: couple, temperature: temperature, bin: bin)
      record.add(readings.links[index], to: .linkOverlap, column: couple, temperature: temperature, bin: bin)
      let part = min(Int((overlap + 1) / 2 * Double(ChainRecord.histogramLength)), ChainRecord.histogramLength - 1)
      record.add(1, to: .overlapHistogram, column: couple, temperature: temperature, bin: part)
    }
  }

  /// The replica of a ladder, counted from the first of this rank, at a temperature.
  private func replica(_ ladder: Int, _ temperature: Int) -> Int {
    let base = ladder * self.ladder.count
    return base + tempering.replicas[base + temperature]
  }

  /// What the fields say about the temperature. Collective over the ranks that share the spins.
  private func measureFields(_ place: Int) throws {
    let lanes = kernel.states.laneCount
    let inverseTemperatures = laneTemperatures.map { ladder.inverseTemperatures[Int($0)] }
    var (excess, slope) = ([Int64](repeating: 0, count: lanes), [Int64](repeating: 0, count: lanes))
    fields.add(inverseTemperatures: inverseTemperatures, excess: &excess, slope: &slope)
    try kernel.total(&excess)
    try kernel.total(&slope)
    for (index, temperature) in tempering.temperatures.enumerated() {
      let (lane, chain) = (firstLane + index, index / ladder.count)
      let (over, rise) = (fields.excessUnit * Double(excess[lane]), fields.slopeUnit * Double(slope[lane]))
      record.add(over, to: .fieldExcess, column: chain, temperature: temperature, bin: place)
      record.add(rise, to: .fieldSlope, column: chain, temperature: temperature, bin: place)
    }
  }
}
