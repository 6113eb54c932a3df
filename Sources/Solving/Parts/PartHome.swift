import Ising
import Kernels
import MPI
import Machines
import Parallel

extension SharedProblem: SearchedProblem {
  func home(sharedBy group: Communicator?) throws -> any SpinHome { PartHome(self) }
}

/// The spins of a problem that no rank has whole: each rank's are those whose rows it has.
///
/// Couplings have the unit that `SpinCouplings` gives those of a whole problem, so that fields and states have the same bits.
struct PartHome: SpinHome {
  private let problem: SharedProblem
  private let unit: Double
  let fieldScale: Float

  init(_ problem: SharedProblem) {
    self.problem = problem
    unit = SpinCouplings.unit(greatestField: problem.greatestField, isInteger: problem.isInteger)
    let scale = problem.rootMeanSquareField
    fieldScale = scale > 0 ? Float(scale / unit) : 1
  }

  private func rounded(_ value: Double) -> Float { Float((value / unit).rounded()) }

  /// The graph of sparse couplings; `nil` where all pairs are coupled.
  private var graph: PartGraph? {
    let (runs, rank) = (problem.runs, problem.group.rank)
    switch problem.rows {
    case let rows as ListedRows<Float>:
      let couplings = unit == 1 ? rows.values : rows.values.map { rounded(Double($0)) }
      return PartGraph(runs: runs, rank: rank, starts: rows.starts, neighbours: rows.neighbours, couplings: couplings)
    case let rows as ListedRows<Double>:
      return PartGraph(
        runs: runs, rank: rank, starts: rows.starts, neighbours: rows.neighbours, couplings: rows.values.map(rounded))
    default: return nil
    }
  }

  func flips() throws -> any FlipOperator {
    if let graph { return try PartitionedFlips(graph, over: problem.group) }
    throw SolverError(
      "samplers visit densely coupled spins one after the other, and need all couplings on each rank; name a machine that moves all "
        + "spins at once, as sb-discrete or cim")
  }

  func system(replicas: Int, seed: UInt64, remembersStates: Bool) throws -> SpinSystem {
    if let graph {
      let field = try PartitionedSparseField(graph, replicas: replicas, over: problem.group, remembersStates: remembersStates)
      return SpinSystem(
        field, fieldScale: fieldScale, seed: seed, identifiers: field.identifiers, spinCount: problem.spinCount)
    }
    let (rows, unit) = (problem.rows, unit)
    let field = try PartitionedDenseField(
      spins: problem.spinCount, replicas: replicas, over: problem.group, remembersStates: remembersStates,
      signs: problem.hasCouplingsOfOneSize ? { _ in signs } : nil
    ) { spin, row in
      rows.forEach(in: spin) { row.set($0, Float(($1 / unit).rounded())) }
    }
    return SpinSystem(
      field, fieldScale: fieldScale, seed: seed, identifiers: field.identifiers, spinCount: problem.spinCount)
  }

  /// The signs of this rank's rows; `nil` if they are not kept as such.
  private var signs: CouplingSigns? {
    guard let rows = problem.rows as? SignRows else { return nil }
    return CouplingSigns(unit: rounded(1), columnCount: rows.spinCount, rowCount: rows.own.count, words: rows.words)
  }

  /// The ranks' runs of spins follow one another.
  func collect(_ own: [Int8], of system: SpinSystem) throws -> [Int8] {
    var run = own
    for (spin, state) in zip(system.identifiers, own) { run[Int(spin) - problem.rows.own.lowerBound] = state }
    return Array(try problem.group.allgatherVarying(run).joined())
  }
}
