import Kernels
import MPI

/// Ranks arranged as data × spin: `data` copies of a network, each cut into `spin` strips.
///
/// The ranks of one copy are a data group, since copies relax different images, and its members exchange rows over the communicator `spin`.
/// The communicator `data` joins the ranks that have the same strip, one of each copy. Ranks are counted node by node, so that a copy lies
/// on one node wherever it fits there.
public struct ProcessGrid: Sendable {
  /// All ranks of the grid, with the deadline of its waits.
  public let world: Communicator
  /// The ranks with the same strip; this rank's place says which micro-shards it relaxes.
  public let data: Communicator
  /// The ranks with the same micro-shards; this rank's place is its strip.
  public let spin: Communicator
  /// The ranks of `data` by node, if several nodes have several of them each, and all as many; the same on all ranks.
  package let nodes: NodeLevels?
  /// The ranks of this spin group, as `world` counts them.
  package let spinRanks: [Int]

  /// Collective.
  ///
  /// - Parameters:
  ///   - deadline: how long a rank waits for others; by default as long as `world` has it.
  ///   - rollCall: of `world`, which may have one itself; without one an error cannot say which host is missing.
  /// - Throws: `GridError` if data × spin is not the number of ranks.
  public init(
    _ shape: GridShape, over world: Communicator, deadline: Duration? = nil, rollCall: RollCall? = nil
  ) throws {
    try self.init(shape, over: world, deadline: deadline, rollCall: rollCall, ranksPerNode: nil)
  }

  /// The same, with as many ranks of `data` to a node as are given, wherever they are.
  package init(
    _ shape: GridShape, over world: Communicator, deadline: Duration? = nil, rollCall: RollCall? = nil, ranksPerNode: Int?
  ) throws {
    guard shape.data * shape.spin == world.size else {
      throw GridError("a grid of \(shape) needs \(shape.data * shape.spin) ranks; there are \(world.size)")
    }
    var world = world
    world.deadline = deadline ?? world.deadline
    world.rollCall = rollCall ?? world.rollCall
    self.world = world
    let node = try Self.node(in: world)
    guard shape.spin > 1 else {
      data = world
      spin = Communicator.selfOnly
      spinRanks = [world.rank]
      nodes = try NodeLevels.found(in: world, node: node, ranksPerNode: ranksPerNode, sameIn: world)
      return
    }
    let place = try Self.placeByNode(node, in: world)
    let data = try world.split(color: place % shape.spin, key: place)
    self.data = data
    nodes = try NodeLevels.found(in: data, node: node, ranksPerNode: ranksPerNode, sameIn: world)
    spin = try world.split(color: place / shape.spin, key: place)
    spinRanks = try spin.allgather(world.rank)
  }

  /// All ranks hold whole networks.
  public init(dataOver world: Communicator) {
    self.world = world
    data = world
    spin = Communicator.selfOnly
    spinRanks = [world.rank]
    nodes = nil
  }

  /// The grid of this rank's spin group alone.
  public var onlyThisNetwork: ProcessGrid {
    ProcessGrid(world: spin, data: .selfOnly, spin: spin, spinRanks: spinRanks)
  }

  private init(world: Communicator, data: Communicator, spin: Communicator, spinRanks: [Int]) {
    (self.world, self.data, self.spin, self.spinRanks) = (world, data, spin, spinRanks)
    nodes = nil
  }

  /// The extents, data × spin.
  public var shape: GridShape { GridShape(data: data.size, spin: spin.size) }

  /// The first rank of this rank's node, which stands for the node.
  private static func node(in world: Communicator) throws -> Int {
    guard world.size > 1 else { return world.rank }
    let node = try world.splitShared()
    let first = try node.broadcast(world.rank, root: 0)
    try node.free()
    return first
  }

  /// This rank's place among all, counted node by node in the order of each node's first rank.
  private static func placeByNode(_ node: Int, in world: Communicator) throws -> Int {
    let firsts = try world.allgather(node)
    let order = firsts.indices.sorted { (firsts[$0], $0) < (firsts[$1], $1) }
    return order.firstIndex(of: world.rank) ?? world.rank
  }
}

extension ProcessGrid {
  /// Adds up each number over the strips of a network, on all of them. Collective over the spin group.
  ///
  /// - Parameter content: what is added up, for messages.
  package func sumOverStrips(_ values: AlignedBuffer<Double>, _ content: String) throws {
    try naming(content) { try spin.allreduce(values.unsafeElements, .sum) }
  }

  /// What every strip has, in their order, on the first of them; `nil` on the others. Collective over the spin group.
  ///
  /// - Parameter content: what they are, for messages.
  package func gatherOverStrips(_ values: [Float], _ content: String) throws -> [[Float]]? {
    let parts = try naming(content) { try spin.gatherVarying(values, root: 0) }
    return spin.rank == 0 ? parts : nil
  }

  /// What the ranks with the same strip have, in the order of data groups. Collective over `data`.
  ///
  /// - Parameter content: what they are, for messages.
  package func gatherOverData(_ values: [Double], _ content: String) throws -> [Double] {
    try namingData(content) { try data.allgatherVarying(values).flatMap(\.self) }
  }

  /// Whether any rank of the grid says so. Collective over all.
  ///
  /// - Parameter content: what they say, for messages.
  package func anyRank(_ says: Bool, _ content: String) throws -> Bool {
    try namingData(content) { try world.allreduce(says, .logicalOr) }
  }
}

/// The extents of a process grid.
public struct GridShape: Equatable, Sendable, CustomStringConvertible {
  /// Networks that relax at the same time.
  public var data: Int
  /// Strips of each.
  public var spin: Int

  /// `data` groups of `spin` ranks each.
  public init(data: Int, spin: Int) {
    self.data = data
    self.spin = spin
  }

  /// `data × spin`.
  public var description: String { "\(data) × \(spin)" }

  /// The grids of some ranks, with at most as many networks and strips as there can be; fewest strips first.
  package static func possible(ranks: Int, networks: Int, strips: Int) -> [GridShape] {
    (1...max(1, min(ranks, strips))).compactMap { spin in
      ranks % spin == 0 && ranks / spin <= networks ? GridShape(data: ranks / spin, spin: spin) : nil
    }
  }
}

/// A grid that cannot be.
public struct GridError: Error, Equatable, CustomStringConvertible {
  public let description: String
  /// An error with a message that names the grid and what was expected.
  package init(_ description: String) { self.description = description }
}

/// Bytes that the ranks of a node hold once between them, in an MPI shared window.
///
/// The memory belongs to the window until MPI is finalised, since giving it back is collective and a store may go at any time.
package final class NodeBytes {
  private let window: SharedWindow<UInt8>

  private init(_ window: consuming SharedWindow<UInt8>) { self.window = window }

  /// Copies the bytes of the node's first rank to where all its ranks see them. Collective.
  ///
  /// - Parameters:
  ///   - bytes: read on the first rank alone.
  ///   - node: ranks that share memory, see `Communicator.splitShared`.
  package static func share(_ bytes: ByteStore, over node: Communicator) throws -> ByteStore {
    guard node.size > 1 else { return bytes }
    let window = try SharedWindow<UInt8>(node, count: node.rank == 0 ? bytes.count : 0)
    if node.rank == 0 { _ = window.local.update(from: bytes) }
    try window.fence()
    let segment = try window.segment(of: 0)
    return ByteStore(UnsafeBufferPointer(segment), of: NodeBytes(window))
  }
}
