import ArgumentParser
import Ising
import Sampling

/// `--temperatures`: A:B:K, A:B, or a list with commas.
struct TemperaturesOption: ExpressibleByArgument {
  let temperatures: SamplerSettings.Temperatures

  /// Of A:B alone.
  private static let standardCount = 16

  init?(argument: String) {
    if argument.contains(",") || !argument.contains(":") {
      let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard values.allSatisfy({ $0 != nil }) else { return nil }
      temperatures = .list(values.compactMap { $0 })
      return
    }
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), let from = Double(parts[0]), let to = Double(parts[1]) else { return nil }
    guard let count = parts.count == 3 ? Int(parts[2]) : Self.standardCount else { return nil }
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
      "A ladder: from A to B in K steps that adapt (16 by default), or fixed temperatures, separated by commas.",
      valueName: "A:B[:K]|T,T,…"))
  var temperatures: TemperaturesOption?

  @Option(
    help: ArgumentHelp(
      "tempering: chains that swap temperatures; population: populations that cool down together.",
      valueName: "tempering|population"))
  var method = SamplerSettings.Method.tempering

  @Option(help: ArgumentHelp("Replicas of each population (512 by default).", valueName: "replicas"))
  var population: Int?

  @Option(help: "Independent ladders. By default as many as cost little more than one chain, at least 4; of populations 16.")
  var chains: Int?

  @Option(help: "Rounds of 1, 2, 4 … sweeps; the ladder adapts in all but one more of 2^R, which is measured.")
  var rounds = 12

  @Option(help: "Measured sweeps, in place of those of the last round; of populations, sweeps after each step (10).")
  var sweeps: Int?

  @Option(help: "Sweeps before the measured ones. By default as many as those.")
  var burnIn: Int?

  @Option(help: ArgumentHelp("Sweeps between two measurements of magnetisations and overlaps.", valueName: "sweeps"))
  var every = 8

  @Flag(help: "Add an infinite temperature, and give ln Z, free energies and entropies.")
  var freeEnergy = false

  @Option(
    help: ArgumentHelp("Hold spins fixed: a file of lines SPIN STATE, spins counted from 0, states -1 and 1.", valueName: "file"),
    completion: .file())
  var clamp: String?

  @Option(help: "Where chains start: random, up, or a file with one spin per line.", completion: .file())
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
    if population != nil, method != .population {
      throw ValidationError("--population needs --method population")
    }
    do {
      try bare.validate(spins: 1)
    } catch { throw ValidationError("\(error)") }
  }

  /// Without what is read from files.
  private var bare: SamplerSettings {
    var settings = SamplerSettings(temperatures: temperatures?.temperatures ?? .list([temperature ?? 1]))
    (settings.chains, settings.rounds, settings.sweeps, settings.burnIn) = (chains, rounds, sweeps, burnIn)
    (settings.every, settings.freeEnergy, settings.seed, settings.spread) = (every, freeEnergy, seed, spread)
    (settings.moves, settings.method) = (moves.moves, method)
    if let population { settings.population = population }
    return settings
  }

  func settings(spins: Int) throws -> SamplerSettings {
    var settings = bare
    switch initial {
    case "random": settings.start = .random
    case "up": settings.start = .up
    default: settings.start = .state(try StateFile.read(initial, spinCount: spins))
    }
    if let clamp { settings.fixed = try ClampFile.read(clamp, spinCount: spins) }
    return settings
  }
}
