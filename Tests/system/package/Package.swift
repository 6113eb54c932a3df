// swift-tools-version: 6.1
import PackageDescription

// A package of someone else's: of this one it knows the path, from the environment, and the products.
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
)
