import Kernels
import MPI

/// How ranks share out the elements of a sum: runs of whole blocks, so that what is computed block by block does not depend on the number of
/// ranks.
package enum SumParts {
  /// Elements of a block.
  package static let blockLength = 256

  /// Elements of the whole blocks that hold `count` elements.
  package static func padded(_ count: Int) -> Int { (count + blockLength - 1) / blockLength * blockLength }

  /// The elements of each of `ranks` ranks, in order. The last block may be shorter.
  ///
  /// - Parameter whole: begins at a multiple of the block's length.
  static func ranges(of whole: Range<Int>, ranks: Int) -> [Range<Int>] {
    let blocks = padded(whole.count) / blockLength
    return (0..<ranks).map { rank in
      let own = TreeReduction.shardRange(of: rank, ranks: ranks, shards: blocks)
      let first = min(whole.lowerBound + own.lowerBound * blockLength, whole.upperBound)
      return first..<min(whole.lowerBound + own.upperBound * blockLength, whole.upperBound)
    }
  }
}

/// Gives every rank of a grid what each of them has of a buffer: first the ranks with the same strip gather, then the strips.
package final class PartGather<Element: MPIDatatype & BitwiseCopyable> {
  private struct Stage {
    let group: Communicator
    let layout: BlockLayout
    let own: Range<Int>
    let outgoing: AlignedBuffer<Element>

    /// - Returns: `nil` where there is nobody to gather from.
    init?(_ ranges: [Range<Int>], over group: Communicator) throws {
      guard group.size > 1 else { return nil }
      self.group = group
      own = ranges[group.rank]
      layout = try BlockLayout(counts: ranges.map(\.count), displacements: ranges.map(\.lowerBound))
      outgoing = AlignedBuffer(count: own.count)
    }

    func run(_ buffer: AlignedBuffer<Element>) throws {
      outgoing.copy(from: buffer, at: own.lowerBound, count: own.count)
      try group.allgatherVarying(UnsafeBufferPointer(outgoing.unsafeElements), into: buffer.unsafeElements, layout)
    }
  }

  private let grid: ProcessGrid
  private let overData: Stage?
  private let overStrips: Stage?

  /// - Parameter parts: the elements that each rank has, by strip and data group, one after the other without gaps.
  package init(_ parts: [[Range<Int>]], over grid: ProcessGrid) throws {
    precondition(parts.count == grid.spin.size && parts.allSatisfy { $0.count == grid.data.size })
    self.grid = grid
    overData = try Stage(parts[grid.spin.rank], over: grid.data)
    let strips = parts.map { $0[0].lowerBound..<$0[grid.data.size - 1].upperBound }
    overStrips = try Stage(strips, over: grid.spin)
  }

  /// Completes `buffer`, of which this rank has its part. Collective over the grid.
  ///
  /// - Parameter content: what is gathered, for messages.
  package func complete(_ buffer: AlignedBuffer<Element>, _ content: String) throws {
    if let overData { try grid.namingData(content) { try overData.run(buffer) } }
    if let overStrips { try grid.naming(content) { try overStrips.run(buffer) } }
  }
}
