// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "equilibria",
  products: [
    .executable(name: "equilibria", targets: ["equilibria"]),
    .library(name: "MPI", targets: ["MPI"]),
    .library(name: "Solving", targets: ["Solving", "Ising", "Machines"]),
    .library(name: "Sampling", targets: ["Sampling", "Ising"]),
    .library(name: "Learning", targets: ["Learning", "Networks", "Datasets"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MPICH's header, behind the few inline functions that its macros need.
    .systemLibrary(name: "CMPI", pkgConfig: "mpich", providers: [.apt(["libmpich-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPackers", pkgConfig: "liblzma", providers: [.apt(["libbz2-dev", "liblzma-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CMetis", providers: [.apt(["libmetis-dev"])]),
    .target(name: "MPI", dependencies: ["CMPI"]),

    // What the computer that this runs on has and lets us know, and files: nothing of networks, problems or ranks.
    .target(name: "Host", dependencies: ["MPI"]),
    .target(name: "Files", dependencies: ["CZlib", "CPackers", "CPNG", "CTurboJPEG"]),

    // The inner loops, compiled once for each instruction set and chosen at run time.
    .target(name: "CKernels"),
    .target(name: "Kernels", dependencies: ["CKernels"]),

    // Ranks that compute together: process grid, sums in one order, exchange of rows and of graphs.
    .target(name: "Parallel", dependencies: ["Host", "Kernels", "MPI", "CMetis"]),

    // Local rules that move spins in a field: they know nothing of graphs.
    .target(name: "Machines", dependencies: ["Kernels"]),

    // Layered networks and their energies, whole or in strips.
    .target(name: "Networks", dependencies: ["Parallel", "Machines", "Kernels", "MPI", "Host"]),

    // Ising problems: graphs, files, parts of them on ranks, and what a solution is worth.
    .target(name: "Ising", dependencies: ["Parallel", "Kernels", "MPI", "Files", "Host"]),

    // What runs the machines on problems, on one rank and on many.
    .target(name: "Solving", dependencies: ["Ising", "Machines", "Parallel", "Kernels", "MPI", "Files", "Host"]),

    // Boltzmann distributions of problems: chains, parallel tempering, averages with errors.
    .target(name: "Sampling", dependencies: ["Parallel", "Ising", "Kernels", "MPI", "Files", "Host"]),

    // Equilibrium propagation and what it is compared with, on layered networks and on Ising networks.
    .target(
      name: "Learning",
      dependencies: ["Networks", "Sampling", "Solving", "Machines", "Ising", "Parallel", "Kernels", "MPI", "Host", "Files"]),
    .target(name: "Datasets", dependencies: ["Learning", "Parallel", "Kernels", "MPI", "Files", "Host"]),

    // A run from its YAML file to its last figure: what it is told, what it does and writes down, and what is said of it afterwards.
    .target(
      name: "Configuration",
      dependencies: [
        "Learning", "Ising", "Datasets", "Networks", "Kernels", "Files",
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "Experiments",
      dependencies: [
        "Configuration", "Learning", "Sampling", "Solving", "Ising", "Datasets", "Networks", "Parallel", "Kernels", "MPI",
        "Files", "Host",
      ]),
    .target(
      name: "Scaling",
      dependencies: [
        "Experiments", "Configuration", "Learning", "Ising", "Machines", "Datasets", "Networks", "Parallel", "Kernels", "MPI",
        "Files", "Host",
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Experiments", "Configuration", "Learning", "Ising", "Sampling", "Datasets", "Networks", "Kernels", "MPI", "Files",
        "Host",
        "CZlib",
      ],
      // Style and script of the pages lie in the program, which is one file.
      resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")]),

    .executableTarget(
      name: "equilibria",
      dependencies: [
        "Reports", "Scaling", "Experiments", "Configuration", "Files", "Host", "Sampling", "Solving", "Ising", "Machines",
        "Kernels",
        "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Ratios against this core's measured peak: `swift run -c release equilibria-benchmark --help`.
    .executableTarget(
      name: "equilibria-benchmark",
      dependencies: [
        "Host", "Learning", "Networks", "Parallel", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/Equilibria"),

    // Ising machines on published problems: cuts after a time, time to solution, spin updates a second.
    .executableTarget(
      name: "equilibria-ising-benchmark",
      dependencies: [
        "Sampling", "Solving", "Ising", "Machines", "Parallel", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Ising"),

    // Small programs that use the libraries, each a page of a manual: Examples/README.md.
    .executableTarget(name: "example-mpi-ring", dependencies: ["MPI"], path: "Examples/MPIRing"),
    .executableTarget(name: "example-max-cut", dependencies: ["Solving", "Ising", "MPI"], path: "Examples/MaxCut"),
    .executableTarget(
      name: "example-own-machine", dependencies: ["Machines", "Ising", "Kernels", "MPI"], path: "Examples/OwnMachine"),
    .executableTarget(
      name: "example-own-images", dependencies: ["Learning", "Networks", "Parallel", "Kernels", "MPI"],
      path: "Examples/OwnImages"),
    .executableTarget(name: "example-xor", dependencies: ["Learning", "Networks", "Kernels", "MPI"], path: "Examples/XOR"),
    .executableTarget(
      name: "example-spin-glass", dependencies: ["Sampling", "Ising", "MPI"], path: "Examples/SpinGlass"),
    .executableTarget(
      name: "example-ising-network", dependencies: ["Learning", "Networks", "Parallel", "Kernels", "MPI"],
      path: "Examples/IsingNetwork"),

    // The rules of this package, checked on its sources.
    .testTarget(name: "HouseTests"),
    .target(name: "TestSupport", dependencies: ["Configuration", "CZlib"], path: "Tests/TestSupport"),
    // Suites under MPICH's launcher, which `swift test` starts itself, counting of allocations, and one comparison within a tolerance: of no
    // other target.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(name: "TestTools", dependencies: ["CAllocations"], path: "Tests/TestTools"),
    .testTarget(name: "MPITests", dependencies: ["MPI", "TestTools"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "TestTools"]),
    .testTarget(name: "HostTests", dependencies: ["Host", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport", "TestTools"]),
    .testTarget(
      name: "ParallelTests", dependencies: ["Parallel", "Solving", "Ising", "Machines", "Kernels", "MPI", "Host", "TestTools"]),
    .testTarget(name: "MachinesTests", dependencies: ["Machines", "Kernels", "TestTools"]),
    .testTarget(name: "NetworksTests", dependencies: ["Networks", "Machines", "Kernels", "TestTools"]),
    .testTarget(name: "IsingTests", dependencies: ["Ising", "TestSupport", "TestTools"]),
    .testTarget(
      name: "SolvingTests",
      dependencies: ["Solving", "Ising", "Machines", "Kernels", "MPI", "TestSupport", "TestTools"]),
    .testTarget(
      name: "SamplingTests",
      dependencies: ["Sampling", "Parallel", "Ising", "Kernels", "MPI", "Files", "TestSupport", "TestTools"]),
    .testTarget(
      name: "LearningTests",
      dependencies: ["Learning", "Networks", "Ising", "Machines", "Parallel", "Kernels", "MPI", "Files", "TestTools"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Files", "Kernels", "CZlib", "TestSupport", "TestTools"]),
    .testTarget(
      name: "ConfigurationTests",
      dependencies: ["Configuration", "Learning", "Ising", "Datasets", "Networks", "Kernels", "TestSupport", "TestTools"]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Experiments", "Configuration", "Learning", "Networks", "Parallel", "Kernels", "Files", "Host", "TestSupport",
      ]),
    .testTarget(
      name: "ScalingTests", dependencies: ["Scaling", "Ising", "Parallel", "Networks", "Kernels", "TestSupport", "TestTools"]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Experiments", "Configuration", "Ising", "Files", "CZlib", "TestSupport"]),
  ]
)
