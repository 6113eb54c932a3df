import Ising
import Parallel

/// What a run has found.
public struct SamplingResult: Sendable {
  /// The settings that were asked for.
  public let settings: SamplerSettings
  /// From the coldest to the hottest.
  public let temperatures: [TemperatureEstimate]
  /// `nil` with a single temperature.
  public let tempering: TemperingReport?
  /// What the ladder was in the rounds before the measured one.
  public let ladderHistory: [LadderRound]
  /// Kept states.
  public let samples: SampledStates
  /// Mean spins and correlations, if they were asked for.
  public let marginals: Marginals?
  /// Independent ladders.
  public let chains: Int
  /// Sweeps of the last round, which were measured.
  public let measuredSweeps: Int
  /// Sweeps before them.
  public let burnInSweeps: Int
  /// Sweeps between two measurements of magnetisations and overlaps.
  public let every: Int
  /// Blocks of chains, and ranks that shared the spins of each.
  public let grid: GridShape
  /// How replicas were held.
  public let kernel: String
  /// Visits of single spins, of all rounds and ranks.
  public let spinUpdates: Double
  /// Wall-clock time of the run.
  public let seconds: Double
  /// Whether the figures may be believed.
  public private(set) var verdict: Verdict

  /// Ranks of the run.
  public var ranks: Int { grid.data * grid.spin }

  /// Bins in which the measured sweeps were added up.
  let binCount: Int

  /// A round of adaptation.
  public struct LadderRound: Equatable, Sendable {
    /// Sweeps of the round.
    public let sweeps: Int
    /// From the hottest to the coldest, like the rejections of neighbours.
    public let temperatures: [Double]
    /// The share of swaps that each pair of neighbours rejected.
    public let rejections: [Double]
  }

  init(
    _ problem: any SampledProblem, _ settings: SamplerSettings, _ run: GatheredRun, kernel: String, seconds: Double
  ) {
    self.settings = settings
    let free = problem.spinCount - settings.fixed.count
    let logZ = settings.freeEnergy ? FreeEnergies.logZ(run.record, run.bennett, spins: free) : []
    temperatures = run.ladder.inverseTemperatures.indices.reversed().map { index in
      var estimate = TemperatureEstimate(
        run.record, index: index, inverseTemperature: run.ladder.inverseTemperatures[index], offset: problem.offset)
      if settings.freeEnergy { estimate.logZ = logZ[index] }
      return estimate
    }
    tempering =
      run.ladder.count > 1
      ? TemperingReport(rejections: run.rejections, roundTrips: run.roundTrips, sweeps: run.schedule.measured) : nil
    ladderHistory = run.history.map {
      LadderRound(sweeps: $0.sweeps, temperatures: $0.temperatures, rejections: $0.rejections)
    }
    samples = SampledStates(run.samples, spins: problem.spinCount, isBox: settings.spins != .ising)
    marginals = run.marginals
    chains = run.record.chainCount
    measuredSweeps = run.schedule.measured
    burnInSweeps = run.schedule.total - run.schedule.measured
    binCount = run.schedule.binCount
    every = run.schedule.every
    grid = run.grid
    self.kernel = kernel
    self.seconds = seconds
    spinUpdates = Double(free) * Double(chains * run.ladder.count) * Double(run.schedule.total)
    verdict = Verdict(reasons: [])
    verdict = Verdict(self)
  }
}

extension SamplingResult {
  /// That of population annealing.
  init(
    _ problem: any SampledProblem, _ settings: SamplerSettings, _ record: PopulationRecord, inverseTemperatures: [Double],
    samples: KeptSamples,
    sweeps: Int, kernel: String, grid: GridShape, seconds: Double
  ) {
    self.settings = settings
    temperatures = inverseTemperatures.indices.reversed().map { index in
      TemperatureEstimate(
        record, index: index, inverseTemperature: inverseTemperatures[index], offset: problem.offset, size: settings.population)
    }
    (tempering, ladderHistory) = (nil, [])
    self.samples = SampledStates(samples, spins: problem.spinCount, isBox: settings.spins != .ising)
    chains = record.populationCount
    (measuredSweeps, burnInSweeps, every, binCount) = (sweeps, 0, 1, 0)
    self.grid = grid
    self.kernel = kernel
    self.seconds = seconds
    marginals = nil
    // Populations that wait for others, or have arrived, are visited like the rest.
    spinUpdates = Double(problem.spinCount - settings.fixed.count) * Double(settings.population * chains) * Double(sweeps)
    verdict = Verdict(reasons: [])
    verdict = Verdict(population: self)
  }
}

/// States that were kept at each temperature, a bit a spin.
public struct SampledStates: Sendable {
  /// States of each chain at each temperature.
  public let draws: Int
  /// Independent ladders.
  public let chains: Int
  /// Temperatures at which states were kept.
  public let temperatureCount: Int
  /// Spins of a state.
  public let spins: Int
  /// Whether spins are amplitudes.
  public let isBox: Bool
  let kept: KeptSamples

  init(_ kept: KeptSamples, spins: Int, isBox: Bool) {
    (draws, chains, temperatureCount) = (kept.draws, kept.chainCount, kept.temperatureCount)
    self.spins = spins
    self.isBox = isBox
    self.kept = kept
  }

  private func bytes(_ temperature: Int, _ chain: Int, _ draw: Int) -> [UInt8] {
    Array(kept.bytes(temperature: temperatureCount - 1 - temperature, chain: chain, draw: draw))
  }

  /// −1 and 1; of amplitudes their signs.
  ///
  /// - Parameter temperature: counted from the coldest.
  public func state(temperature: Int, chain: Int, draw: Int) -> [Int8] {
    guard !isBox else { return amplitudes(temperature: temperature, chain: chain, draw: draw).map { $0 < 0 ? -1 : 1 } }
    let bytes = bytes(temperature, chain, draw)
    return (0..<spins).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 ? 1 : -1 }
  }

  /// −1 … 1, counted like `state(temperature:chain:draw:)`.
  public func amplitudes(temperature: Int, chain: Int, draw: Int) -> [Float] {
    guard isBox else { return state(temperature: temperature, chain: chain, draw: draw).map { Float($0) } }
    let bytes = bytes(temperature, chain, draw)
    return (0..<spins).map { spin in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[4 * spin + $1]) << UInt32(8 * $1) })
    }
  }

  /// The energy of a kept state, counted like `state(temperature:chain:draw:)`.
  public func energy(temperature: Int, chain: Int, draw: Int) -> Double {
    kept.energy(temperature: temperatureCount - 1 - temperature, chain: chain, draw: draw)
  }
}
