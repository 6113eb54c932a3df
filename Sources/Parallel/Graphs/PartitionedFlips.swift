import Host
import Kernels
import MPI

/// Flips of spins that are spread over ranks, by colour phases: spins of one colour are not coupled, so all ranks visit theirs at
/// once, and tell their neighbours before the next colour begins. The trajectory is that of one rank's `SparseFlips`.
///
/// A stale boundary would not do: a sampler whose neighbours' flips come a sweep late anneals to another, worse distribution.
package final class PartitionedFlips: FlipOperator {
  package var spinCount: Int { flips.count }
  package var identifiers: AlignedBuffer<UInt32> { flips.identifiers }
  package private(set) var energy = 0.0
  /// Messages after a colour, waits for those of others, and sums over ranks.
  package let times = Profile()
  private let group: Communicator
  /// The spins of all ranks.
  private let totalCount: Int
  private let plan: GhostPlan
  private let flips: ColouredFlips
  private var phases: [ColourPhase] = []
  /// Global numbers in the order in which ranks' spins follow one another; `nil` if ranks have runs of spins, which follow one another by
  /// themselves.
  private let gatheredOrder: [Int]?

  /// Collective.
  ///
  /// - Parameters:
  ///   - couplings: those of all spins, the same on all ranks; whole numbers, so that fields do not depend on the order of flips.
  ///   - bias: `h` of all spins; none are zero.
  package convenience init(
    _ couplings: SparseCouplings, bias: [Float] = [], owners: SpinOwners, over group: Communicator
  ) throws {
    precondition(owners.rankCount == group.size)
    let colouring = Colouring(couplings)
    let colours = colouring.colours
    let count = colouring.starts.count - 1
    var places = colours
    for (place, spin) in colouring.order.enumerated() { places[spin] = place }
    let plan = GhostPlan(couplings, owners: owners, rank: group.rank, key: places)
    try self.init(
      plan, bias: bias, colours: (plan.own.map { colours[$0] }, plan.ghosts.map { colours[$0] }), count: count,
      gatheredOrder: Buckets(colouring.order) { Int(owners.ranks[$0]) }.items, totalCount: couplings.rowCount, over: group)
  }

  /// Of a graph that no rank has whole. Collective.
  ///
  /// - Parameter part: couplings are whole numbers.
  package convenience init(_ part: PartGraph, over group: Communicator) throws {
    let colouring = try PartColouring(part, over: group)
    let plan = GhostPlan(part, colours: colouring)
    try self.init(
      plan, bias: [],
      colours: (
        plan.own.map { Int(colouring.own[$0 - part.own.lowerBound]) },
        plan.ghosts.map { Int(colouring.ghosts[part.place(ofGhost: Int32($0))]) }
      ), count: colouring.colourCount, gatheredOrder: nil, totalCount: part.runs.last?.upperBound ?? 0, over: group)
  }

  /// - Parameters:
  ///   - colours: of the plan's own spins and of its ghosts.
  ///   - count: of all ranks' colours.
  private init(
    _ plan: GhostPlan, bias: [Float], colours: (own: [Int], ghosts: [Int]), count: Int, gatheredOrder: [Int]?, totalCount: Int,
    over group: Communicator
  ) throws {
    (self.plan, self.group) = (plan, group)
    (self.gatheredOrder, self.totalCount) = (gatheredOrder, totalCount)
    let own = plan.own
    let byColour = Buckets(Array(own.indices)) { colours.own[$0] }.starts
    flips = ColouredFlips(
      plan.couplings, ghostCouplings: plan.ghostCouplings,
      bias: own.map { bias.isEmpty ? 0 : bias[$0] }, identifiers: own.map { UInt32($0) },
      // A rank need not have spins of the last colours.
      colourStarts: (0...count).map { $0 < byColour.count ? byColour[$0] : own.count })
    phases = try (0..<count).map { try ColourPhase($0, colours: colours, plan: plan, over: group) }
  }

  package func reset(to spins: [Int8]) throws {
    precondition(spins.count == totalCount, "\(spins.count) spins for \(totalCount)")
    for (position, spin) in plan.own.enumerated() { flips.spins[position] = Float(spins[spin]) }
    for (ghost, spin) in plan.ghosts.enumerated() { flips.spins[plan.own.count + ghost] = Float(spins[spin]) }
    energy = -(try group.allreduce(flips.computeFields(), .sum)) / 2
  }

  @discardableResult package func sweep(thresholds: NoisePlane, scale: Float) throws -> Int {
    flips.energyChange = 0
    var count = 0
    for (colour, phase) in phases.enumerated() {
      count += flips.flip(colour: colour, thresholds: thresholds, scale: scale)
      try phase.exchange(flips, times)
    }
    // Whole numbers: the sum does not depend on the number of ranks.
    var sums = [flips.energyChange, Double(count)]
    try times.measure(.reduce) { try group.allreduce(&sums, .sum) }
    energy += sums[0]
    return Int(sums[1])
  }

  package func copySpins(to buffer: AlignedBuffer<Float>) { buffer.copy(from: flips.spins, count: spinCount) }

  package func collect(_ spins: AlignedBuffer<Float>) throws -> [Int8] {
    guard let gatheredOrder else {
      let first = plan.own.min() ?? 0
      var run = [Int8](repeating: 1, count: spinCount)
      for (position, spin) in plan.own.enumerated() { run[spin - first] = Int8(spins[position]) }
      return Array(try group.allgatherVarying(run).joined())
    }
    let gathered = try group.allgatherVarying((0..<spinCount).map { Int8(spins[$0]) })
    var state = [Int8](repeating: 1, count: gatheredOrder.count)
    for (spin, value) in zip(gatheredOrder, gathered.joined()) { state[spin] = value }
    return state
  }
}

