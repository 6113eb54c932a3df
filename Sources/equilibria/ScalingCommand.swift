import ArgumentParser
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

  @Option(help: "The folder of the study. By default scaling-NAME below run.folder, or below runs.", completion: .directory)
  var folder: String?

  @OptionGroup var options: ScalingOptions

  func validate() throws {
    do {
      try options.settings().check()
      try NamedSubject.check(subject, overrides: overrides)
    } catch { throw ValidationError("\(error)") }
  }

  func run() throws {
    StopSignal.install()
    let named = try NamedSubject(subject, overrides: overrides)
    let folder = folder ?? named.folder
    let study = try ScalingStudy(named.subject, settings: try options.settings(), folder: folder)
    switch try study.measure(say: { print($0) }) {
    case .stopped:
      print("stopped; repeat the command to resume")
      throw ExitCode(Exit.stopped)
    case .finished:
      print("\n" + (try study.evaluate()))
      print("wrote \(folder)/scaling.csv, model.txt and the plots")
    }
  }
}
