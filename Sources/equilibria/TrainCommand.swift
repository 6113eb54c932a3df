import ArgumentParser
import Experiments
import Files
import Host

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network by equilibrium propagation, on any number of ranks.",
    discussion: """
      At the end, the weights that were best on the validation images are measured on the test images. The result has the same bits \
      on any number of ranks. Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP write a checkpoint and exit with code \(Exit.stopped); --resume \
      continues from it.

        mpirun -n 2 equilibria train configs/fashion-mnist.yaml
        mpirun -n 2 equilibria train configs/cifar10-small.yaml \\
          --set learning.epochs=5 --set network.layers.conv1.gain=0.8
        mpirun -n 4 equilibria train configs/cifar10-small.yaml \\
          --run-dir runs/mine --resume
        mpirun -n 4 equilibria train configs/cifar10-small.yaml \\
          --set grid.data=2 --set grid.spin=2
        mpirun -n 4 equilibria train configs/cifar10-small.yaml \\
          --initial models/cifar10-small.safetensors
        mpirun -n 4 equilibria train configs/cifar10-small.yaml --check
      """)

  @Argument(
    help: "The configuration, a YAML file (docs/guide/configuration.md); - for standard input.",
    completion: .file(extensions: ["yaml"]))
  var config: String

  @Option(name: .customLong("set"), parsing: .singleValue, help: "Overrides one key: --set learning.nudge=0.1. May be repeated.")
  var overrides: [String] = []

  @Option(help: "The run folder. By default a new one below run.folder, named after the configuration and the time.")
  var runDir: String?

  @Flag(help: "Resume from the last checkpoint of --run-dir, or start there if it holds none.")
  var resume = false

  @Option(
    help: "Start a new run from the weights of this checkpoint, run or weight file; from their average if it has one.",
    completion: .file(extensions: ["safetensors"]))
  var initial: String?

  @Flag(
    help:
      "Train nothing: say what the run would be and need (settings, grid, memory, time, disk) and what would go wrong. Exit code \(Exit.input) if something would."
  )
  var check = false

  @Flag(help: "End with one JSON object instead of text; progress goes to standard error as always.")
  var json = false

  func validate() throws {
    if resume && runDir == nil { throw ValidationError("--resume needs --run-dir, the folder of the run to resume") }
  }

  func run() {
    Job.run { world in
      var job = TrainingJob(config)
      (job.overrides, job.folder, job.resumes, job.initial) = (overrides, runDir, resume, initial)
      if check {
        let check = try job.check(over: world)
        if world.rank == 0 { print(json ? try jsonText(check) : check.text) }
        return check.problems.isEmpty ? 0 : Exit.input
      }
      guard case .finished(let result) = try job.run(over: world) else { return try Job.stopped(on: world) }
      if world.rank == 0 { print(json ? try jsonText(result) : result.text) }
      return 0
    }
  }
}
