/// A target of `Sources`: what it may import.
struct Room {
  let name: String
  /// Modules below it, and libraries of others; the system's may be imported everywhere.
  let imports: Set<String>
  var isYetToCome = false
}

/// The modules of this package from the ground up: each imports only what stands above it in this list.
enum House {
  static let rooms: [Room] = [
    Room(name: "CMPI", imports: []),
    Room(name: "CZlib", imports: []),
    Room(name: "CPackers", imports: []),
    Room(name: "CPNG", imports: []),
    Room(name: "CTurboJPEG", imports: []),
    Room(name: "CMetis", imports: []),
    Room(name: "CKernels", imports: []),
    Room(name: "MPI", imports: ["CMPI"]),
    Room(name: "Kernels", imports: ["CKernels"]),
    Room(name: "Host", imports: ["MPI"]),
    Room(name: "Files", imports: ["CZlib", "CPackers", "CPNG", "CTurboJPEG"]),
    Room(name: "Parallel", imports: ["MPI", "CMetis", "Kernels", "Host"]),
    Room(name: "Ising", imports: ["MPI", "Kernels", "Files", "Host", "Parallel"]),
    Room(name: "Machines", imports: ["Kernels"]),
    Room(name: "Networks", imports: ["MPI", "Kernels", "Host", "Parallel", "Machines"]),
    Room(name: "Solving", imports: ["MPI", "Kernels", "Host", "Files", "Parallel", "Ising", "Machines"]),
    Room(name: "Sampling", imports: ["MPI", "Kernels", "Host", "Files", "Parallel", "Ising", "Machines", "Solving"]),
    Room(
      name: "Learning",
      imports: ["MPI", "Kernels", "Host", "Files", "Parallel", "Ising", "Machines", "Networks", "Solving", "Sampling"]),
    Room(name: "Datasets", imports: ["MPI", "Kernels", "Host", "Files", "Parallel", "Learning"]),
    Room(name: "Configuration", imports: libraries.subtracting(["MPI"]).union(["Yams"])),
    Room(name: "Experiments", imports: libraries.union(["Configuration"])),
    Room(name: "Scaling", imports: libraries.union(["Configuration", "Experiments"])),
    Room(name: "Reports", imports: libraries.union(["Configuration", "Experiments", "Scaling", "CZlib"])),
    Room(
      name: "equilibria",
      imports: libraries.union(["Configuration", "Experiments", "Scaling", "Reports", "ArgumentParser"])),
  ]

  /// What experiments are made of.
  private static let libraries: Set<String> = [
    "MPI", "Kernels", "Host", "Files", "Parallel", "Ising", "Machines", "Networks", "Solving", "Sampling", "Learning", "Datasets",
  ]

  /// Of the system and of Swift.
  static let system: Set<String> = ["Foundation", "Glibc", "Musl", "Darwin", "Synchronization"]
  /// Packages of others.
  static let packages: Set<String> = ["ArgumentParser", "Yams"]

  /// Targets of products. What they share of the modules below is in `sharedSymbols`; elsewhere nothing is public.
  static let publicRooms: Set<String> = [
    "MPI", "Machines", "Ising", "Networks", "Solving", "Sampling", "Learning", "Datasets",
  ]

  /// Lines of a file of the program, help texts included.
  static let greatestCommandFile = 90
  /// The commands that the program began with.
  static let firstCommands: Set<String> = [
    "train", "evaluate", "solve", "relax", "inspect", "export", "report", "scaling", "doctor", "configuration-reference",
    "scaling-point",
  ]
  /// Together they have fewer lines than this besides declarations of options and help texts, which are as many again and more.
  static let greatestFirstCommands = 500
  /// Commands that came later, and how the names of their files begin.
  static let laterCommands = ["sample": "Sample"]
  /// Each has at most so many lines, counted likewise.
  static let greatestLaterCommand = 90

  /// Where pointers may be handled.
  static let unsafeRooms: Set<String> = ["MPI", "Kernels", "Parallel"]
  /// Files elsewhere that still handle them. To be emptied.
  static let unsafeFiles: Set<String> = []

  /// Files that unwrap by force, where it is evident that nothing is absent and a comment says why. To be kept empty.
  static let forcingFiles: Set<String> = []

  /// Short files that hold neither a protocol nor an entry point nor an extension of another module's type, and still have to join the
  /// file that a reader would look in. To be emptied.
  static let shortFiles: Set<String> = []

  /// Files that `swift format lint --strict` still finds fault with. To be emptied.
  static let unformattedFiles: Set<String> = []
}
