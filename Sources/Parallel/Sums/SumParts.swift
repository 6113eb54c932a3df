import Kernels
import MPI

/// How ranks share out the elements of a sum: runs of whole blocks, so that what is computed block by block does not depend on the number of
/// ranks.
package enum SumParts {
  /// Elements of a block.
  package static let blockLength = 256

  /// Elements of the whole blocks that hold `count` elements.
  package static func padded(_ count: Int) -> Int { (count + blockLength - 1) / blockLength * blockLength }

  /// The order in which ranks have the parts of a sum. With nodes, those with the same place on every node follow one another, so that they
  /// share out what this place has of their nodes' sums.
  static func order(ranks: Int, ranksPerNode: Int?) -> [Int] {
    let each = ranksPerNode ?? ranks
    return (0..<each).flatMap { Array(stride(from: $0, to: ranks, by: each)) }
  }

  /// The elements of each of `ranks` ranks: first shared out inside a node, and then among nodes. `nil`: without nodes.
  static func ranges(of whole: Range<Int>, ranks: Int, ranksPerNode: Int?) -> [Range<Int>] {
    guard let ranksPerNode else { return ranges(of: whole, ranks: ranks) }
    let parts = ranges(of: whole, ranks: ranksPerNode).map { ranges(of: $0, ranks: ranks / ranksPerNode) }
    return (0..<ranks).map { parts[$0 % ranksPerNode][$0 / ranksPerNode] }
  }

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

/// Gives every rank of a grid what each of them has of a buffer: first the ranks with the same strip gather, across nodes and then inside
/// them, so that everything goes to every node once; then the strips.
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
  private let overData: [Stage]
  private let overStrips: Stage?

  /// - Parameter parts: the elements that each rank has, by strip and data group: without gaps, one after the other in `SumParts.order`.
  package init(_ parts: [[Range<Int>]], over grid: ProcessGrid) throws {
    precondition(parts.count == grid.spin.size && parts.allSatisfy { $0.count == grid.data.size })
    self.grid = grid
    let own = parts[grid.spin.rank]
    if let nodes = grid.nodes {
      let each = nodes.inside.size
      let across = stride(from: nodes.inside.rank, to: own.count, by: each).map { own[$0] }
      let inside = (0..<each).map { own[$0].lowerBound..<own[own.count - each + $0].upperBound }
      overData = try [Stage(across, over: nodes.across), Stage(inside, over: nodes.inside)].compactMap { $0 }
    } else {
      overData = try [Stage(own, over: grid.data)].compactMap { $0 }
    }
    let strips = parts.map { $0[0].lowerBound..<$0[grid.data.size - 1].upperBound }
    overStrips = try Stage(strips, over: grid.spin)
  }

  /// Completes `buffer`, of which this rank has its part. Collective over the grid.
  ///
  /// - Parameter content: what is gathered, for messages.
  package func complete(_ buffer: AlignedBuffer<Element>, _ content: String) throws {
    for stage in overData { try grid.namingData(content) { try stage.run(buffer) } }
    if let overStrips { try grid.naming(content) { try overStrips.run(buffer) } }
  }
}
