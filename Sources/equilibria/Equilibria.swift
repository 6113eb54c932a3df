import ArgumentParser
import Experiments

@main
struct Equilibria: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equilibria",
    abstract: "Trains energy-based networks by equilibrium propagation and solves Ising problems, under MPI.",
    discussion: """
      A run is described by one YAML file, and leaves a folder with its configuration, metrics, log and checkpoints.

        mpirun -n 2 equilibria doctor
        mpirun -n 2 equilibria train configs/fashion-mnist.yaml
        equilibria inspect runs/fashion-mnist-20260131-154500
      """,
    version: ProgramVersion.current,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, SolveCommand.self, RelaxCommand.self, InspectCommand.self, ExportCommand.self,
      ReportCommand.self, ScalingCommand.self, DoctorCommand.self, ConfigurationReferenceCommand.self, ScalingPointCommand.self,
    ])
}
