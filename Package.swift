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

    // The inner loops, compiled once for each instruction set and chosen at run time.
    .target(name: "CKernels"),
    .target(name: "Kernels", dependencies: ["CKernels"]),

    // Ranks that compute together: process grid, sums in one order, exchange of rows and of graphs.
    .target(name: "Parallel", dependencies: ["Kernels", "MPI", "CMetis"]),

    // Layered networks and their energies, whole or in strips.
    .target(name: "Networks", dependencies: ["Parallel", "Machines", "Kernels"]),
    .target(name: "Datasets", dependencies: ["Learning", "Kernels", "CZlib"]),

    // Local rules that move spins in a field: they know nothing of graphs.
    .target(name: "Machines", dependencies: ["Kernels"]),

    // Ising problems: graphs, files, and what a solution is worth.
    .target(name: "Ising", dependencies: ["Kernels", "CZlib"]),

    // What runs the machines on problems, on one rank and on many.
    .target(name: "Solving", dependencies: ["Ising", "Machines", "Parallel", "Kernels", "MPI"]),

    // Equilibrium propagation and what it is compared with, on layered networks and on Ising networks.
    .target(name: "Learning", dependencies: ["Networks", "Solving", "Machines", "Ising", "Parallel", "Kernels", "MPI"]),

    .target(
      name: "Runs",
      dependencies: [
        "Learning", "Ising", "Machines", "Parallel", "Datasets", "Networks", "Kernels", "MPI",
        "CZlib",
        .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "equilibria",
      dependencies: [
        "Runs", "Learning", "Datasets", "Networks", "Solving", "Ising", "Machines", "Parallel", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Ratios against this core's measured peak: `swift run -c release equilibria-benchmark --help`.
    .executableTarget(
      name: "equilibria-benchmark",
      dependencies: [
        "Learning", "Networks", "Parallel", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/Equilibria"),

    // Ising machines on published problems: cuts after a time, time to solution, spin updates a second.
    .executableTarget(
      name: "equilibria-ising-benchmark",
      dependencies: [
        "Solving", "Ising", "Machines", "Parallel", "Kernels", "MPI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Ising"),

    // The rules of this package, checked on its sources.
    .testTarget(name: "HouseTests"),
    .testTarget(name: "MPITests", dependencies: ["MPI"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "NetworksTests", dependencies: ["Networks"]),
    .testTarget(name: "ParallelTests", dependencies: ["Parallel", "Solving", "Ising", "Machines", "Kernels", "MPI"]),
    .testTarget(name: "LearningTests", dependencies: ["Learning", "Networks", "Ising", "Parallel", "Kernels", "MPI"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "Learning", "Ising", "Parallel", "Networks", "Kernels", "CZlib"]),
    .testTarget(name: "IsingTests", dependencies: ["Ising", "CZlib"]),
    .testTarget(name: "MachinesTests", dependencies: ["Machines"]),
    .testTarget(name: "SolvingTests", dependencies: ["Solving"]),
  ]
)
