import Host
import Kernels
import MPI
import Parallel

extension HopfieldNetwork {
  /// A network as the ranks of a process grid hold it: this rank's whole network, or its strip of one. Collective over the spin
  /// group.
  ///
  /// - Parameter order: in which its layers will move; it decides which rows travel together.
  /// - Throws: `NetworkError` if the network cannot be cut into as many strips as the grid has, or does not fit in memory.
  public convenience init(
    _ layout: NetworkLayout, parameters: AlignedBuffer<Float>, cost: Cost, capacity: Int, order: RelaxationSettings.Order,
    on grid: ProcessGrid, exchange settings: ExchangeSettings = ExchangeSettings(), times: Profile = Profile()
  ) throws {
    try Self.requireMemory(layout, strips: grid.spin.size, capacity: capacity)
    let strip = Strip(try StripPartition(layout, strips: grid.spin.size), index: grid.spin.rank)
    self.init(strip, parameters: parameters, cost: cost, capacity: capacity, times: times) { memory in
      guard !strip.isWhole else { return nil }
      let plan = RowPlan(strip.partition, order: order)
      let exchange = HaloExchange(
        plan.links(of: strip, spins: memory.spins, edges: memory.edges), names: plan.channels.indices.map(plan.name),
        capacity: capacity, on: grid)
      return Boundary(strip, plan: plan, exchange: exchange, grid: grid, settings: settings, times: times)
    }
  }

  /// Refuses a network that does not fit, before memory is taken for it.
  private static func requireMemory(_ layout: NetworkLayout, strips: Int, capacity: Int) throws {
    let left = MemoryLimit.bytesLeft
    func need(_ strips: Int) throws -> Int { try StripPartition(layout, strips: strips).greatestBytes(capacity: capacity) }
    let needed = try need(strips)
    guard needed > left else { return }
    let fitting = try (strips...StripPartition.greatestCount(layout)).first { try need($0) <= left }
    let advice =
      try fitting.map { "\($0) strips (grid.spin) take \(ByteCount(try need($0))) each" }
      ?? "no number of strips makes it small enough; use smaller micro-shards"
    throw NetworkError(
      "the states of \(capacity) samples take \(ByteCount(needed)) on \(strips == 1 ? "one rank" : "each of \(strips) strips"), and "
        + "\(ByteCount(left)) are left; \(advice)")
  }

  /// Messages and bytes that this rank has sent to the other strips, and those that the partition predicts.
  public var traffic: (sent: (messages: Int, bytes: Int), predicted: (messages: Int, bytes: Int)) {
    guard let boundary else { return ((0, 0), (0, 0)) }
    return (boundary.exchange.sent, boundary.predicted)
  }

  /// The spins of samples, layer by layer, in the order channels, rows, columns, of the whole network. Collective over the spin
  /// group; complete on its first rank.
  ///
  /// - Throws: the failure of the gathering between strips.
  public func unpackedSpins(layer: Int, samples: Range<Int>, over grid: ProcessGrid) throws -> [Float] {
    let planes = spins[layer - 1]
    guard grid.spin.size > 1 else { return planes.unpacked(samples: samples) }
    let partition = strip.partition
    let counted = strip.countedRows(layer).isEmpty ? [] : planes.unpacked(samples: samples)
    guard let parts = try grid.gatherOverStrips(counted, "spins") else { return [] }
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
