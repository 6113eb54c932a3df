import ArgumentParser
import Foundation
import Ising
import Kernels
import MPI
import Machines
import Parallel
import Solving

/// One problem with its spins spread over the ranks, against one rank alone, in turns within one run.
struct RankRatio: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ranks", abstract: "Spin updates a second with the spins over all ranks, against one rank alone.",
    discussion: """
      In each round the first rank works alone, the others waiting, and then all do; the best rounds are compared. All-to-all \
      couplings are drawn row by row, each rank its own, and move by ballistic steps; a lattice is annealed, colour by colour.

        mpirun -n 2 equilibria-ising-benchmark ranks dense:20000
        mpirun -n 2 equilibria-ising-benchmark ranks torus:2000x2000
      """)

  @Argument(help: "dense:SPINS or torus:ROWSxCOLUMNS.") var problem: String
  @Option(help: "Replicas of dense couplings.") var replicas = 32
  @Option(help: "Steps, or sweeps, per round.") var steps = 4
  @Option(help: "Rounds, of which the best counts.") var rounds = 3

  func validate() throws {
    for (name, value) in [("replicas", replicas), ("steps", steps), ("rounds", rounds)] where value < 1 {
      throw ValidationError("--\(name) is \(value), expected 1 or more")
    }
  }

  func run() {
    Environment.run { world in
      guard let (drawn, seed) = try SyntheticProblem.named(problem) else {
        throw ValidationError("`\(problem)` is not a drawn problem; expected dense:SPINS or torus:ROWSxCOLUMNS")
      }
      switch drawn {
      case .dense(let spins), .sherringtonKirkpatrick(let spins):
        try compare(over: world) { group in try dense(drawn, spins, seed: seed, over: group) }
      case .torus:
        let lattice = try drawn.problem(seed: seed)
        try compare(over: world) { group in try sparse(lattice, over: group) }
      }
      return 0
    }
  }

  /// Spin updates a second of the first rank alone and of all.
  ///
  /// - Parameter rate: the best rate of some ranks; collective over them.
  private func compare(over world: Communicator, rate: (Communicator) throws -> Double) throws {
    // One after the other, so that the couplings are in memory once.
    let alone = try world.broadcast(world.rank == 0 ? try rate(.selfOnly) : 0, root: 0)
    if world.rank == 0 { print("1 rank: " + million(alone)) }
    guard world.size > 1 else { return }
    let shared = try rate(world)
    if world.rank == 0 {
      print("\(world.size) ranks: " + million(shared) + String(format: ", %.2f times one rank", shared / alone))
    }
  }

  private func million(_ rate: Double) -> String { String(format: "%.1f million spin updates/s", rate / 1e6) }

  private func dense(_ drawn: SyntheticProblem, _ spins: Int, seed: UInt64, over group: Communicator) throws -> Double {
    let start = ContinuousClock.now
    let field = try PartitionedDenseField(spins: spins, replicas: replicas, over: group) { spin, row in
      for other in 0..<spins where other != spin { row.set(other, Float(drawn.coupling(spin, other, seed: seed))) }
    }
    let system = SpinSystem(
      field, fieldScale: Float(spins).squareRoot(), seed: 1, identifiers: field.identifiers, spinCount: spins)
    let machine = SimulatedBifurcation(system, settings: .init(.ballistic))
    machine.start()
    return try bestRate(over: group, updates: spins * replicas, since: start) { step in
      try machine.step(MachineTime(step, of: steps))
    }
  }

  private func sparse(_ lattice: IsingProblem, over group: Communicator) throws -> Double {
    let start = ContinuousClock.now
    let couplings = SparseCouplings(
      rowStarts: lattice.rowStarts, neighbours: lattice.neighbours, couplings: lattice.couplings.map { Float($0) })
    let owners = try SpinOwners(cutting: couplings, ranks: group.size)
    let flips = try PartitionedFlips(couplings, owners: owners, over: group)
    let sampler = FlipSampler.annealing(flips, fieldScale: Float(lattice.rootMeanSquareField), seed: 1)
    try flips.reset(to: [Int8](repeating: 1, count: lattice.spinCount))
    return try bestRate(over: group, updates: lattice.spinCount, since: start) { step in
      try sampler.step(MachineTime(step, of: steps))
    }
  }

  private func bestRate(
    over group: Communicator, updates: Int, since start: ContinuousClock.Instant, step: (Int) throws -> Void
  ) throws -> Double {
    if group.rank == 0 { print(String(format: "set up in %.1f s", seconds(since: start))) }
    try step(0)
    var best = Double.infinity
    for _ in 0..<rounds {
      try group.barrier()
      let begin = ContinuousClock.now
      for number in 0..<steps { try step(number) }
      try group.barrier()
      best = min(best, seconds(since: begin))
    }
    return Double(updates) * Double(steps) / best
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    let passed = ContinuousClock.now - start
    return Double(passed.components.seconds) + 1e-18 * Double(passed.components.attoseconds)
  }
}
