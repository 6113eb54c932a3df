import ArgumentParser
import Configuration
import Foundation
import Host
import Ising
import MPI
import Parallel
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
    guard repeats > 0, steps > 0 else { throw ValidationError("--repeats and --steps have to be above 0") }
    guard (latency == nil) == (bandwidth == nil), latency ?? 1 > 0, bandwidth ?? 1 > 0 else {
      throw ValidationError("--latency and --bandwidth belong together, and are above 0")
    }
    if let sharedCores, sharedCores < 1 { throw ValidationError("--shared-cores \(sharedCores): expected a positive number") }
    _ = try settings()
  }

  func run() throws {
    StopSignal.install()
    let (subject, usual) = try Self.subject(subject, overrides: overrides)
    let folder = folder ?? usual
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let study = try ScalingStudy(subject, settings: try settings(), folder: folder, program: program)
    switch try study.measure(say: { print($0) }) {
    case .stopped:
      print("stopped; repeat the command to resume")
      throw ExitCode(Exit.stopped)
    case .finished:
      print("\n" + (try study.evaluate()))
      print("wrote \(folder)/scaling.csv, model.txt and the plots")
    }
  }

  /// What a word names, and the usual folder of its study.
  static func subject(_ word: String, overrides: [String] = []) throws -> (any ScalingSubject, folder: String) {
    if let (problem, seed) = try SyntheticProblem.named(word) {
      guard overrides.isEmpty else { throw ValidationError("--set overrides keys of a configuration, and `\(word)` is none") }
      return (try SpinSubject(problem, seed: seed), "runs/scaling-\(problem.name.replacingOccurrences(of: ":", with: "-"))")
    }
    let configuration = try Configuration(contentsOf: word, overrides: try overrides.map { try ConfigurationOverride($0) })
    return (try TrainingSubject(configuration), "\(configuration.run.folder)/scaling-\(configuration.name)")
  }

  private func settings() throws -> ScalingSettings {
    var settings = ScalingSettings()
    settings.modes = (strong || !weak ? [.strong] : []) + (weak ? [.weak] : [])
    settings.ranks = try Self.numbers(ranks, of: "--ranks").sorted()
    settings.grids = grids == "auto" ? [] : try grids.split(separator: ",").map { try GridArgument(String($0)).shape }
    settings.repetitions = repeats
    settings.steps = steps
    settings.launcher = launcher.split(separator: " ").map(String.init) + (hosts.map { ["-hosts", $0] } ?? [])
    settings.sharedCores = sharedCores
    settings.predicted = try Self.numbers(predict, of: "--predict")
    if let latency, let bandwidth { settings.network = .init(latency: latency, bandwidth: bandwidth) }
    settings.checks = check
    if let stranger = settings.grids.first(where: { !settings.ranks.contains($0.data * $0.spin) }) {
      throw ValidationError(
        "--grids: \(stranger) has \(stranger.data * stranger.spin) ranks, which are not among --ranks \(ranks)")
    }
    return settings
  }

  private static func numbers(_ text: String, of option: String) throws -> [Int] {
    try text.split(separator: ",").map { word in
      guard let number = Int(word), number > 0 else { throw ValidationError("\(option): `\(word)` is not a positive number") }
      return number
    }
  }
}

/// A grid on the command line: `2x4` or `2×4`.
struct GridArgument {
  let shape: GridShape

  init(_ text: String) throws {
    let extents = text.split(whereSeparator: { $0 == "x" || $0 == "×" }).compactMap { Int($0) }
    guard extents.count == 2, extents.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("`\(text)` is not a grid; expected data x spin, such as 2x4")
    }
    shape = GridShape(data: extents[0], spin: extents[1])
  }
}

/// What `scaling` has the launcher start: one point, printed as JSON.
struct ScalingPointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling-point", abstract: "Measures one point of a scaling study with the ranks of this job.",
    shouldDisplay: false)

  @Argument var subject: String
  @Option var mode: String
  @Option var steps: Int
  @Option var repetition: Int
  @Option var launched: Double
  @Option var grid: String?

  func run() {
    Job.run { world in
      guard let mode = ScalingMode(rawValue: mode) else { throw ValidationError("--mode \(mode): expected strong or weak") }
      let measurement = PointMeasurement(
        try ScalingCommand.subject(subject).0, mode: mode, grid: try grid.map { try GridArgument($0).shape }, over: world)
      let point = try measurement.run(steps: steps, repetition: repetition, launch: Date(timeIntervalSince1970: launched))
      if world.rank == 0 { print(String(decoding: try JSONEncoder().encode(point), as: UTF8.self)) }
      return 0
    }
  }
}
