import ArgumentParser
import Ising
import Sampling

/// `--temperatures`: A:B:K, A:B, or a list with commas.
struct TemperaturesOption: ExpressibleByArgument {
  let temperatures: SamplerSettings.Temperatures

  init?(argument: String) {
    if argument.contains(",") || !argument.contains(":") {
      let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard values.allSatisfy({ $0 != nil }) else { return nil }
      temperatures = .list(values.compactMap { $0 })
      return
    }
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), let from = Double(parts[0]), let to = Double(parts[1]) else { return nil }
    guard parts.count == 3 else {
      temperatures = .between(from, to)
      return
    }
    guard let count = Int(parts[2]) else { return nil }
    temperatures = .range(from: from, to: to, count: count)
  }
}

/// `--moves`: gibbs, and others behind commas.
struct MovesOption: ExpressibleByArgument {
  let moves: Set<ClusterMove>

  init(_ moves: Set<ClusterMove>) { self.moves = moves }

  init?(argument: String) {
    var names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let place = names.firstIndex(of: "gibbs") else { return nil }
    names.remove(at: place)
    let moves = names.compactMap { ClusterMove(rawValue: $0) }
    guard moves.count == names.count else { return nil }
    self.moves = Set(moves)
  }

  var defaultValueDescription: String { "gibbs" }
}

extension SamplerSettings.Method: ExpressibleByArgument {}
extension SamplerSettings.TemperatureUnit: ExpressibleByArgument {}

/// `--spins`: what a spin may be.
enum SpinsOption: String, CaseIterable, ExpressibleByArgument { case ising, box }

extension SamplingGoal: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension SamplingSpread: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public var defaultValueDescription: String { description }
}

