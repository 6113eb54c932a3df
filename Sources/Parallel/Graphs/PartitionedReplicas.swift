import Kernels
import MPI

/// One rank's spins of many replicas, next to ghosts: spins of other ranks that they are coupled to.
package struct ReplicaPart: Sendable {
  package let layout: ReplicaLayout
  /// What neighbours need after each colour, and what they send.
  fileprivate let phases: [[Link]]

  /// What goes to and fro between two ranks after one colour.
  fileprivate struct Link: Sendable {
    let rank: Int
    /// Places of own spins.
    let sent: [Int]
    /// Places of ghosts, one behind another.
    let received: Range<Int>
  }

  /// - Parameter isFixed: of each spin, whether it stays as it is; none do if there are none.
  package init(_ couplings: ReplicaCouplings, isFixed: [Bool] = [], owners: SpinOwners, rank: Int) {
    let graph = couplings.graph
    let colouring = Colouring(graph)
    var visit = colouring.colours
    for (place, spin) in colouring.order.enumerated() { visit[spin] = place }
    let plan = GhostPlan(graph, owners: owners, rank: rank, key: visit)
    let colours = colouring.starts.count - 1
    let free = isFixed.isEmpty ? plan.own : plan.own.filter { !isFixed[$0] }
    let byColour = Buckets(free) { colouring.colours[$0] }.starts
    layout = ReplicaLayout(
      free: free,
      // A rank need not have spins of the last colours.
      colourStarts: (0...colours).map { $0 < byColour.count ? byColour[$0] : free.count },
      fixed: isFixed.isEmpty ? [] : plan.own.filter { isFixed[$0] }, ghosts: plan.ghosts)
    var place = [Int](repeating: 0, count: couplings.spinCount)
    for (index, spin) in layout.own.enumerated() { place[spin] = index }
    let firstGhost = layout.ownCount
    phases = (0..<colours).map { colour in
      plan.neighbours.map { neighbour in
        // Ghosts are sorted by owner and then by the order of visits, so that those of one colour lie side by side.
        let ghosts = neighbour.ghosts.filter { colouring.colours[plan.ghosts[$0]] == colour }
        let sent = neighbour.sent.map { plan.own[Int($0)] }.filter { colouring.colours[$0] == colour }
        let first = firstGhost + (ghosts.first ?? 0)
        return Link(rank: neighbour.rank, sent: sent.map { place[$0] }, received: first..<first + ghosts.count)
      }
    }
  }
}

/// Replicas whose spins are spread over ranks, by colour phases: spins of one colour are not coupled, so all ranks visit theirs at once, and
/// tell their neighbours before the next colour begins. The states are those of one rank, bit by bit.
///
/// Borders that are a sweep old would not do: their states have another distribution.
package final class PartitionedReplicas: ReplicaKernel {
  package var states: ReplicaStates { kernel.states }
  package var energyUnit: Double { kernel.energyUnit }
  private let kernel: any ReplicaKernel
  private let group: Communicator
  private let phases: [BorderExchange]

  /// Collective.
  ///
  /// - Parameter kernel: has the layout of `part`, and the same replicas on all ranks.
  package init(_ kernel: any ReplicaKernel, part: ReplicaPart, over group: Communicator) throws {
    self.kernel = kernel
    self.group = group
    phases = try part.phases.enumerated().map { try BorderExchange($1, of: kernel.states, tag: $0, over: group) }
  }

  package func take(inverseTemperatures: [Double]) { kernel.take(inverseTemperatures: inverseTemperatures) }
  package func assign(_ temperatures: [UInt16]) { kernel.assign(temperatures) }
  package func restart() { kernel.restart() }
  package func flip(first count: Int, of places: AlignedBuffer<Int32>, lane: Int) {
    preconditionFailure("clusters need all spins on one rank")
  }
  package func copy(_ lanes: [(from: Int, to: Int)]) { kernel.copy(lanes) }
  package func sweep(colour: Int, number: UInt32) { kernel.sweep(colour: colour, number: number) }

  package func sweep(number: UInt32) throws {
    for (colour, phase) in phases.enumerated() {
      kernel.sweep(colour: colour, number: number)
      try phase.run()
    }
  }

  /// Whole numbers: the sums do not depend on the number of ranks.
  package func addEnergies(to energies: inout [Int64]) throws {
    try kernel.addEnergies(to: &energies)
    try group.allreduce(&energies, .sum)
  }

  package func total(_ counts: inout [Int64]) throws { try group.allreduce(&counts, .sum) }
}

/// The exchange after one colour: a run of words for each spin at the border.
private final class BorderExchange {
  private let states: ReplicaStates
  private let sent: [Int]
  private let outgoing: AlignedBuffer<UInt64>
  private var requests = PersistentGroup()

  init(_ links: [ReplicaPart.Link], of states: ReplicaStates, tag: Int, over group: Communicator) throws {
    self.states = states
    let stride = states.stride
    sent = links.flatMap(\.sent)
    outgoing = AlignedBuffer(count: sent.count * stride)
    var place = 0
    for link in links {
      if !link.received.isEmpty {
        // Nothing reads ghosts of this colour between its visits and the end of the exchange.
        let words = states.words.unsafeElements.extracting(
          link.received.lowerBound * stride..<link.received.upperBound * stride)
        try requests.add(group.persistentReceive(into: words, from: link.rank, tag: tag))
      }
      if !link.sent.isEmpty {
        let words = outgoing.unsafeElements.extracting(place..<place + link.sent.count * stride)
        try requests.add(group.persistentSend(UnsafeBufferPointer(words), to: link.rank, tag: tag))
        place += words.count
      }
    }
  }

  func run() throws {
    for (index, place) in sent.enumerated() {
      outgoing.copy(from: states.words, at: place * states.stride, to: index * states.stride, count: states.stride)
    }
    try requests.startAll()
    try requests.waitAll()
  }
}
