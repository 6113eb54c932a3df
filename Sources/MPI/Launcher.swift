/// What the program that started the processes says about them, in their environment.
///
/// Under the `mpirun` of another MPI each process finds itself alone, and the job runs as many copies of a one-rank program. The
/// launcher's own variables give that away.
struct Launcher {
  private let variable: (String) -> String?

  init(variable: @escaping (String) -> String? = Platform.environmentVariable) {
    self.variable = variable
  }

  private static let sizes = [
    (variable: "OMPI_COMM_WORLD_SIZE", launcher: "Open MPI's mpirun"),
    (variable: "MV2_COMM_WORLD_SIZE", launcher: "MVAPICH's mpirun"),
    (variable: "PMI_SIZE", launcher: "a PMI launcher (mpirun or srun)"),
  ]

  /// The caller's number among the processes started, by the launcher's count.
  var rank: Int? {
    ["OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"].lazy.compactMap(number).first
  }

  /// How many processes were started, by the launcher's count.
  var size: Int? {
    (Self.sizes.map(\.variable) + ["SLURM_STEP_NUM_TASKS"]).lazy.compactMap(number).first
  }

  /// What is wrong if the launcher and MPI do not agree on the number of processes; `nil` if they do.
  func mismatch(worldSize: Int, library: String) -> String? {
    for (name, launcher) in Self.sizes {
      if let started = number(name), started != worldSize {
        return "\(launcher) started \(started) processes (\(name)), but \(library) finds \(worldSize): "
          + "the launcher belongs to another MPI. Use the mpirun of \(library) (mpirun.mpich, mpiexec.hydra)"
      }
    }
    if worldSize == 1, number("PMI_SIZE") == nil, let started = number("SLURM_STEP_NUM_TASKS"), started > 1 {
      return "srun started \(started) processes (SLURM_STEP_NUM_TASKS), but \(library) finds 1: add --mpi=pmi2 to srun"
    }
    return nil
  }

  private func number(_ name: String) -> Int? {
    variable(name).flatMap { Int($0) }
  }
}
