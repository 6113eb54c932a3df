import Ising
import Kernels
import MPI
import Machines

/// What a search asks of its problem, which this rank has whole or has a part of.
protocol SearchedProblem: Sendable {
  /// Of the whole problem.
  var spinCount: Int { get }
  /// The share of all pairs that are coupled.
  var density: Double { get }
  /// Whether every pair is coupled, and all couplings have the same magnitude.
  var hasCouplingsOfOneSize: Bool { get }

  /// The energy of a state, from the problem's own numbers. Collective over the ranks that share the problem.
  ///
  /// - Parameter spins: −1 or 1, one for each spin of the whole problem.
  func energy(of spins: [Int8]) throws -> Double

  /// Where machines find the spins. Collective over the ranks that share them.
  ///
  /// - Parameter group: the ranks that share the spins; `nil` if this one has all.
  func home(sharedBy group: Communicator?) throws -> any SpinHome
}

extension IsingProblem: SearchedProblem {
  func home(sharedBy group: Communicator?) throws -> any SpinHome { try WholeHome(self, sharedBy: group) }
}

/// Where a problem's spins are: all of them here, or a part on each rank of a group, which then search as one.
protocol SpinHome {
  /// The root mean square of a spin's field, in the unit of the kernels' couplings.
  var fieldScale: Float { get }

  /// Couplings for a sequential sampler.
  func flips() throws -> any FlipOperator

  /// The spins of this rank in some replicas.
  ///
  /// - Parameter remembersStates: whether the machine may go on with old states of other ranks' spins.
  func system(replicas: Int, seed: UInt64, remembersStates: Bool) throws -> SpinSystem

  /// The spins of all ranks by their global numbers. Collective.
  ///
  /// - Parameter own: those of this rank, in the order of the system's identifiers.
  func collect(_ own: [Int8], of system: SpinSystem) throws -> [Int8]
}
