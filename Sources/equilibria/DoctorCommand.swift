import ArgumentParser
import MPI
import Reports

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Reports what a job would run on: MPI, ranks and hosts, processor, kernels and data sets.",
    discussion: """
      Measures the peak of every rank's core at the same time, and says how to get the data sets that are not found.

        equilibria doctor
        mpirun -n 2 equilibria doctor
      """)

  @Option(help: "The only folder to look for data sets in, like the key data.folder.")
  var data: String?

  func run() {
    Job.run { world in
      let report = try HostReport(over: world, folder: data)
      if world.rank == 0 { print(report.text) }
      return 0
    }
  }
}
