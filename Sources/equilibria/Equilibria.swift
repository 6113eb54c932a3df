import ArgumentParser
import Configuration
import Experiments
import Files
import Foundation
import Reports

@main
struct Equilibria: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equilibria",
    abstract: "Trains energy-based networks by equilibrium propagation, solves Ising problems and samples them, under MPI.",
    discussion: """
      A run is described by one YAML file, and leaves a folder with its configuration, metrics, log and checkpoints.

        mpirun -n 2 equilibria doctor
        mpirun -n 2 equilibria train configs/fashion-mnist.yaml
        equilibria inspect runs/fashion-mnist-20260131-154500
      """,
    version: ProgramVersion.current,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, SolveCommand.self, SampleCommand.self, RelaxCommand.self,
      InspectCommand.self, ExportCommand.self, ReportCommand.self, ScalingCommand.self, DoctorCommand.self,
      ConfigurationReferenceCommand.self, ScalingPointCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot(CommandLine.arguments.dropFirst().map { UserPath.expand(argument: $0) })
      try command.run()
      try Job.flushOutput()
    } catch {
      Job.end(error)
    }
  }
}

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Reports what a job would run on: MPI, ranks and hosts, processor, memory, disk, batch system, kernels and data sets.",
    discussion: """
      Measures the peak of every rank's core at the same time, and says how to get the data sets that are not found.

        equilibria doctor
        mpirun -n 2 equilibria doctor
      """)

  @Option(help: "The only folder to look for data sets in, like the key data.folder.")
  var data: String?

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() {
    Job.run { world in
      let report = try HostReport(over: world, folder: data)
      if world.rank == 0 { print(json ? try jsonText(report) : report.text) }
      return 0
    }
  }
}
