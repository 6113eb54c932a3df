import Host
import Kernels
import Parallel

/// When neighbours' rows are refreshed during a relaxation.
public struct ExchangeSettings: Equatable, Sendable {
  /// Sweeps from one exchange to the next. Between two, neighbours' rows stay as they were; the fixed points are the same, and
  /// the last sweeps of a phase exchange every time.
  public var every: Int
  /// Compute the interior while rows travel, or wait for them first.
  public var overlap: Bool

  /// In every sweep, hidden behind the rows that need no neighbour.
  public init(every: Int = 1, overlap: Bool = true) {
    self.every = every
    self.overlap = overlap
  }
}

/// The boundary of one strip during a relaxation: what is under way, and which arg-max around the strip is current.
///
/// All its decisions follow from calls that every strip makes alike, never from the data, so that no strip waits for a message
/// that another does not send.
final class Boundary {
  let exchange: HaloExchange
  private let grid: ProcessGrid
  let settings: ExchangeSettings
  /// By layer: own rows whose fields need no neighbour.
  let driveInterior: [Range<Int>]
  let topDownInterior: [Range<Int>]

  private let plan: RowPlan
  private let times: Profile
  private var pending: [Int] = []
  /// What this strip sends on each channel, from the partition alone.
  private let traffic: [(messages: Int, bytesPerSample: Int)]
  /// What this strip should have sent so far.
  private(set) var predicted = (messages: 0, bytes: 0)
  /// Of an edge under max-pooling: in how many samples the arg-max of its linked rows around the strip is current.
  private var shared: [Int]

  init(_ strip: Strip, plan: RowPlan, exchange: HaloExchange, grid: ProcessGrid, settings: ExchangeSettings, times: Profile) {
    self.exchange = exchange
    self.grid = grid
    self.settings = settings
    self.plan = plan
    self.times = times
    traffic = plan.channels.indices.map { plan.traffic(on: $0, from: strip.index) }
    let layers = Array(1...strip.layout.layers.count)
    driveInterior = layers.map(strip.interiorOfDrive)
    topDownInterior = layers.map(strip.interiorOfTopDown)
    shared = Array(repeating: 0, count: strip.layout.edges.count)
  }

  /// Whether fields are computed in two parts, the first of them while rows travel.
  var divides: Bool { settings.overlap && !pending.isEmpty }

  /// Sends what a group of layers has changed by moving, or lets the other strips' copies of it stand as they are.
  ///
  /// - Parameter validArgMaxSamples: of every edge, in how many samples this strip's own arg-max is that of the state before the
  ///   move.
  func follow(_ group: [Int], samples: Int, validArgMaxSamples: [Int], exchanges: Bool) throws {
    let channel = plan.channel(after: group)
    if exchanges {
      try post(channel, samples: samples)
      pending.append(channel)
    }
    for edge in plan.channels[channel].argMax { shared[edge] = min(samples, validArgMaxSamples[edge]) }
  }

  /// Waits for everything under way.
  func finishExchanges() throws {
    guard !pending.isEmpty else { return }
    try times.measure(.waited) { for channel in pending { try exchange.finish(channel) } }
    pending.removeAll(keepingCapacity: true)
  }

  /// Exchanges the arg-max of edges within a group.
  func exchangeNow(before group: [Int], samples: Int) throws {
    try exchangeNow(plan.channel(before: group), samples: samples)
  }

  private func post(_ channel: Int, samples: Int) throws {
    predicted.messages += traffic[channel].messages
    predicted.bytes += traffic[channel].bytesPerSample * samples
    try times.measure(.posted) { try exchange.start(channel, samples: samples) }
  }

  func exchangeNow(_ channel: Int, samples: Int) throws {
    try post(channel, samples: samples)
    try times.measure(.waited) { try exchange.finish(channel) }
  }

  /// Adds up each number over all strips, on all of them.
  func sum(_ values: AlignedBuffer<Double>) throws { try grid.sumOverStrips(values, "residuals and energies") }

  /// Edges under max-pooling that lie within a group.
  func innerEdges(of group: [Int]) -> [Int] { plan.channels[plan.channel(before: group)].argMax }

  /// The channel that makes an edge's arg-max around the strip current, if it is not.
  func repair(_ edge: Int, samples: Int) -> Int? { shared[edge] < samples ? plan.repairs[edge] : nil }

  func noteShared(_ edge: Int, samples: Int) { shared[edge] = samples }
  func forget(edge: Int) { shared[edge] = 0 }
  func forget() { for edge in shared.indices { shared[edge] = 0 } }

  func duplicate(edge: Int, count: Int, to target: Int) {
    if shared[edge] >= count, shared[edge] == target { shared[edge] = target + count }
  }
}

extension RowPlan {
  /// The rows of every channel as they lie in memory, by neighbour.
  func links(of strip: Strip, spins: [SpinPlanes], edges: [CoupledEdge]) -> [[HaloLink]] {
    channels.map { channel in
      (0..<partition.strips).compactMap { peer in
        let sent = rows(channel, from: strip.index, to: peer, on: strip, spins, edges)
        let received = rows(channel, from: peer, to: strip.index, on: strip, spins, edges)
        return sent.isEmpty && received.isEmpty ? nil : HaloLink(peer: peer, sent: sent, received: received)
      }
    }
  }

  private func rows(
    _ channel: Channel, from: Int, to: Int, on strip: Strip, _ spins: [SpinPlanes], _ edges: [CoupledEdge]
  ) -> [HaloRows] {
    let states = channel.states.compactMap { layer -> HaloRows? in
      let rows = partition.copiedStates(layer, from: from, to: to)
      guard !rows.isEmpty else { return nil }
      return HaloRows(states: spins[layer - 1], rows: rows.from(strip.ownedRows(layer).lowerBound))
    }
    let argMax = channel.argMax.compactMap { index -> HaloRows? in
      let edge = partition.layout.edges[index]
      let rows = partition.copiedArgMax(edge, from: from, to: to)
      guard !rows.isEmpty, let coupling = edges[index].coupling as? MaxPooledConvolution else { return nil }
      return HaloRows(argMaxOf: coupling, rows: rows.from(strip.ownedRows(edge.post).lowerBound))
    }
    return states + argMax
  }
}
