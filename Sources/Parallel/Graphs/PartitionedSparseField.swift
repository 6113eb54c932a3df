import Kernels
import MPI

/// The field of sparse couplings whose spins are spread over ranks: boundary states travel by persistent requests while the rows
/// of interior spins are added up.
///
/// Every sum has the terms and the order of one rank's `SparseField`, so states have the same bits on any number of ranks.
package final class PartitionedSparseField: PartitionedField {
  package let shape: ReplicaShape
  package let bias: AlignedBuffer<Float>
  package let hasBias: Bool
  package let magnitude: Double
  /// The global numbers of this rank's spins.
  package let identifiers: [UInt32]
  private let group: Communicator
  private let plan: GhostPlan
  private let interior: SparseRows
  private let boundary: SparseRows
  /// Own states and, behind them, ghosts.
  private let extended: AlignedBuffer<Float>
  private let outgoing: AlignedBuffer<Float>
  private var requests = PersistentGroup()
  package var exchanges = true
  private var remembered: RememberedStates<Float>?

  /// Collective.
  ///
  /// - Parameters:
  ///   - couplings: those of all spins, the same on all ranks.
  ///   - bias: `h` of all spins; none are zero.
  ///   - remembersStates: whether evaluations may go without an exchange.
  package convenience init(
    _ couplings: SparseCouplings, bias: [Float] = [], replicas: Int, owners: SpinOwners, over group: Communicator,
    remembersStates: Bool = false
  ) throws {
    precondition(owners.rankCount == group.size)
    try self.init(
      GhostPlan(couplings, owners: owners, rank: group.rank), bias: bias, replicas: replicas, magnitude: couplings.magnitude,
      over: group, remembersStates: remembersStates)
  }

  /// Of a graph that no rank has whole. Collective.
  ///
  /// - Parameter part: couplings are whole numbers, so that all ranks agree on their sum.
  package convenience init(_ part: PartGraph, replicas: Int, over group: Communicator, remembersStates: Bool = false) throws {
    let plan = GhostPlan(part)
    try self.init(
      plan, bias: [], replicas: replicas, magnitude: try group.allreduce(plan.couplings.magnitude, .sum), over: group,
      remembersStates: remembersStates)
  }

  private init(
    _ plan: GhostPlan, bias: [Float], replicas: Int, magnitude: Double, over group: Communicator, remembersStates: Bool
  ) throws {
    self.group = group
    self.plan = plan
    shape = ReplicaShape(spins: plan.own.count, replicas: replicas)
    identifiers = plan.own.map { UInt32($0) }
    self.bias = ReplicaShape.paddedBias(bias.isEmpty ? [] : plan.own.map { bias[$0] }, spins: shape.spins)
    hasBias = bias.contains { $0 != 0 }
    self.magnitude = magnitude + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }
    interior = SparseRows(plan.couplings, rows: 0..<plan.interiorCount, replicas: replicas)
    boundary = SparseRows(plan.couplings, rows: plan.interiorCount..<plan.own.count, replicas: replicas)
    extended = ReplicaShape(spins: plan.own.count + plan.ghosts.count, replicas: replicas).plane()
    outgoing = AlignedBuffer(count: plan.neighbours.reduce(0) { $0 + $1.sent.count } * shape.stride)
    remembered = remembersStates ? RememberedStates(count: plan.ghosts.count * shape.stride) : nil
    try prepare()
  }

  private func prepare() throws {
    let stride = shape.stride
    var place = 0
    for neighbour in plan.neighbours {
      let incoming = extended.unsafeElements.extracting(
        (plan.own.count + neighbour.ghosts.lowerBound) * stride..<(plan.own.count + neighbour.ghosts.upperBound) * stride)
      let sent = outgoing.unsafeElements.extracting(place..<place + neighbour.sent.count * stride)
      try requests.add(group.persistentReceive(into: incoming, from: neighbour.rank))
      try requests.add(group.persistentSend(UnsafeBufferPointer(sent), to: neighbour.rank))
      place += sent.count
    }
  }

  package func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    precondition(states.count == shape.count && field.count == shape.count)
    let own = shape.spins * shape.stride
    if !exchanges, let ghosts = remembered?[states] {
      extended.copy(from: states, count: own)
      extended.copy(from: ghosts, to: own, count: ghosts.count)
      interior.add(extended, into: field)
      boundary.add(extended, into: field)
      return
    }
    var place = 0
    for neighbour in plan.neighbours {
      outgoing.gather(neighbour.sent, of: states, rowLength: shape.stride, at: place)
      place += neighbour.sent.count * shape.stride
    }
    try requests.startAll()
    extended.copy(from: states, count: own)
    interior.add(extended, into: field)
    try requests.waitAll()
    remembered?.keep(extended, from: own, for: states)
    boundary.add(extended, into: field)
  }

  package func forgetStates() { remembered?.removeAll() }

  package func total(_ sums: AlignedBuffer<Int64>) throws { try group.allreduce(sums.unsafeElements, .sum) }
}
