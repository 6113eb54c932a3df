import Ising
import Kernels
import Machines
import MPI
import Partition

/// Where a problem's spins are: all of them here, or a part on each rank of a group, which then search as one.
struct SpinHome {
  private let couplings: SpinCouplings
  private let shared: Shared?

  private struct Shared {
    var group: Communicator
    var owners: SpinOwners
  }

  /// - Parameter group: the ranks that share the spins; `nil` if there is nothing to share. Collective.
  init(_ problem: IsingProblem, sharedBy group: Communicator?) throws {
    couplings = SpinCouplings(problem)
    guard let group, group.size > 1 else {
      shared = nil
      return
    }
    guard group.size <= problem.spinCount else {
      throw SolverError("\(group.size) ranks share \(problem.spinCount) spins; a rank needs at least one")
    }
    shared = Shared(group: group, owners: try SpinOwners(cutting: couplings.rows, ranks: group.size))
  }

  var fieldScale: Float { couplings.fieldScale }

  /// Couplings for a sequential sampler.
  func flips() throws -> any FlipOperator {
    guard let shared else { return couplings.flips() }
    return try PartitionedFlips(couplings.rows, bias: couplings.bias, owners: shared.owners, over: shared.group)
  }

  /// The spins of this rank in some replicas.
  func system(replicas: Int, seed: UInt64) throws -> SpinSystem {
    guard let shared else {
      return SpinSystem(couplings.field(replicas: replicas), fieldScale: fieldScale, seed: seed)
    }
    let (group, rows, bias) = (shared.group, couplings.rows, couplings.bias)
    if couplings.isDense {
      let field = try PartitionedDenseField(spins: rows.rowCount, bias: bias, replicas: replicas, over: group) { spin, row in
        rows.forEach(in: spin) { row.set($0, $1) }
      }
      return SpinSystem(
        field, fieldScale: fieldScale, seed: seed, identifiers: field.identifiers, spinCount: rows.rowCount)
    }
    let field = try PartitionedSparseField(rows, bias: bias, replicas: replicas, owners: shared.owners, over: group)
    return SpinSystem(field, fieldScale: fieldScale, seed: seed, identifiers: field.identifiers, spinCount: rows.rowCount)
  }

  /// The spins of all ranks by their global numbers. Collective.
  ///
  /// - Parameter own: those of this rank, in the order of the system's identifiers.
  func collect(_ own: [Int8], of system: SpinSystem) throws -> [Int8] {
    guard let shared else { return own }
    let numbers = try shared.group.allgatherVarying(system.identifiers)
    let states = try shared.group.allgatherVarying(own)
    var all = [Int8](repeating: 1, count: system.spinCount)
    for (spin, state) in zip(numbers.joined(), states.joined()) { all[Int(spin)] = state }
    return all
  }

  /// One number for all ranks that share the spins: the greatest of theirs. Collective.
  func agree(_ number: Double) throws -> Double {
    try shared.map { try $0.group.allreduce(number, .max) } ?? number
  }
}
