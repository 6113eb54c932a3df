import ArgumentParser
import Foundation
import Host
import Scaling

struct ScalingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Measures a step on several numbers of ranks, and predicts it on more.",
    discussion: """
      Starts one job per point, so run it without a launcher. Each point becomes a row of scaling.csv in --folder as soon as it is \
      measured; repeating the command resumes an interrupted study and draws the plots. A step is a mini-batch of a configuration's \
      training, on synthetic images and with tolerances of 0, so that every point does the same work; or a sweep over the spins of \
      a drawn Ising problem that is spread over the ranks (docs/guide/scaling.md).

        equilibria scaling configs/cifar10-small.yaml --ranks 1,2 --strong --weak
        equilibria scaling configs/cifar10-small.yaml --ranks 1,2,4 \\
          --hosts node1,node2 --repeats 5 --folder runs/two-nodes
        equilibria scaling configs/cifar10-small.yaml --ranks 4 --grids 2x2,1x4
        equilibria scaling torus:1000x1000 --ranks 1,2 --strong --weak
      """)

  @Argument(
    help: "A configuration, or a drawn Ising problem: torus:ROWSxCOLUMNS, dense:SPINS, sk:SPINS.",
    completion: .file(extensions: ["yaml"]))
  var subject: String

  @Option(name: .customLong("set"), parsing: .singleValue, help: "Overrides one key of the configuration. May be repeated.")
  var overrides: [String] = []

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

  @Option(help: "The folder of the study. By default scaling-NAME below run.folder, or below runs.", completion: .directory)
  var folder: String?

  @Option(help: "Numbers of ranks to predict, separated by commas.")
  var predict = "16,32,64,128,256,512,1024,2048,4096"

  @Option(help: "Predict for a network with this latency, in seconds per short message.")
  var latency: Double?

  @Option(help: "Predict for a network with this bandwidth, in bytes per second.")
  var bandwidth: Double?

  @Option(parsing: .singleValue, help: "Compare the model with the points of another study's folder. May be repeated.")
  var check: [String] = []

  func validate() throws {
    guard (latency == nil) == (bandwidth == nil) else { throw ValidationError("--latency and --bandwidth belong together") }
    do {
      try settings().check()
      try NamedSubject.check(subject, overrides: overrides)
    } catch { throw ValidationError("\(error)") }
  }

  func run() throws {
    StopSignal.install()
    let named = try NamedSubject(subject, overrides: overrides)
    let folder = folder ?? named.folder
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let study = try ScalingStudy(named.subject, settings: try settings(), folder: folder, program: program)
    switch try study.measure(say: { print($0) }) {
    case .stopped:
      print("stopped; repeat the command to resume")
      throw ExitCode(Exit.stopped)
    case .finished:
      print("\n" + (try study.evaluate()))
      print("wrote \(folder)/scaling.csv, model.txt and the plots")
    }
  }

  private func settings() throws -> ScalingSettings {
    var settings = ScalingSettings()
    settings.modes = (strong || !weak ? [.strong] : []) + (weak ? [.weak] : [])
    settings.ranks = try ScalingSettings.numbers(ranks, of: "--ranks").sorted()
    settings.grids = try ScalingSettings.grids(grids)
    (settings.repetitions, settings.steps, settings.sharedCores) = (repeats, steps, sharedCores)
    settings.launcher = launcher.split(separator: " ").map(String.init) + (hosts.map { ["-hosts", $0] } ?? [])
    settings.predicted = try ScalingSettings.numbers(predict, of: "--predict")
    if let latency, let bandwidth { settings.network = .init(latency: latency, bandwidth: bandwidth) }
    settings.checks = check
    return settings
  }
}
