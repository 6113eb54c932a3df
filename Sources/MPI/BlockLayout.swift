/// Where each rank's block lies in a buffer that holds one block a rank, of any sizes: the counts and displacements of MPI's
/// collectives with a `v` (MPI 4.0, section 6.5), in elements.
///
/// A layout is checked when made and may be used for any number of operations. Its numbers live at a fixed address, since a
/// non-blocking operation reads them until it is over.
public final class BlockLayout: Sendable {
  private nonisolated(unsafe) let numbers: UnsafeMutableBufferPointer<Int>
  /// The number of blocks.
  public let blocks: Int
  /// The number of elements that a buffer needs to hold every block.
  public let extent: Int

  /// Blocks one after another without gaps.
  ///
  /// - Parameter counts: the elements of each block, one a rank, none negative.
  /// - Throws: ``MPIError`` of class ``ErrorClass/count``.
  public convenience init(counts: [Int]) throws {
    var displacements: [Int] = []
    displacements.reserveCapacity(counts.count)
    var next = 0
    for count in counts {
      displacements.append(next)
      let (sum, overflow) = next.addingReportingOverflow(count)
      try require(!overflow, "block layout", .count, "the counts \(counts) add up to more than Int.max")
      next = sum
    }
    try self.init(counts: counts, displacements: displacements)
  }

  /// Blocks at given places, counted in elements from the buffer's start. Blocks that are received must not overlap.
  ///
  /// - Throws: ``MPIError`` of class ``ErrorClass/count`` for a negative number or two lists of different lengths.
  public init(counts: [Int], displacements: [Int]) throws {
    try require(
      counts.count == displacements.count, "block layout", .count,
      "\(counts.count) counts with \(displacements.count) displacements")
    var extent = 0
    for (rank, (count, displacement)) in zip(counts, displacements).enumerated() {
      let (end, overflow) = displacement.addingReportingOverflow(count)
      try require(
        count >= 0 && displacement >= 0 && !overflow, "block layout", .count,
        "block \(rank) has \(count) elements at displacement \(displacement)")
      extent = Swift.max(extent, count == 0 ? 0 : end)
    }
    self.extent = extent
    self.blocks = counts.count
    numbers = .allocate(capacity: 2 * counts.count)
    _ = numbers.initialize(from: counts + displacements)
  }

  deinit { numbers.deallocate() }

  var counts: UnsafePointer<Int>? { numbers.baseAddress.map { UnsafePointer($0) } }
  var displacements: UnsafePointer<Int>? { numbers.baseAddress.map { UnsafePointer($0 + blocks) } }

  /// The places of one block in the buffer.
  public func range(of rank: Int) -> Range<Int> {
    precondition(0..<blocks ~= rank, "block \(rank) of a layout of \(blocks)")
    return numbers[blocks + rank]..<numbers[blocks + rank] + numbers[rank]
  }

  /// Checks that the layout has one block for each of `ranks` and fits a buffer.
  func check(_ operation: StaticString, ranks: Int, bufferCount: Int) throws {
    try require(blocks == ranks, operation, .count, "a layout of \(blocks) blocks for \(ranks) ranks")
    try require(
      extent <= bufferCount, operation, .count, "a layout of \(extent) elements over a buffer of \(bufferCount)")
  }
}

/// Keeps several objects alive for one operation.
final class Owners {
  let objects: [AnyObject]

  init(_ objects: AnyObject...) {
    self.objects = objects
  }
}
