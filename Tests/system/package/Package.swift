// swift-tools-version: 6.1
import PackageDescription

// A package of someone else's: of this one it knows the path, from the environment, and the products.
// Programs of its examples, which the test copies here, with the products that each uses besides MPI.
let examples = [
  "MPIRing": [], "MaxCut": ["Solving"], "OwnMachine": ["Solving"], "OwnImages": ["Learning"], "XOR": ["Learning"],
  "IsingNetwork": ["Learning"], "SpinGlass": ["Sampling"],
]

let package = Package(
  name: "outside",
  dependencies: [.package(name: "equilibria", path: Context.environment["EQUILIBRIA_PACKAGE"] ?? "../../..")],
  targets: [
    .executableTarget(
      name: "images",
      dependencies: [.product(name: "Learning", package: "equilibria"), .product(name: "MPI", package: "equilibria")]),
    .executableTarget(
      name: "cut",
      dependencies: [.product(name: "Solving", package: "equilibria"), .product(name: "MPI", package: "equilibria")]),
  ]
    + examples.sorted { $0.key < $1.key }.map { name, products in
      .executableTarget(name: name, dependencies: (products + ["MPI"]).map { .product(name: $0, package: "equilibria") })
    }
)
