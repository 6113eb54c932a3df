import ArgumentParser
import Runs

@main
struct Equilibria: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equilibria",
    abstract: "Trains energy-based networks by equilibrium propagation under MPI.",
    version: ProgramVersion.current,
    subcommands: [TrainCommand.self, InspectCommand.self, DoctorCommand.self, ConfigurationReferenceCommand.self])
}
