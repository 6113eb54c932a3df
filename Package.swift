// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "equilibria",
  products: [
    .executable(name: "equilibria", targets: ["equilibria"]),
    .library(name: "MPI", targets: ["MPI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MPICH's header, behind the few inline functions that its macros need.
    .systemLibrary(name: "CMPI", pkgConfig: "mpich", providers: [.apt(["libmpich-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CMetis", providers: [.apt(["libmetis-dev"])]),
    .target(name: "MPI", dependencies: ["CMPI"]),

    // What the computer that this runs on has and lets us know, and files: nothing of networks, problems or ranks.
    .target(name: "Host"),
    .target(name: "Files", dependencies: ["CZlib"]),

    // The inner loops, compiled once for each instruction set and chosen at run time.
    .target(name: "CKernels"),
    .target(name: "Kernels", dependencies: ["CKernels"]),

    .target(name: "Hopfield", dependencies: ["Kernels", "Machines"]),
    .target(name: "Cluster", dependencies: ["MPI", "Kernels"]),
    .target(name: "Learning", dependencies: ["Hopfield", "Cluster", "Kernels", "Host"]),
    .target(name: "Datasets", dependencies: ["Kernels", "Files"]),

    // Local rules that move spins in a field: they know nothing of graphs.
    .target(name: "Machines", dependencies: ["Kernels"]),

    // Ising problems: graphs, files, and what a solution is worth.
    .target(name: "Ising", dependencies: ["Kernels", "Files", "Host"]),

    // Couplings whose spins are spread over ranks.
    .target(name: "Partition", dependencies: ["Kernels", "MPI", "CMetis"]),

    // What runs the machines on problems, on one rank and on many.
    .target(name: "Solving", dependencies: ["Ising", "Machines", "Partition", "Kernels", "MPI", "Host"]),

    // Ising networks that learn: annealers and samplers on problems whose couplings change.
    .target(name: "IsingLearning", dependencies: ["Learning", "Hopfield", "Ising", "Machines", "Solving", "Kernels"]),

    // A run from its YAML file to its last figure: what it is told, what it does and writes down, and what is said of it afterwards.
    .target(
      name: "Configuration",
      dependencies: [
        "Learning", "IsingLearning", "Ising", "Datasets", "Hopfield", "Kernels", "Files", .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "Experiments",
      dependencies: [
        "Configuration", "Learning", "IsingLearning", "Ising", "Datasets", "Hopfield", "Cluster", "Kernels", "MPI", "Files",
        "Host",
      ]),
    .target(
      name: "Scaling",
      dependencies: [
        "Experiments", "Configuration", "Learning", "Ising", "Machines", "Partition", "Datasets", "Hopfield", "Cluster",
        "Kernels",
        "MPI", "Files", "Host",
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Experiments", "Configuration", "Ising", "Datasets", "Hopfield", "Kernels", "MPI", "Files", "Host", "CZlib",
      ]),

    .executableTarget(
      name: "equilibria",
      dependencies: [
        "Reports", "Scaling", "Experiments", "Configuration", "Files", "Host", "Learning", "Datasets", "Hopfield", "Solving",
        "Ising",
        "Machines", "Cluster", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Ratios against this core's measured peak: `swift run -c release equilibria-benchmark --help`.
    .executableTarget(
      name: "equilibria-benchmark",
      dependencies: [
        "Learning", "Hopfield", "Cluster", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/Equilibria"),

    // Ising machines on published problems: cuts after a time, time to solution, spin updates a second.
    .executableTarget(
      name: "equilibria-ising-benchmark",
      dependencies: [
        "Solving", "Ising", "Machines", "Partition", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Ising"),

    .testTarget(name: "MPITests", dependencies: ["MPI"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "HopfieldTests", dependencies: ["Hopfield", "Machines"]),
    .testTarget(name: "ClusterTests", dependencies: ["Cluster"]),
    .testTarget(name: "LearningTests", dependencies: ["Learning"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "CZlib"]),
    .target(name: "TestSupport", dependencies: ["Configuration"], path: "Tests/TestSupport"),
    .testTarget(name: "HostTests", dependencies: ["Host", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(
      name: "ConfigurationTests",
      dependencies: [
        "Configuration", "Learning", "IsingLearning", "Ising", "Datasets", "Hopfield", "Kernels", "TestSupport",
      ]),
    .testTarget(name: "ExperimentsTests", dependencies: ["Experiments", "Configuration", "Files", "Host", "TestSupport"]),
    .testTarget(
      name: "ScalingTests",
      dependencies: ["Scaling", "Ising", "Cluster", "Hopfield", "Kernels", "TestSupport"]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Experiments", "Configuration", "Ising", "Files", "CZlib", "TestSupport"]),
    .testTarget(name: "IsingTests", dependencies: ["Ising", "CZlib"]),
    .testTarget(name: "MachinesTests", dependencies: ["Machines"]),
    .testTarget(name: "PartitionTests", dependencies: ["Partition", "Solving", "Ising", "Machines", "Kernels", "MPI"]),
    .testTarget(
      name: "IsingLearningTests", dependencies: ["IsingLearning", "Learning", "Ising", "Machines", "Hopfield", "Cluster", "Kernels", "MPI"]),
    .testTarget(name: "SolvingTests", dependencies: ["Solving", "Ising", "Machines", "Kernels", "MPI"]),
  ]
)
