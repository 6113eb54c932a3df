import Ising
import Kernels
import MPI
import Parallel

/// A problem whose states are sampled, which this rank has whole or has a part of.
protocol SampledProblem: Sendable {
  /// Of the whole problem.
  var spinCount: Int { get }
  var couplingCount: Int { get }
  /// What the energy of every state has beside couplings and fields.
  var offset: Double { get }
  var rootMeanSquareField: Double { get }
  /// The whole problem; `nil` where this rank has a part of it.
  var whole: IsingProblem? { get }
  /// The rows that this rank has, as kernels take them.
  var replicaCouplings: ReplicaCouplings { get }
}

extension IsingProblem: SampledProblem {
  var whole: IsingProblem? { self }
  var replicaCouplings: ReplicaCouplings {
    ReplicaCouplings(rowStarts: rowStarts, neighbours: neighbours, couplings: couplings, fields: fields)
  }
}

/// The rows of a run of spins, and what kernels ask of those of other ranks.
struct SampledPart: SampledProblem {
  let couplingCount: Int
  let rootMeanSquareField: Double
  let replicaCouplings: ReplicaCouplings
  /// Of all ranks that share the problem, or `nil` if that of one of them has none.
  let coded: CodedCouplings?
  /// Who has which spins, and what lies at this rank's border.
  let graph: PartGraph

  var spinCount: Int { replicaCouplings.spinCount }
  var offset: Double { 0 }
  var whole: IsingProblem? { nil }
  /// Ranks that share the problem.
  var ranks: Int { graph.runs.count }

  /// Collective over the ranks that share the problem.
  init(_ problem: SharedProblem) throws {
    (couplingCount, rootMeanSquareField) = (problem.couplingCount, problem.rootMeanSquareField)
    let (starts, neighbours, couplings) = problem.rows.lists
    graph = PartGraph(runs: problem.runs, rank: problem.group.rank, starts: starts, neighbours: neighbours)
    let own = (0..<graph.own.count).map { row in
      couplings[starts[row]..<starts[row + 1]].reduce(0) { $0 + $1.magnitude }
    }
    replicaCouplings = ReplicaCouplings(
      rowStarts: starts, neighbours: graph.neighbourPlaces, couplings: couplings, first: graph.own.lowerBound,
      ghosts: graph.ghosts, ghostFields: try graph.ofGhosts(own, over: problem.group),
      bounds: try CouplingBounds(rowStarts: starts, couplings: couplings, fields: []).joined(over: problem.group))
    let coded = CodedCouplings(replicaCouplings)
    self.coded = try problem.group.allreduce(coded == nil ? 0 : 1, .min) == 1 ? coded : nil
  }
}

extension CouplingBounds {
  /// Those of the rows of all ranks together. Collective.
  fileprivate func joined(over group: Communicator) throws -> CouplingBounds {
    var all = self
    all.spinCount = try group.allreduce(spinCount, .sum)
    all.entryCount = try group.allreduce(entryCount, .sum)
    all.greatestField = try group.allreduce(greatestField, .max)
    all.leastField = try group.allreduce(leastField, .min)
    all.smallest = try group.allreduce(smallest, .min)
    all.hasEqualRows = try group.allreduce(hasEqualRows ? 1 : 0, .min) == 1
    return all
  }
}

/// What sampling asks of a problem's reader: whether ranks may have a part of it each.
package struct SamplingUse: ProblemUse {
  private let settings: SamplerSettings
  private let isKept: Bool

  /// - Parameter isKept: whether checkpoints are written, which name the whole problem.
  package init(_ settings: SamplerSettings, isKept: Bool) { (self.settings, self.isKept) = (settings, isKept) }

  package func allowsParts(of drawn: DrawnProblem) -> Bool { true }
  package func spreadsSpins(of drawn: DrawnProblem) -> Bool { settings.spread != .automatic }

  /// With what making a kernel takes (`ReplicaHome.checkMemory`).
  package func wholeBytes(of drawn: DrawnProblem) -> Double {
    drawn.wholeBytes + 24 * drawn.couplingCount + 64 * Double(drawn.spinCount)
  }

  /// Blocks of chains have the problem each, in parts on as many ranks.
  package func sharers(in world: Communicator) throws -> Communicator? {
    guard !isKept, !settings.marginals, !settings.needsWholeChains else { return nil }
    switch settings.spread {
    case .replicas: return nil
    case .automatic, .spins: return world
    case .grid(let chains, let spins):
      // A short run that finds the number of temperatures may have fewer chains than there are blocks.
      if settings.method == .tempering, chains > 1, case .between = settings.temperatures { return nil }
      guard spins > 1, chains.multipliedReportingOverflow(by: spins) == (world.size, false) else { return nil }
      return try ProcessGrid(GridShape(data: chains, spin: spins), over: world).spin
    }
  }
}
