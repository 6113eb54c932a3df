import Ising
import Kernels

/// What to sample, and how long.
public struct SamplerSettings: Sendable {
  /// The temperatures, absolute: in units of the problem's own numbers.
  public enum Temperatures: Equatable, Sendable {
    /// These, which stay as they are.
    case list([Double])
    /// So many from one to another, moved between the two until all neighbours swap equally often.
    case range(from: Double, to: Double, count: Int)
    /// The same with as many as the ends want: a short run finds out.
    case between(Double, Double)

    /// Temperatures in all.
    public var count: Int {
      switch self {
      case .list(let values): values.count
      case .range(_, _, let count): count
      case .between: AutomaticLadder.trialCount
      }
    }

    func scaled(by scale: Double) -> Temperatures {
      switch self {
      case .list(let values): .list(values.map { $0 * scale })
      case .range(let from, let to, let count): .range(from: from * scale, to: to * scale, count: count)
      case .between(let from, let to): .between(from * scale, to * scale)
      }
    }
  }

  /// Where chains begin.
  public enum Start: Equatable, Sendable {
    /// ±1 with equal probability, drawn from the seed.
    case random
    /// All spins up.
    case up
    /// One −1 or 1 a spin.
    case state([Int8])
  }

  /// How states come to have their probabilities.
  public enum Method: String, CaseIterable, Codable, Sendable {
    /// Chains of replicas that swap temperatures; with one temperature, heat bath alone.
    case tempering
    /// Populations that cool down together.
    case population
  }

  /// What temperatures are counted in.
  public enum TemperatureUnit: String, CaseIterable, Codable, Sendable {
    /// The problem's own numbers.
    case absolute
    /// The root mean square of the field on a spin, `√(Σ_j J_ij² + h_i²)`.
    case field
  }

  /// What a spin may be.
  public enum Spins: Equatable, Sendable {
    /// −1 or 1.
    case ising
    /// From −1 to 1, with `k/2 Σ s²` added to the energy, k the stiffness.
    case box(stiffness: Double)
  }

  /// At which temperatures, or between which.
  public var temperatures: Temperatures
  /// What they are counted in.
  public var temperatureUnit = TemperatureUnit.absolute
  /// What is sampled.
  public var spins = Spins.ising
  /// How states come to have their probabilities.
  public var method = Method.tempering
  /// Replicas of a population.
  public var population = 512
  /// Independent ladders, each with a replica at every temperature; or populations. `nil`: as many ladders as the kernel takes at the price of
  /// one, at least 4; of populations 16.
  public var chains: Int?
  /// Rounds of 2, 4, 8 … sweeps. In all but the last the ladder is adapted; the last is measured and is half of the work.
  public var rounds = 12
  /// Sweeps that are measured, in place of those of the last round; or those of a population after each step, by default 10.
  public var sweeps: Int?
  /// Sweeps before them, in rounds that double.
  public var burnIn: Int?
  /// What to go on for, past these rounds.
  public var goal: SamplingGoal?
  /// The next round begins if it should end by then. Results depend on the clock.
  public var time: Duration?
  /// Sweeps between two measurements of magnetisations and overlaps. Energies are measured after every sweep.
  public var every = 8
  /// Adds an infinite temperature, of which ln Z is known, and so gives ln Z of all.
  public var freeEnergy = false
  /// Moves of clusters between sweeps, as often as states are measured.
  public var moves: Set<ClusterMove> = []
  /// Where chains begin.
  public var start = Start.random
  /// What ranks divide. Results do not depend on it.
  public var spread = SamplingSpread.automatic
  /// Spins that stay as they are, by number.
  public var fixed: [Int: Int8] = [:]
  /// Of all random numbers; runs with the same seed have the same bits.
  public var seed: UInt64 = 1
  /// States of each temperature that are kept, thinned evenly over the measured sweeps; a multiple of the chains at least as great.
  public var samples = 0
  /// Whether mean spins and correlations are measured.
  public var marginals = false
  /// Of which pairs, if they are.
  public var correlations = Correlations.edges
  /// Whether the fields on spins are measured, which tell the states' own temperature.
  var measuresFields = true