/// How to sample.
struct SampleRunOptions: ParsableArguments {
  @Option(help: "The temperature, in units of the problem's numbers: a state has probability exp(-E/T)/Z.")
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "A ladder: from A to B in K steps that adapt (as many as it wants by default), or fixed temperatures, separated by commas.",
      valueName: "A:B[:K]|T,T,…"))
  var temperatures: TemperaturesOption?

  @Option(
    help: ArgumentHelp(
      "What temperatures are counted in: the problem's numbers, or the root mean square of the field on a spin, as solve does.",
      valueName: "absolute|field"))
  var temperatureUnit = SamplerSettings.TemperatureUnit.absolute

  @Option(help: ArgumentHelp("Spins are -1 or 1, or amplitudes from -1 to 1 (box).", valueName: "ising|box"))
  var spins = SpinsOption.ising

  @Option(help: ArgumentHelp("Add k/2 times the sum of squares to the energy of amplitudes (0 by default).", valueName: "k"))
  var stiffness: Double?

  @Option(
    help: ArgumentHelp(
      "tempering: chains that swap temperatures; population: populations that cool down together.",
      valueName: "tempering|population"))
  var method = SamplerSettings.Method.tempering

  @Option(help: ArgumentHelp("Replicas of each population (512 by default).", valueName: "replicas"))
  var population: Int?

  @Option(help: "Independent ladders. By default as many as cost little more than one chain, at least 4; of populations 16.")
  var chains: Int?

  @Option(
    help: ArgumentHelp(
      "Rounds of 1, 2, 4 … sweeps; the ladder adapts in all but one more of 2^R, which is measured. By default 12, with --until or --time 6.",
      valueName: "R"))
  var rounds: Int?

  @Option(
    help: ArgumentHelp(
      "Go on for more rounds until all temperatures have this: rhat:1.01, ess:400, energy:1e-3 (error a spin) or converged, with commas.",
      valueName: "goal"))
  var until: SamplingGoal?

  @Option(help: ArgumentHelp("Begin no round that would not end by then. The result depends on the clock.", valueName: "seconds"))
  var time: Double?

  @Option(help: "Measured sweeps, in place of those of the last round; of populations, sweeps after each step (10).")
  var sweeps: Int?

  @Option(help: "Sweeps before the measured ones. By default as many as those.")
  var burnIn: Int?

  @Option(
    help: ArgumentHelp("Sweeps between two measurements of magnetisations and overlaps (8 by default).", valueName: "sweeps"))
  var every: Int?

  @Flag(help: "Add an infinite temperature, and give ln Z, free energies and entropies.")
  var freeEnergy = false

  @Option(
    help: ArgumentHelp("Hold spins fixed: a file of lines SPIN STATE, spins counted from 0, states -1 and 1.", valueName: "file"),
    completion: .file())
  var clamp: String?

  @Option(
    help: "Where chains start: random, up, planted (the state of a planted problem), or a file with one spin per line.",
    completion: .file())
  var initial = "random"

  @Option(
    help: ArgumentHelp(
      "Moves of clusters besides sweeps: gibbs,icm (Houdayer's, between cold chains) or gibbs,wolff (without frustration).",
      valueName: "gibbs[,icm][,wolff]"))
  var moves = MovesOption([])

  @Option(
    help: ArgumentHelp(
      "What ranks divide: chains (replicas), the spins of each, or R blocks of chains and S parts of the spins.",
      valueName: "auto|replicas|spins|RxS"))
  var spread = SamplingSpread.automatic

  @Option(help: "The seed of all random numbers.")
  var seed: UInt64 = 1

  /// Before the first look at a goal.
  private static let openRounds = 6

  func validate() throws {
    guard (temperature == nil) != (temperatures == nil) else {
      throw ValidationError(
        temperature == nil
          ? "no temperature: give --temperature T or --temperatures A:B, in units of the problem's numbers"
          : "--temperature and --temperatures: give one of them")
    }
    if let temperature, !(temperature > 0 && temperature.isFinite) {
      throw ValidationError("--temperature \(temperature): expected a number above 0")
    }
    if let stiffness, spins != .box { throw ValidationError("--stiffness \(stiffness) needs --spins box") }
    if population != nil, method != .population {
      throw ValidationError("--population needs --method population")
    }
    if method == .population {
      let meaningless = [("--rounds", rounds != nil), ("--every", every != nil), ("--free-energy", freeEnergy)]
      if let (name, _) = meaningless.first(where: { $0.1 }) {
        throw ValidationError(
          "\(name) with --method population: populations have no rounds, are measured at each temperature, and always give ln Z; "
            + "leave it out")
      }
    }
    do {
      try bare.validate(spins: 1)
    } catch { throw ValidationError("\(error)") }
  }

  /// Without what is read from files.
  private var bare: SamplerSettings {
    var settings = SamplerSettings(temperatures: temperatures?.temperatures ?? .list([temperature ?? 1]))
    (settings.chains, settings.sweeps, settings.burnIn) = (chains, sweeps, burnIn)
    (settings.goal, settings.time) = (until, time)
    settings.rounds = rounds ?? (until == nil && time == nil ? settings.rounds : Self.openRounds)
    (settings.freeEnergy, settings.seed, settings.spread) = (freeEnergy, seed, spread)
    if let every { settings.every = every }
    (settings.moves, settings.method) = (moves.moves, method)
    settings.temperatureUnit = temperatureUnit
    if spins == .box { settings.spins = .box(stiffness: stiffness ?? 0) }
    if let population { settings.population = population }
    return settings
  }

  /// - Parameter file: the problem's, or the name of a drawn one.
  func settings(spins: Int, of file: String) throws -> SamplerSettings {
    var settings = bare
    switch initial {
    case "random": settings.start = .random
    case "up": settings.start = .up
    case "planted":
      guard let planted = try PlantedProblem.named(file) else {
        throw SamplerError("--initial planted: \(file) has no planted state; give planted:ROWSxCOLUMNS:SHARE as the problem")
      }
      settings.start = .state(planted.state)
    default: settings.start = .state(try StateFile.read(initial, spinCount: spins))
    }
    if let clamp { settings.fixed = try ClampFile.read(clamp, spinCount: spins) }
    return settings
  }
}
