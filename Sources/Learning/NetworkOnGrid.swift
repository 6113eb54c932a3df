import Hopfield
import Kernels
import MPI
import Parallel

/// A network as the ranks of a process grid hold it.
public struct NetworkOnGrid {
  public let network: HopfieldNetwork
  public let grid: ProcessGrid
  /// Absent where a rank holds whole networks.
  let halo: HaloExchange?

  /// Makes this rank's network, or its strip of one. Collective over the spin group.
  ///
  /// - Throws: `NetworkError` if the network cannot be cut into as many strips as the grid has, or does not fit in memory.
  public init(
    _ layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost, capacity: Int, order: RelaxationSettings.Order,
    on grid: ProcessGrid, exchange settings: ExchangeSettings = ExchangeSettings(), times: PhaseTimes = PhaseTimes()
  ) throws {
    self.grid = grid
    try Self.requireMemory(layout, strips: grid.spin.size, capacity: capacity)
    guard grid.spin.size > 1 else {
      halo = nil
      network = HopfieldNetwork(layout: layout, parameters: parameters, cost: cost, capacity: capacity, times: times)
      return
    }
    let strip = Strip(try StripPartition(layout, strips: grid.spin.size), index: grid.spin.rank)
    var made: HaloExchange?
    network = try HopfieldNetwork(
      strip, parameters: parameters, cost: cost, capacity: capacity, order: order, exchange: settings, times: times
    ) { links, names in
      let halo = HaloExchange(links, names: names, capacity: capacity, on: grid)
      made = halo
      return SpinGroupExchange(halo: halo, grid: grid)
    }
    halo = made
  }

  /// Refuses a network that does not fit, before memory is taken for it.
  private static func requireMemory(_ layout: NetworkLayout, strips: Int, capacity: Int) throws {
    let left = MemoryLimit.bytesLeft
    func need(_ strips: Int) throws -> Int { try StripPartition(layout, strips: strips).greatestBytes(capacity: capacity) }
    let needed = try need(strips)
    guard needed > left else { return }
    let fitting = try (strips...StripPartition.greatestCount(layout)).first { try need($0) <= left }
    let advice =
      try fitting.map { "\($0) strips (grid.spin) take \(try need($0) >> 20) MiB each" }
      ?? "no number of strips makes it small enough; use smaller micro-shards"
    throw NetworkError(
      "the states of \(capacity) samples take \(needed >> 20) MiB on \(strips == 1 ? "one rank" : "each of \(strips) strips"), and "
        + "\(left >> 20) MiB are left; \(advice)")
  }

  /// Messages and bytes that this rank has sent to the other strips, and those that the partition predicts.
  public var traffic: (sent: (messages: Int, bytes: Int), predicted: (messages: Int, bytes: Int)) {
    (halo?.sent ?? (0, 0), network.predictedTraffic)
  }
}

/// The exchange of one spin group over MPI.
private final class SpinGroupExchange: StripExchange {
  private let halo: HaloExchange
  private let grid: ProcessGrid

  init(halo: HaloExchange, grid: ProcessGrid) {
    self.halo = halo
    self.grid = grid
  }

  func start(_ channel: Int, samples: Int) throws { try halo.start(channel, samples: samples) }
  func finish(_ channel: Int) throws { try halo.finish(channel) }
  func poll() throws { try halo.poll() }
  func sum(_ values: AlignedBuffer<Double>) throws {
    try grid.naming("residuals and energies") { try grid.spin.allreduce(values.unsafeElements, .sum) }
  }
}

extension HopfieldNetwork {
  /// The spins of samples, layer by layer, in the order channels, rows, columns, of the whole network. Collective over the spin
  /// group; complete on its first rank.
  public func unpackedSpins(layer: Int, samples: Range<Int>, over grid: ProcessGrid) throws -> [Float] {
    let planes = spins[layer - 1]
    guard grid.spin.size > 1 else { return planes.unpacked(samples: samples) }
    let partition = strip.partition
    let counted = strip.countedRows(layer).isEmpty ? [] : planes.unpacked(samples: samples)
    let parts = try grid.spin.gatherVarying(counted, root: 0)
    guard grid.spin.rank == 0 else { return [] }
    let whole = layout.shape(layer)
    var values = Array(repeating: Float(0), count: samples.count * whole.spins)
    for (index, part) in parts.enumerated() {
      let rows = partition.countedRows(layer, strip: index)
      let run = rows.count * whole.columns
      for image in 0..<samples.count * whole.channels where run > 0 {
        let target = image * whole.pixels + rows.lowerBound * whole.columns
        values.replaceSubrange(target..<target + run, with: part[image * run..<(image + 1) * run])
      }
    }
    return values
  }
}