  /// More rounds would not end.
  static let greatestRounds = 30
  static let greatestTemperatures = 1024
  static let standardPopulations = 16
  /// Replicas know their population by a number of 16 bits.
  static let greatestPopulations = 1 << 16
  static let standardSweepsPerStep = 10

  /// Random starts, and 12 rounds that double.
  public init(temperatures: Temperatures) { self.temperatures = temperatures }

  /// Chains that are not independent of each other, or compared with each other: one rank has them together.
  var chainsOfBlock: Int { moves.contains(.icm) ? 4 : 2 }

  /// Whether one rank must have all spins of a chain.
  var needsWholeChains: Bool {
    guard moves.isEmpty, marginals else { return !moves.isEmpty }
    return correlations != .edges && correlations != .none
  }

  /// Sweeps of a population after each step.
  var sweepsOfStep: Int { sweeps ?? Self.standardSweepsPerStep }

  /// With temperatures in units of the problem's numbers.
  func absolute(for problem: any SampledProblem) throws -> SamplerSettings {
    guard temperatureUnit == .field else { return self }
    let scale = problem.rootMeanSquareField
    guard scale > 0 else {
      throw SamplerError("the problem has no couplings and no fields, so temperatures have no unit; give absolute ones")
    }
    var settings = self
    settings.temperatures = temperatures.scaled(by: scale)
    return settings
  }

  /// - Throws: `SamplerError` if a number makes no sense.
  public func validate(spins: Int) throws {
    try validateTemperatures()
    if let chains, !(1...1_000_000).contains(chains) { throw SamplerError("chains is \(chains), expected 1 to 1000000") }
    guard (1...Self.greatestRounds).contains(rounds) else {
      throw SamplerError(
        "rounds is \(rounds), expected 1 to \(Self.greatestRounds): a round has twice the sweeps of the one before it")
    }
    if let sweeps, !(1...1 << Self.greatestRounds).contains(sweeps) {
      throw SamplerError("sweeps is \(sweeps), expected 1 to \(1 << Self.greatestRounds)")
    }
    if let burnIn, !(0...1 << Self.greatestRounds).contains(burnIn) {
      throw SamplerError("burn-in is \(burnIn), expected 0 to \(1 << Self.greatestRounds)")
    }
    guard every >= 1 else { throw SamplerError("a measurement every \(every) sweeps, expected 1 or more") }
    if method == .population { try validatePopulation() }
    try validateGoal()
    try validateSpins(spins)
    if moves.contains(.icm), let chains, chains % 4 != 0 {
      throw SamplerError(
        "icm exchanges parts of two chains, which are compared with two others: chains is \(chains), expected a multiple of 4")
    }
    guard samples >= 0 else { throw SamplerError("samples is \(samples), expected 0 or more") }
    for (spin, value) in fixed.sorted(by: { $0.key < $1.key }) {
      guard (0..<spins).contains(spin) else {
        throw SamplerError("spin \(spin) is clamped; the problem has spins 0 to \(spins - 1)")
      }
      guard value == 1 || value == -1 else { throw SamplerError("spin \(spin) is clamped to \(value), expected -1 or 1") }
    }
    guard fixed.count < spins else { throw SamplerError("all \(spins) spins are clamped; nothing is left to sample") }
    if case .state(let state) = start {
      guard state.count == spins else { throw SamplerError("an initial state of \(state.count) spins for \(spins)") }
      if let spin = state.firstIndex(where: { $0 != 1 && $0 != -1 }) {
        throw SamplerError("spin \(spin) of the initial state is \(state[spin]), expected -1 or 1")
      }
    }
  }

