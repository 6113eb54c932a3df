import Host
import Ising
import Kernels
import MPI
import Parallel

/// How a problem's replicas are held: spins in words of 512 where couplings are few units, in vectors of 16 otherwise; amplitudes in vectors of 8.
struct ReplicaHome: Sendable {
  let couplings: ReplicaCouplings
  let coded: CodedCouplings?
  /// The stiffness of amplitudes; `nil` for spins.
  let stiffness: Double?
  /// Of each spin with a row here, or of none if none is held.
  let isFixed: [Bool]
  /// What lies at this rank's border, of a problem that no rank has whole.
  private let graph: PartGraph?

  init(_ problem: any SampledProblem, fixed: [Int: Int8], spins: SamplerSettings.Spins = .ising) {
    let part = problem as? SampledPart
    couplings = problem.replicaCouplings
    if case .box(let stiffness) = spins { self.stiffness = stiffness } else { self.stiffness = nil }
    coded = stiffness != nil ? nil : part.map(\.coded) ?? CodedCouplings(couplings)
    graph = part?.graph
    var isFixed = [Bool]()
    if !fixed.isEmpty {
      isFixed = [Bool](repeating: false, count: couplings.rowCount)
      let first = part?.graph.own.lowerBound ?? 0
      for spin in fixed.keys where isFixed.indices.contains(spin - first) { isFixed[spin - first] = true }
    }
    self.isFixed = isFixed
  }

  /// How replicas lie in vectors.
  var kernelName: String {
    stiffness != nil ? "lanes of 8 replicas" : coded == nil ? "lanes of 16 replicas" : "words of 512 replicas"
  }

  /// Replicas that cost little more than one.
  private var cheapReplicas: Int { coded == nil ? 64 : 512 }

  private var alignment: Int {
    stiffness != nil ? AmplitudeReplicas.alignment : coded == nil ? LaneReplicas.alignment : CodedReplicas.alignment
  }

  /// Bits that a replica takes for each spin.
  private var spinBits: Double { stiffness == nil ? 1 : 64 }

  /// Ladders where none are asked for: whole blocks, so that each has another to overlap with.
  func standardChains(temperatures: Int, multipleOf block: Int) -> Int {
    max(4, cheapReplicas / temperatures / block * block)
  }

  /// The kernel for some ladders, and where their replicas begin among its lanes. Collective over `group`.
  ///
  /// - Parameter group: the ranks that share the spins of these ladders.
  func kernel(chains: Range<Int>, temperatures: Int, seed: UInt64, over group: Communicator? = nil) throws
    -> (kernel: any ReplicaKernel, firstLane: Int)
  {
    let first = chains.lowerBound * temperatures
    let aligned = first / alignment * alignment
    let lanes = chains.upperBound * temperatures - aligned
    func kernel(_ layout: ReplicaLayout) -> any ReplicaKernel {
      if let stiffness {
        return AmplitudeReplicas(
          couplings, stiffness: stiffness, layout: layout, firstReplica: aligned, laneCount: lanes, seed: seed)
      }
      if let coded {
        return CodedReplicas(couplings, coded: coded, layout: layout, firstReplica: aligned, laneCount: lanes, seed: seed)
      }
      return LaneReplicas(couplings, layout: layout, firstReplica: aligned, laneCount: lanes, seed: seed)
    }
    guard let group, group.size > 1 else {
      return (kernel(ReplicaLayout(whole: couplings, isFixed: isFixed)), first - aligned)
    }
    let part =
      if let graph {
        try ReplicaPart(graph, isFixed: isFixed, over: group)
      } else {
        ReplicaPart(couplings, isFixed: isFixed, owners: try owners(group.size), rank: group.rank)
      }
    return (try PartitionedReplicas(kernel(part.layout), part: part, over: group), first - aligned)
  }

  /// Of dense couplings no cut is better than another.
  private func owners(_ ranks: Int) throws -> SpinOwners {
    let spins = couplings.spinCount
    return 4 * couplings.neighbours.count > spins * spins
      ? try SpinOwners(runsOf: spins, ranks: ranks) : try SpinOwners(cutting: couplings.graph, ranks: ranks)
  }

  /// About how long a sweep of so many replicas takes if so many ranks share the spins, in nanoseconds.
  ///
  /// A word of 512 replicas takes some 50 ns a spin, 16 replicas of real couplings 3 ns a neighbour, 8 replicas of amplitudes 50 ns, and an exchange
  /// or a sum over ranks of one node some 50 µs.
  func sweepTime(replicas: Int, sharedBy ranks: Int) -> Double {
    let spins = Double(couplings.spinCount)
    let degree = Double(couplings.bounds.entryCount) / spins
    let (unit, visit) = stiffness != nil ? (8, 50 + 3 * degree) : coded == nil ? (16, 3 * (degree + 1)) : (512, 50.0)
    let units = Double((replicas + unit - 1) / unit)
    // A greedy colouring needs about as many colours as a spin has neighbours.
    let exchanges = ranks > 1 ? (degree + 2) * 50_000 : 0
    return units * visit * (spins / Double(ranks)).rounded(.up) + exchanges
  }

  /// Bytes of so many kept states with their energies.
  func keptBytes(states: Int) -> Double {
    Double(states) * (Double(couplings.spinCount) * (stiffness == nil ? 1.0 / 8 : 4) + 8)
  }

  /// Asked before memory is taken.
  ///
  /// - Throws: `SamplerError` if so many replicas do not fit.
  ///
  /// - Parameter ranks: those that share the spins.
  func checkMemory(replicas: Int, sharedBy ranks: Int, record: Double) throws {
    let unit = coded == nil ? 64.0 : 512.0
    let padded = (Double(replicas) / unit).rounded(.up) * unit
    let pairs = Double(couplings.bounds.entryCount / 2)
    let bits = padded * (2 * spinBits * Double(couplings.spinCount) + pairs) / Double(ranks)
    // A rank that has a part of the problem makes the kernel of that alone.
    let made = (24 * pairs + 64 * Double(couplings.spinCount)) / Double(graph?.runs.count ?? 1)
    let kept = coded == nil && stiffness == nil ? LaneReplicas.keptBytes(couplings, replicas: replicas) : 0
    let bytes = bits / 8 + kept + record + made
    let limit = Double(MemoryLimit.bytesLeft)
    guard bytes <= limit else {
      throw SamplerError(
        "\(replicas) replicas of \(couplings.spinCount) spins on a rank would take \(ByteCount(bytes)) of "
          + "\(ByteCount(limit)); give fewer chains or temperatures, or more ranks")
    }
  }
}
