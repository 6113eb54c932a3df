import Ising
import Kernels
import MPI
import Machines
import Parallel

/// The spins of a problem that this rank has whole, with all of them here or a part on each rank of a group.
struct WholeHome: SpinHome {
  private let couplings: SpinCouplings
  /// The ranks that share the spins, if they are more than one.
  private let group: Communicator?

  /// - Parameter group: the ranks that share the spins; `nil` if there is nothing to share. Collective.
  init(_ problem: IsingProblem, sharedBy group: Communicator?) throws {
    if let group, group.size > problem.spinCount {
      throw SolverError("\(group.size) ranks share \(problem.spinCount) spins; a rank needs at least one")
    }
    couplings = SpinCouplings(problem)
    self.group = group.flatMap { $0.size > 1 ? $0 : nil }
  }

  var fieldScale: Float { couplings.fieldScale }

  func flips() throws -> any FlipOperator {
    guard let group else { return couplings.flips() }
    return try PartitionedFlips(couplings.rows, bias: couplings.bias, owners: owners(group.size), over: group)
  }

  /// Of dense couplings no cut is better than another.
  private func owners(_ ranks: Int) throws -> SpinOwners {
    couplings.isDense
      ? try SpinOwners(runsOf: couplings.rows.rowCount, ranks: ranks) : try SpinOwners(cutting: couplings.rows, ranks: ranks)
  }

  func system(replicas: Int, seed: UInt64, remembersStates: Bool) throws -> SpinSystem {
    guard let group else {
      return SpinSystem(couplings.field(replicas: replicas), fieldScale: fieldScale, seed: seed)
    }
    let (rows, bias) = (couplings.rows, couplings.bias)
    if couplings.isDense {
      let signs = { CouplingSigns(rows, rows: $0) }
      let field = try PartitionedDenseField(
        spins: rows.rowCount, bias: bias, replicas: replicas, over: group, remembersStates: remembersStates, signs: signs
      ) { spin, row in rows.forEach(in: spin) { row.set($0, $1) } }
      return SpinSystem(
        field, fieldScale: fieldScale, seed: seed, identifiers: field.identifiers, spinCount: rows.rowCount)
    }
    let field = try PartitionedSparseField(
      rows, bias: bias, replicas: replicas, owners: owners(group.size), over: group, remembersStates: remembersStates)
    return SpinSystem(field, fieldScale: fieldScale, seed: seed, identifiers: field.identifiers, spinCount: rows.rowCount)
  }

  func collect(_ own: [Int8], of system: SpinSystem) throws -> [Int8] {
    guard let group else { return own }
    let numbers = try group.allgatherVarying(system.identifiers)
    let states = try group.allgatherVarying(own)
    var all = [Int8](repeating: 1, count: system.spinCount)
    for (spin, state) in zip(numbers.joined(), states.joined()) { all[Int(spin)] = state }
    return all
  }
}
