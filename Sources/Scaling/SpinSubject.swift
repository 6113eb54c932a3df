import Experiments
import Files
import Foundation
import Host
import Ising
import Kernels
import MPI
import Machines
import Parallel

/// Sweeps over the spins of a drawn Ising problem that are spread over the ranks: a lattice is annealed colour by colour, densely
/// coupled spins move by steps of ballistic bifurcation. A unit is a sweep over the problem as it is given; with weak scaling the
/// problem grows until its couplings are so many more.
package struct SpinSubject: ScalingSubject {
  private let problem: SyntheticProblem
  private let seed: UInt64

  package let unit = "sweeps"
  package let fileName = "problem.txt"
  /// Of densely coupled spins.
  private static let replicas = 32
  /// A lattice with even extents has two.
  private static let colours = 2.0

  /// - Throws: `ScalingError` if there are no couplings, or more spins than a problem can have.
  package init(_ problem: SyntheticProblem, seed: UInt64) throws {
    guard (2...IsingProblem.greatestSpinCount).contains(problem.spinCount) else {
      throw ScalingError("\(problem.name): expected from 2 to \(IsingProblem.greatestSpinCount) spins")
    }
    self.problem = problem
    self.seed = seed
  }

  private var name: String { "\(problem.name):\(seed)" }

  package func store(in folder: String) throws -> String {
    let file = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: file) else {
      try AtomicFile.write(name + "\n", to: file)
      return name
    }
    let before = String(decoding: try FileBytes.read(file, atMost: 1 << 10), as: UTF8.self).trimmingCharacters(in: .newlines)
    guard before == name else {
      throw RunFolderError("\(folder): holds a study of another problem: \(before), expected \(name)")
    }
    return name
  }

  package func cuts(_ mode: ScalingMode, ranks: Int) throws -> [StepCut] {
    let grown = grown(mode, ranks: ranks)
    guard ranks <= grown.spinCount else { return [] }
    let share: Double
    var (messages, bytes) = (0.0, 0.0)
    let rounds = ranks > 1 ? log2(Double(ranks)).rounded(.up) : 0
    switch grown {
    case .torus(let rows, let columns):
      let blocks = LatticeBlocks(rows: rows, columns: columns, count: ranks)
      share = 1 / Double(ranks)
      // After each colour its half of the border goes to every neighbour; the energy and the flips are added up after a sweep.
      messages = Self.colours * Double(blocks.neighbours) + 2 * rounds
      bytes = 4 * blocks.border + 2 * rounds * 16
    case .dense(let spins), .sherringtonKirkpatrick(let spins):
      let most = (0..<ranks).map { PartitionedDenseField.spins(of: $0, ranks: ranks, spins: spins).count }.max() ?? spins
      share = Double(most) / Double(spins)
      // The states of each rank's spins are told to all others in turn.
      messages = Double(ranks) * rounds
      bytes = Double(ranks - 1) / Double(ranks) * Double(spins * Self.replicas * 4)
    }
    let units = grown.couplingCount / problem.couplingCount
    return [
      StepCut(
        grid: GridShape(data: 1, spin: ranks), work: StepWork(units: units * share, messages: messages, bytes: bytes),
        units: units)
    ]
  }

  package func prepare(_ mode: ScalingMode, grid: GridShape?, over world: Communicator) throws -> MeasuredSteps {
    guard let cut = try cuts(mode, ranks: world.size).first, grid.map({ $0 == cut.grid }) ?? true else {
      throw GridError(
        "\(name): spins are cut among all ranks, expected the grid 1x\(world.size) and not more ranks than spins")
    }
    let grown = grown(mode, ranks: world.size)
    switch grown {
    case .torus: return try annealing(of: grown, cut, over: world)
    case .dense(let spins), .sherringtonKirkpatrick(let spins): return try bifurcation(of: grown, spins, cut, over: world)
    }
  }

  private func annealing(of lattice: SyntheticProblem, _ cut: StepCut, over world: Communicator) throws -> MeasuredSteps {
    let problem = try lattice.problem(seed: seed)
    let couplings = SparseCouplings(
      rowStarts: problem.rowStarts, neighbours: problem.neighbours, couplings: problem.couplings.map { Float($0) })
    let owners = try SpinOwners(cutting: couplings, ranks: world.size)
    let flips = try PartitionedFlips(couplings, owners: owners, over: world)
    let sampler = FlipSampler.annealing(flips, fieldScale: Float(problem.rootMeanSquareField), seed: seed)
    try flips.reset(to: [Int8](repeating: 1, count: problem.spinCount))
    // In the middle of an anneal, where some of the spins flip.
    return MeasuredSteps(cut: cut, spinUpdates: Double(problem.spinCount), times: flips.times) {
      try sampler.step(MachineTime(1, of: 2))
    }
  }

  private func bifurcation(of dense: SyntheticProblem, _ spins: Int, _ cut: StepCut, over world: Communicator) throws
    -> MeasuredSteps
  {
    let bytes = Double(spins) * Double(spins) / Double(world.size) * 4
    if let reason = MemoryLimit.refusal(of: bytes, for: "\(dense.name): the rows of each rank") { throw ScalingError(reason) }
    let field = try PartitionedDenseField(spins: spins, replicas: Self.replicas, over: world) { spin, row in
      for other in 0..<spins where other != spin { row.set(other, Float(dense.coupling(spin, other, seed: seed))) }
    }
    let system = SpinSystem(
      field, fieldScale: Float(spins).squareRoot(), seed: seed, identifiers: field.identifiers, spinCount: spins)
    let machine = SimulatedBifurcation(system, settings: .init(.ballistic))
    machine.start()
    return MeasuredSteps(cut: cut, spinUpdates: Double(spins * Self.replicas), times: field.times) {
      try machine.step(MachineTime(1, of: 2))
    }
  }

  /// The problem of one point.
  func grown(_ mode: ScalingMode, ranks: Int) -> SyntheticProblem {
    guard mode == .weak, ranks > 1 else { return problem }
    switch problem {
    case .torus(let rows, let columns):
      let blocks = LatticeBlocks(rows: rows, columns: columns, count: ranks)
      return .torus(rows: rows * blocks.down, columns: columns * blocks.across)
    case .dense(let spins): return .dense(spins: Self.grown(spins, ranks))
    case .sherringtonKirkpatrick(let spins): return .sherringtonKirkpatrick(spins: Self.grown(spins, ranks))
    }
  }

  /// Couplings of all pairs go with the square of the spins.
  private static func grown(_ spins: Int, _ ranks: Int) -> Int { Int((Double(spins) * Double(ranks).squareRoot()).rounded()) }
}

/// A closed lattice in rectangular blocks, as nearly square as their number allows: what a good cut of it comes to.
private struct LatticeBlocks {
  var down: Int
  var across: Int
  /// Other blocks that one touches.
  var neighbours: Int
  /// Spins of one block that others need.
  var border: Double

  init(rows: Int, columns: Int, count: Int) {
    func border(_ down: Int) -> Double {
      let across = count / down
      return (down > 1 ? 2 * Double(columns) / Double(across) : 0) + (across > 1 ? 2 * Double(rows) / Double(down) : 0)
    }
    down = (1...count).filter { count % $0 == 0 }.min { border($0) < border($1) } ?? 1
    across = count / down
    neighbours = min(down - 1, 2) + min(across - 1, 2)
    self.border = border(down)
  }
}