/// The exchange after one colour: its spins that neighbours need, and their ghosts of that colour.
private final class ColourPhase {
  private struct Incoming {
    var ghosts: Range<Int>
    var place: Int
  }

  private let sent: [Int32]
  private let outgoing: AlignedBuffer<Float>
  private let news: AlignedBuffer<Float>
  private var incoming: [Incoming] = []
  private var requests = PersistentGroup()

  init(_ colour: Int, colours: (own: [Int], ghosts: [Int]), plan: GhostPlan, over group: Communicator) throws {
    let parts = plan.neighbours.map { neighbour in
      neighbour.sent.filter { colours.own[Int($0)] == colour }
    }
    sent = parts.flatMap { $0 }
    outgoing = AlignedBuffer(count: sent.count)
    let ranges = plan.neighbours.map { neighbour -> Range<Int> in
      let members = neighbour.ghosts.filter { colours.ghosts[$0] == colour }
      guard let first = members.first, let last = members.last else { return 0..<0 }
      return first..<last + 1
    }
    news = AlignedBuffer(count: ranges.reduce(0) { $0 + $1.count })
    var (sentPlace, newsPlace) = (0, 0)
    for (index, neighbour) in plan.neighbours.enumerated() {
      if !ranges[index].isEmpty {
        let buffer = news.unsafeElements.extracting(newsPlace..<newsPlace + ranges[index].count)
        try requests.add(group.persistentReceive(into: buffer, from: neighbour.rank, tag: colour))
        incoming.append(Incoming(ghosts: ranges[index], place: newsPlace))
        newsPlace += ranges[index].count
      }
      if !parts[index].isEmpty {
        let buffer = outgoing.unsafeElements.extracting(sentPlace..<sentPlace + parts[index].count)
        try requests.add(group.persistentSend(UnsafeBufferPointer(buffer), to: neighbour.rank, tag: colour))
        sentPlace += parts[index].count
      }
    }
  }

  func exchange(_ flips: ColouredFlips, _ times: Profile) throws {
    try times.measure(.posted) {
      outgoing.gather(sent, of: flips.spins, rowLength: 1)
      try requests.startAll()
    }
    try times.measure(.waited) { try requests.waitAll() }
    for part in incoming { flips.update(ghosts: part.ghosts, from: news, at: part.place) }
  }
}