  private func validateSpins(_ count: Int) throws {
    if case .box(let stiffness) = spins {
      guard stiffness >= 0, stiffness.isFinite else { throw SamplerError("a stiffness of \(stiffness), expected 0 or more") }
      guard moves.isEmpty else { throw SamplerError("moves of clusters; amplitudes have none, leave out --moves") }
    }
    guard marginals else {
      guard correlations == .edges else {
        throw SamplerError("correlations go with mean spins; ask for marginals as well, or leave them out")
      }
      return
    }
    guard method == .tempering else {
      throw SamplerError("marginals; population annealing does not measure them, leave out --marginals")
    }
    if correlations == .all, count > Correlations.greatestSpinCount {
      throw SamplerError(
        "correlations of all pairs of \(count) spins, expected at most \(Correlations.greatestSpinCount) spins; choose pairs")
    }
    guard case .pairs(let pairs) = correlations else { return }
    for pair in pairs {
      for spin in [pair.first, pair.second] where !(0..<count).contains(spin) {
        throw SamplerError("a correlation of spin \(spin); the problem has spins 0 to \(count - 1)")
      }
      guard pair.first != pair.second else { throw SamplerError("a correlation of spin \(pair.first) with itself") }
    }
  }

  /// Whether rounds go on until something is reached.
  var isOpen: Bool { goal != nil || time != nil }

  private func validateGoal() throws {
    guard isOpen else { return }
    if goal?.isConverged == true, chains == 1 {
      throw SamplerError("a goal of `converged` and 1 chain, which has no other to be compared with; give 4 chains or more")
    }
    guard sweeps == nil, burnIn == nil, method != .population else {
      throw SamplerError("a goal or a time needs rounds that double: leave out sweeps, burn-in and population annealing")
    }
    if let time, time <= .zero { throw SamplerError("a time of \(time), expected more than 0") }
  }

  private func validatePopulation() throws {
    guard (2...1_000_000).contains(population) else {
      throw SamplerError("a population of \(population) replicas, expected 2 to 1000000")
    }
    if let chains, chains > Self.greatestPopulations {
      throw SamplerError("chains is \(chains), expected at most \(Self.greatestPopulations) populations")
    }
    guard burnIn == nil else {
      throw SamplerError("a burn-in; population annealing has none, it starts at an infinite temperature")
    }
    guard moves.isEmpty else { throw SamplerError("moves of clusters; population annealing makes sweeps of single spins alone") }
    guard start == .random else { throw SamplerError("an initial state; population annealing starts from random ones") }
  }

  private func validateTemperatures() throws {
    func check(_ temperature: Double) throws {
      guard temperature > 0, temperature.isFinite else {
        throw SamplerError("a temperature of \(temperature), expected a number above 0")
      }
    }
    switch temperatures {
    case .list(let values):
      guard !values.isEmpty else { throw SamplerError("no temperature, expected one or more above 0") }
      for value in values { try check(value) }
      if let place = values.indices.dropFirst().first(where: { values[$0] == values[$0 - 1] }) {
        throw SamplerError("the temperature \(values[place]) stands twice in the ladder")
      }
      let rises = values.count < 2 || values[1] > values[0]
      if let place = values.indices.dropFirst().first(where: { (values[$0] > values[$0 - 1]) != rises }) {
        throw SamplerError("the ladder goes from \(values[place - 1]) to \(values[place]), expected temperatures in order")
      }
    case .between(let from, let to):
      try check(from)
      try check(to)
      guard from != to else { throw SamplerError("a ladder from \(from) to \(to), expected two temperatures") }
    case .range(let from, let to, let count):
      try check(from)
      try check(to)
      guard from != to else { throw SamplerError("a ladder from \(from) to \(to), expected two temperatures") }
      guard count >= 2 else { throw SamplerError("a ladder of \(count) temperatures from \(from) to \(to), expected 2 or more") }
    }
    guard temperatures.count <= Self.greatestTemperatures else {
      throw SamplerError("\(temperatures.count) temperatures, expected at most \(Self.greatestTemperatures)")
    }
  }
}

/// Why sampling cannot begin or go on.
public struct SamplerError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// An error with a message that names the setting and what was expected.
  public init(_ description: String) { self.description = description }

  /// An option that population annealing has no use for.
  package static func ofPopulations(_ option: String) -> SamplerError {
    SamplerError(
      "\(option) with --method population: populations have no rounds, are measured at each temperature, and always give ln Z; "
        + "leave it out")
  }
}
