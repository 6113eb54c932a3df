import Host
import Kernels
import MPI

/// The field of dense couplings in blocks of rows: every rank's states go to all others, and are multiplied as they come.
///
/// A step goes through the ranks in order: while one rank's states are multiplied those of the next travel. The blocks and their
/// order are those of one rank's `DenseField`, so states have the same bits on any number of ranks.
package final class PartitionedDenseField: PartitionedField {
  package let shape: ReplicaShape
  package let bias: AlignedBuffer<Float>
  package let hasBias: Bool
  package let magnitude: Double
  /// The global numbers of this rank's spins.
  package let identifiers: [UInt32]
  private let group: Communicator
  /// Made when amplitudes are first evaluated: machines of spins under couplings of one size do without.
  private var rows: DenseRows?
  private let makeRows: () -> DenseRows
  private let blockLength: Int
  private let spinCount: Int
  /// The blocks of each rank.
  private let blocks: [Range<Int>]
  /// The states of all ranks.
  private let gathered: AlignedBuffer<Float>
  package var exchanges = true
  /// Messages with states, and waits for those of others.
  package let times = Profile()
  private var remembered: RememberedStates<Float>?
  private let packed: PackedExchange?

  /// The spins of each rank: runs of whole blocks, as equal as they can be.
  package static func spins(of rank: Int, ranks: Int, spins: Int) -> Range<Int> {
    let length = DenseRows.blockLength(spins: spins)
    let count = (spins + length - 1) / length
    return min(rank * count / ranks * length, spins)..<min((rank + 1) * count / ranks * length, spins)
  }

  /// Collective.
  ///
  /// - Parameters:
  ///   - bias: `h` of all spins; none are zero.
  ///   - remembersStates: whether evaluations may go without an exchange.
  ///   - signs: of this rank's rows, where couplings have one size.
  ///   - fill: called for each of this rank's spins, by its global number, with the row of its couplings.
  package init(
    spins: Int, bias: [Float] = [], replicas: Int, over group: Communicator, remembersStates: Bool = false,
    signs: ((Range<Int>) -> CouplingSigns?)? = nil, fill: @escaping (_ spin: Int, _ row: DenseRows.Row) -> Void
  ) throws {
    self.group = group
    let length = DenseRows.blockLength(spins: spins)
    let parts = (0..<group.size).map { Self.spins(of: $0, ranks: group.size, spins: spins) }
    let own = parts[group.rank]
    blocks = parts.map { $0.lowerBound / length..<($0.isEmpty ? $0.lowerBound / length : ($0.upperBound + length - 1) / length) }
    shape = ReplicaShape(spins: own.count, replicas: replicas)
    identifiers = own.map { UInt32($0) }
    self.bias = ReplicaShape.paddedBias(bias.isEmpty ? [] : Array(bias[own]), spins: own.count)
    hasBias = bias.contains { $0 != 0 }
    makeRows = { DenseRows(rows: own.count, columns: spins, replicas: replicas) { fill(own.lowerBound + $0, $1) } }
    (blockLength, spinCount) = (length, spins)
    gathered = ReplicaShape(spins: spins, replicas: replicas).plane()
    remembered = remembersStates ? RememberedStates(count: gathered.count) : nil
    let packedSigns = replicas == 1 ? nil : signs?(own)
    packed = try packedSigns.map {
      try PackedExchange(PackedRows($0, replicas: replicas), parts: parts, over: group, remembersStates: remembersStates)
    }
    let made = packedSigns == nil ? try Self.made(makeRows, rows: own.count, columns: spins) : nil
    // Whole numbers, so that all ranks agree to the bit.
    let ofRows = packedSigns.map { Double($0.unit) * Double(own.count) * Double(spins - 1) } ?? made?.magnitude ?? 0
    let total = try group.allreduce(ofRows.rounded(.up), .sum)
    magnitude = total + bias.reduce(0) { $0 + 2 * Double($1.magnitude) }.rounded(.up)
    rows = made
  }

  /// Asks for the memory first, which is most of what a search takes.
  private static func made(_ make: () -> DenseRows, rows: Int, columns: Int) throws -> DenseRows {
    let bytes = Double(rows) * Double(columns) * 4
    if let reason = MemoryLimit.refusal(of: bytes, for: "couplings of \(rows) of \(columns) spins in single precision") {
      throw PartitionError(reason)
    }
    return make()
  }

  private func denseRows() throws -> DenseRows {
    if let rows { return rows }
    let made = try Self.made(makeRows, rows: shape.spins, columns: spinCount)
    rows = made
    return made
  }

  package func addCouplings(_ states: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    precondition(states.count == shape.count && field.count == shape.count)
    let (rows, stride, length) = (try denseRows(), shape.stride, blockLength)
    let others = exchanges ? nil : remembered?[states]
    if let others { gathered.copy(from: others, count: gathered.count) }
    gathered.copy(from: states, to: blocks[group.rank].lowerBound * length * stride, count: shape.spins * stride)
    guard others == nil else {
      for rank in blocks.indices { addBlocks(of: rank, rows, into: field) }
      return
    }
    let first = try broadcast(from: 0, stride: stride, length: length)
    try multiply(rows, from: 0, first, stride: stride, length: length, field)
    remembered?.keep(gathered, from: 0, for: states)
  }

  package func addCouplings(spins: AlignedBuffer<Float>, into field: AlignedBuffer<Float>) throws {
    guard let packed else { return try addCouplings(spins, into: field) }
    precondition(spins.count == shape.count && field.count == shape.count)
    try packed.addCouplings(spins, into: field, exchanging: exchanges)
  }

  package func forgetStates() {
    remembered?.removeAll()
    packed?.forgetStates()
  }

  /// Starts the broadcast of the next rank's states, multiplies this one's as soon as they are here, and goes on.
  private func multiply(
    _ rows: DenseRows, from rank: Int, _ request: consuming Request, stride: Int, length: Int, _ field: AlignedBuffer<Float>
  ) throws {
    guard rank + 1 < group.size else {
      try finish(request)
      addBlocks(of: rank, rows, into: field)
      return
    }
    let next = try broadcast(from: rank + 1, stride: stride, length: length)
    try finish(request)
    addBlocks(of: rank, rows, into: field)
    try multiply(rows, from: rank + 1, next, stride: stride, length: length, field)
  }

  private func broadcast(from rank: Int, stride: Int, length: Int) throws -> Request {
    let start = Profile.now
    defer { times.add(.posted, Profile.now - start) }
    return try group.ibroadcast(part(of: rank, stride: stride, length: length), root: rank)
  }

  private func finish(_ request: consuming Request) throws {
    let start = Profile.now
    defer { times.add(.waited, Profile.now - start) }
    try request.wait()
  }

  private func addBlocks(of rank: Int, _ rows: DenseRows, into field: AlignedBuffer<Float>) {
    for block in blocks[rank] { rows.add(block: block, of: gathered, into: field) }
  }

  private func part(of rank: Int, stride: Int, length: Int) -> UnsafeMutableBufferPointer<Float> {
    let end = min(blocks[rank].upperBound * length, spinCount)
    let start = min(blocks[rank].lowerBound * length, end)
    return gathered.unsafeElements.extracting(start * stride..<end * stride)
  }

  package func total(_ sums: AlignedBuffer<Int64>) throws { try group.allreduce(sums.unsafeElements, .sum) }
}
