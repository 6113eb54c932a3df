import ArgumentParser
import Sampling

/// How to sample.
struct SampleRunOptions: ParsableArguments {
  @Option(help: "The temperature, in units of the problem's numbers: a state has probability exp(-E/T)/Z.")
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "A ladder: from A to B in K steps that adapt (as many as it wants by default), or fixed temperatures, separated by commas.",
      valueName: "A:B[:K]|T,T,…"))
  var temperatures: SamplerSettings.Temperatures?

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
  var moves = "gibbs"

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
    if let stiffness, spins != .box { throw ValidationError("--stiffness \(stiffness) needs --spins box") }
    if ClusterMove.moves(moves) == nil { throw ValidationError("--moves \(moves): expected gibbs, gibbs,icm or gibbs,wolff") }
    if population != nil, method != .population { throw ValidationError("--population needs --method population") }
    if method == .population, freeEnergy { throw ValidationError("\(SamplerError.ofPopulations("--free-energy"))") }
  }

  /// Without what is read from files.
  var settings: SamplerSettings {
    var settings = SamplerSettings(temperatures: temperatures ?? .list([temperature ?? 1]))
    (settings.chains, settings.method, settings.moves) = (chains, method, ClusterMove.moves(moves) ?? [])
    (settings.freeEnergy, settings.seed, settings.spread) = (freeEnergy, seed, spread)
    settings.temperatureUnit = temperatureUnit
    if spins == .box { settings.spins = .box(stiffness: stiffness ?? 0) }
    if let population { settings.population = population }
    return settings
  }
}
