/// A target of `Sources`: what it may import.
struct Room {
  let name: String
  /// Modules below it, and libraries of others; the system's may be imported everywhere.
  let imports: Set<String>
  /// What it imports besides until code has moved. To be emptied.
  var untilMoved: Set<String> = []
  var isYetToCome = false
  var isLeaving = false
}

/// The modules of this package from the ground up: each imports only what stands above it in this list.
enum House {
  static let rooms: [Room] = [
    Room(name: "CMPI", imports: []),
    Room(name: "CZlib", imports: []),
    Room(name: "CMetis", imports: []),
    Room(name: "CKernels", imports: []),
    Room(name: "MPI", imports: ["CMPI"]),
    Room(name: "Kernels", imports: ["CKernels"]),
    Room(name: "Host", imports: [], isYetToCome: true),
    Room(name: "Files", imports: ["CZlib"], isYetToCome: true),
    Room(name: "Parallel", imports: ["MPI", "CMetis", "Kernels", "Host"]),
    Room(name: "Ising", imports: ["Kernels", "Files", "Host"], untilMoved: ["CZlib"]),
    Room(name: "Machines", imports: ["Kernels"]),
    Room(name: "Networks", imports: ["Kernels", "Host", "Parallel", "Machines"]),
    Room(name: "Solving", imports: ["MPI", "Kernels", "Host", "Parallel", "Ising", "Machines"]),
    Room(name: "Sampling", imports: ["MPI", "Kernels", "Host", "Parallel", "Ising", "Machines", "Solving"], isYetToCome: true),
    Room(name: "Learning", imports: ["MPI", "Kernels", "Host", "Parallel", "Ising", "Machines", "Networks", "Solving"]),
    Room(name: "Datasets", imports: ["Kernels", "Host", "Files", "Learning"], untilMoved: ["CZlib"]),
    Room(
      name: "Runs", imports: libraries.union(["CZlib", "Yams"]), isLeaving: true),
    Room(name: "Configuration", imports: libraries.subtracting(["MPI"]).union(["Yams"]), isYetToCome: true),
    Room(name: "Experiments", imports: libraries.union(["Configuration"]), isYetToCome: true),
    Room(name: "Scaling", imports: libraries.union(["Configuration", "Experiments"]), isYetToCome: true),
    Room(name: "Reports", imports: libraries.union(["Configuration", "Experiments", "Scaling"]), isYetToCome: true),
    Room(
      name: "equilibria",
      imports: libraries.union(["Configuration", "Experiments", "Scaling", "Reports", "ArgumentParser"]), untilMoved: ["Runs"]),
  ]

  /// What experiments are made of.
  private static let libraries: Set<String> = [
    "MPI", "Kernels", "Host", "Files", "Parallel", "Ising", "Machines", "Networks", "Solving", "Sampling", "Learning", "Datasets",
  ]

  /// Of the system and of Swift.
  static let system: Set<String> = ["Foundation", "Glibc", "Musl", "Darwin", "Synchronization"]
  /// Packages of others.
  static let packages: Set<String> = ["ArgumentParser", "Yams"]

  /// Where pointers may be handled.
  static let unsafeRooms: Set<String> = ["MPI", "Kernels", "Parallel"]
  /// Files elsewhere that still handle them. To be emptied.
  static let unsafeFiles: Set<String> = []

  /// Short files that hold neither a protocol nor an entry point nor an extension of another module's type, and still have to join the
  /// file that a reader would look in. To be emptied.
  static let shortFiles: Set<String> = [
    "Sources/Ising/Files/NumbersReader.swift",
    "Sources/Ising/Files/ProblemFileError.swift",
    "Sources/Ising/Files/RudyReader.swift",
    "Sources/Ising/Files/StateFile.swift",
    "Sources/Ising/Hardware/DeviceEstimate.swift",
    "Sources/Ising/Memory.swift",
    "Sources/Ising/ProblemError.swift",
    "Sources/Ising/Problems/EnergyMinimum.swift",
    "Sources/Ising/Problems/MaxCut.swift",
    "Sources/Ising/Problems/NormalNumber.swift",
    "Sources/Ising/Problems/SyntheticProblem+Name.swift",
    "Sources/Ising/Solutions/BestKnown.swift",
    "Sources/Kernels/MatrixProduct.swift",
    "Sources/Kernels/MemoryLimit.swift",
    "Sources/MPI/Communicator+PendingArrays.swift",
    "Sources/MPI/Failures.swift",
    "Sources/MPI/FirstError.swift",
    "Sources/MPI/GraphCommunicator.swift",
    "Sources/MPI/Status.swift",
    "Sources/Machines/EnergyMeter.swift",
    "Sources/Machines/FlipSampler+Annealing.swift",
    "Sources/Machines/FlipSampler+Gibbs.swift",
    "Sources/Machines/FlipSampler+ReverseAnnealing.swift",
    "Sources/Runs/Checkpoint/CheckpointLocation.swift",
    "Sources/Runs/Configuration/Configuration+File.swift",
    "Sources/Runs/Configuration/ConfigurationError.swift",
    "Sources/Runs/Configuration/ConfigurationReference.swift",
    "Sources/Runs/Configuration/GridSettings.swift",
    "Sources/Runs/Configuration/IsingSettings.swift",
    "Sources/Runs/Configuration/Limit.swift",
    "Sources/Runs/Configuration/NearestWord.swift",
    "Sources/Runs/Configuration/PhysicalMachine.swift",
    "Sources/Runs/Configuration/RunSettings.swift",
    "Sources/Runs/Events/CRC32C.swift",
    "Sources/Runs/Files/FileError.swift",
    "Sources/Runs/ProgramVersion.swift",
    "Sources/Runs/Progress/ProgressReport.swift",
    "Sources/Runs/Reports/TextTable.swift",
    "Sources/Runs/RunFolder/ProcessorName.swift",
    "Sources/Runs/RunFolder/RunLog.swift",
    "Sources/Runs/RunFolder/TimeStamp.swift",
    "Sources/Runs/Scaling/ScalingSettings.swift",
    "Sources/Runs/Tensors/Checksum.swift",
    "Sources/Solving/RandomSpins.swift",
    "Sources/Solving/ReadShare.swift",
    "Sources/equilibria/ConfigurationReferenceCommand.swift",
    "Sources/equilibria/DoctorCommand.swift",
    "Sources/equilibria/Exit.swift",
    "Sources/equilibria/Job.swift",
  ]

  /// Files that `swift format lint --strict` still finds fault with. To be emptied.
  static let unformattedFiles: Set<String> = [
    "Sources/Runs/Tensors/SafetensorsHeader.swift", "Sources/Solving/SpinHome.swift",
  ]
}
