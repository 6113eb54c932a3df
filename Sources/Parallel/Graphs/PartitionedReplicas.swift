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
    self.init(
      plan.neighbours, own: plan.own, ghosts: plan.ghosts, isFixed: isFixed, colourCount: colouring.starts.count - 1
    ) { colouring.colours[$0] }
  }

  /// Of a graph that no rank has whole; spins are counted as in `ReplicaCouplings`. Collective.
  ///
  /// - Parameter isFixed: of each of this rank's spins, whether it stays as it is; none do if there are none.
  /// - Throws: the failure of an exchange.
  package init(_ graph: PartGraph, isFixed: [Bool] = [], over group: Communicator) throws {
    let colouring = try PartColouring(graph, over: group)
    let plan = GhostPlan(graph, colours: colouring)
    let (first, count) = (graph.own.lowerBound, graph.own.count)
    self.init(
      plan.neighbours, own: plan.own.map { $0 - first },
      ghosts: plan.ghosts.map { count + graph.place(ofGhost: Int32(truncatingIfNeeded: $0)) }, isFixed: isFixed,
      colourCount: colouring.colourCount
    ) { Int($0 < count ? colouring.own[$0] : colouring.ghosts[$0 - count]) }
  }

  /// - Parameters:
  ///   - own: this rank's spins, colour by colour.
  ///   - ghosts: by owner, then colour; the owners list what they send in the same order.
  private init(
    _ neighbours: [GhostPlan.Neighbour], own: [Int], ghosts: [Int], isFixed: [Bool], colourCount: Int, colour: (Int) -> Int
  ) {
    let free = isFixed.isEmpty ? own : own.filter { !isFixed[$0] }
    let byColour = Buckets(free, by: colour).starts
    layout = ReplicaLayout(
      free: free,
      // A rank need not have spins of the last colours.
      colourStarts: (0...colourCount).map { $0 < byColour.count ? byColour[$0] : free.count },
      fixed: isFixed.isEmpty ? [] : own.filter { isFixed[$0] }, ghosts: ghosts)
    // Of each of `own`, where it lies in a state.
    var (places, nextFree, nextFixed) = ([Int](), 0, free.count)
    places.reserveCapacity(own.count)
    for spin in own {
      if isFixed.isEmpty || !isFixed[spin] {
        places.append(nextFree)
        nextFree += 1
      } else {
        places.append(nextFixed)
        nextFixed += 1
      }
    }
    var phases = [[Link]](repeating: [], count: colourCount)
    for neighbour in neighbours {
      var (sent, ghost) = (0, neighbour.ghosts.lowerBound)
      for phase in 0..<colourCount {
        let (firstSent, firstGhost) = (sent, ghost)
        while sent < neighbour.sent.count, colour(own[Int(neighbour.sent[sent])]) == phase { sent += 1 }
        while ghost < neighbour.ghosts.upperBound, colour(ghosts[ghost]) == phase { ghost += 1 }
        guard sent > firstSent || ghost > firstGhost else { continue }
        phases[phase].append(
          Link(
            rank: neighbour.rank, sent: neighbour.sent[firstSent..<sent].map { places[Int($0)] },
            received: own.count + firstGhost..<own.count + ghost))
      }
    }
    self.phases = phases
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
