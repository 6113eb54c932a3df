import ArgumentParser
import Foundation
import Ising
import Kernels
import Sampling

/// How many spins a sampler visits in a nanosecond of one core, swaps and measurements included.
struct SamplingSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Spin updates a nanosecond of `sample`: ±J and real lattices, all pairs coupled, and amplitudes.",
    discussion: """
        equilibria-ising-benchmark sample
        EQUILIBRIA_KERNELS=AVX2 equilibria-ising-benchmark sample
      """)

  @Option(help: "Each case is repeated so often, and the best is told.")
  var repeats = 3

  @Option(help: "The cases whose names have this in them.")
  var only: String?

  @Option(help: "Rounds of each run: 2^ROUNDS sweeps are measured; of problems with all pairs coupled an eighth.")
  var rounds = 8

  func validate() throws {
    if repeats < 1 { throw ValidationError("--repeats \(repeats): expected 1 or more") }
  }

  func run() throws {
    print("kernels: \(InstructionSet.current.name)")
    print("problem                        replicas  updates/ns")
    for (name, problem, temperatures, chains) in try cases() where only.map({ name.contains($0) }) ?? true {
      // Of couplings that are all to all the spins are coldest there, about one in ten turns.
      let coldest = name.contains("all of") ? 0.25 * problem.rootMeanSquareField : 0.5
      var settings = SamplerSettings(
        temperatures: .range(from: coldest, to: name.contains("all of") ? 2 * coldest : 2, count: temperatures))
      (settings.chains, settings.rounds) = (chains, name.contains("all of") ? max(rounds - 3, 1) : rounds)
      if name.hasPrefix("amplitudes") { settings.spins = .box(stiffness: 0) }
      let sampler = try Sampler(problem, settings)
      let speed = try (0..<repeats).map { _ in try updatesPerNanosecond(sampler) }.max() ?? 0
      let label = name.padding(toLength: 30, withPad: " ", startingAt: 0)
      print(label + String(format: " %8d  %10.3f", temperatures * chains, speed))
    }
  }

  private func cases() throws -> [(name: String, problem: IsingProblem, temperatures: Int, chains: Int)] {
    var random = Philox(seed: 1, stream: 1).sequence()
    func sign(_: Int) -> Double { random.nextWord() & 1 == 0 ? 1 : -1 }
    func real(_: Int) -> Double { Double(random.uniform()) * 2 - 1 }
    return [
      ("±J, square, 64 × 64", try lattice([64, 64], sign), 16, 32),
      ("±J, cubic, 16 × 16 × 16", try lattice([16, 16, 16], sign), 16, 32),
      ("real, cubic, 16 × 16 × 16", try lattice([16, 16, 16], real), 16, 4),
      ("real, cubic, 16 × 16 × 16", try lattice([16, 16, 16], real), 16, 2),
      ("real, cubic, 16 × 16 × 16", try lattice([16, 16, 16], real), 16, 32),
      ("amplitudes, cubic, 16 × 16 × 16", try lattice([16, 16, 16], real), 16, 4),
      ("±1, all of 2000 coupled", try SyntheticProblem.dense(spins: 2000).problem(seed: 1), 16, 32),
      ("real, all of 512 coupled", try SyntheticProblem.sherringtonKirkpatrick(spins: 512).problem(seed: 1), 16, 4),
    ]
  }

  /// A lattice that is closed in all directions.
  private func lattice(_ extents: [Int], _ coupling: (Int) -> Double) throws -> IsingProblem {
    var (sources, targets, weights): ([Int32], [Int32], [Double]) = ([], [], [])
    for spin in 0..<extents.reduce(1, *) {
      var stride = 1
      for extent in extents {
        let place = spin / stride % extent
        sources.append(Int32(spin))
        targets.append(Int32(spin + ((place + 1) % extent - place) * stride))
        weights.append(coupling(spin))
        stride *= extent
      }
    }
    let count = extents.reduce(1, *)
    return try IsingProblem(graph: WeightedGraph(vertexCount: count, sources: sources, targets: targets, weights: weights))
  }

  /// In processor time: what other processes take does not count.
  private func updatesPerNanosecond(_ sampler: Sampler) throws -> Double {
    let start = clock()
    guard let result = try sampler.run().result else { return 0 }
    return result.spinUpdates / (Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e9)
  }
}
