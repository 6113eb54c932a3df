import ArgumentParser
import Scaling

/// What a study measures and predicts.
struct ScalingOptions: ParsableArguments {
  @Option(help: "Numbers of ranks, separated by commas.")
  var ranks = "1,2,4"

  @Flag(help: "The same mini-batch or problem on any number of ranks. The default.")
  var strong = false

  @Flag(help: "One mini-batch per rank, or a problem that grows with the ranks.")
  var weak = false

  @Option(help: "Grids (data × spin) for some numbers of ranks, for example 2x2,1x4; auto: the grid predicted to be fastest.")
  var grids = "auto"

  @Option(help: "How many times each point is measured.")
  var repeats = 3

  @Option(help: "Timed steps, after one warm-up step.")
  var steps = 5

  @Option(help: "Hosts for MPICH's launcher, separated by commas. In a batch job it finds them itself.")
  var hosts: String?

  @Option(help: "The launcher and its options, as one quoted argument: \"srun --mpi=pmi2\".")
  var launcher = "mpirun"

  @Option(help: "The number of cores that all ranks share, if the hosts are virtual.")
  var sharedCores: Int?

  @Option(help: "Numbers of ranks to predict, separated by commas.")
  var predict = "16,32,64,128,256,512,1024,2048,4096"

  @Option(help: "Predict for a network with this latency, in seconds per short message.")
  var latency: Double?

  @Option(help: "Predict for a network with this bandwidth, in bytes per second.")
  var bandwidth: Double?

  @Option(parsing: .singleValue, help: "Compare the model with the points of another study's folder. May be repeated.")
  var check: [String] = []

  func settings() throws -> ScalingSettings {
    var settings = ScalingSettings()
    settings.modes = (strong || !weak ? [.strong] : []) + (weak ? [.weak] : [])
    settings.ranks = try ScalingSettings.numbers(ranks, of: "--ranks").sorted()
    settings.grids = try ScalingSettings.grids(grids)
    (settings.repetitions, settings.steps, settings.sharedCores) = (repeats, steps, sharedCores)
    settings.launcher = launcher.split(separator: " ").map(String.init) + (hosts.map { ["-hosts", $0] } ?? [])
    settings.predicted = try ScalingSettings.numbers(predict, of: "--predict")
    guard (latency == nil) == (bandwidth == nil) else { throw ValidationError("--latency and --bandwidth belong together") }
    if let latency, let bandwidth { settings.network = .init(latency: latency, bandwidth: bandwidth) }
    settings.checks = check
    return settings
  }
}
