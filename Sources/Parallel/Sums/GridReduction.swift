import Kernels
import MPI

/// Sums buffers over micro-shards and strips on a process grid, in one order whatever the grid.
///
/// Each micro-shard is summed over the pieces of its strips first, in a tree over pieces, and the shards then in `TreeReduction`'s
/// tree. On a grid with several strips the ranks of a spin group share out the elements after the first sum, so that each
/// reduces its part over the data groups. At the end every rank has the sum of one part of the elements, of which `sum` makes the whole.
package final class GridReduction {
  /// The micro-shards of this rank's data group.
  package var own: Range<Int> { shards.own }
  /// The micro-shards of a mini-batch, over all data groups.
  package var shardCount: Int { shards.shards }

  /// The elements that each rank adds up, by strip and data group: whole blocks of `SumParts`.
  package let parts: [[Range<Int>]]
  /// The data groups in the order of their parts.
  package let order: [Int]
  /// Those of this rank.
  package var part: Range<Int> { parts[grid.spin.rank][grid.data.rank] }

  private let count: Int
  private let grid: ProcessGrid
  private let subtrees: Int
  private let strips: ScatteredSum?
  private let shards: TreeReduction
  private var spare: [[AlignedBuffer<Float>]] = []
  private var whole: (sum: AlignedBuffer<Float>, gather: PartGather<Float>)?

  /// - Parameters:
  ///   - count: elements of each buffer.
  ///   - shards: micro-shards of one mini-batch; at least as many as data groups.
  ///   - subtrees: by strip, the subtrees of the tree over pieces that it sums by itself.
  package init(count: Int, shards: Int, subtrees: [[Range<Int>]], over grid: ProcessGrid) throws {
    precondition(subtrees.count == grid.spin.size)
    self.count = count
    self.grid = grid
    self.subtrees = subtrees[grid.spin.rank].count
    let stripParts = SumParts.ranges(of: 0..<count, ranks: grid.spin.size)
    strips = grid.spin.size > 1 ? try ScatteredSum(count: count, subtrees: subtrees, over: grid.spin) : nil
    self.shards = TreeReduction(count: stripParts[grid.spin.rank].count, shards: shards, over: grid.data, nodes: grid.nodes)
    let ranksPerNode = grid.nodes?.inside.size
    parts = stripParts.map { SumParts.ranges(of: $0, ranks: grid.data.size, ranksPerNode: ranksPerNode) }
    order = SumParts.order(ranks: grid.data.size, ranksPerNode: ranksPerNode)
  }

  /// Cleared buffers for the next shard, one for each subtree of this strip.
  package func buffers() -> [AlignedBuffer<Float>] {
    guard strips != nil else { return [shards.buffer()] }
    guard let buffers = spare.popLast() else { return (0..<subtrees).map { _ in AlignedBuffer(count: count) } }
    for buffer in buffers { buffer.clear() }
    return buffers
  }

  /// Takes the buffers of shard `index`; shards come in order. Collective over the spin group.
  package func add(_ buffers: [AlignedBuffer<Float>], shard index: Int) throws {
    guard let strips else { return shards.add(buffers[0], shard: index) }
    let part = try grid.naming("gradients") { try strips.sum(buffers) }
    let kept = shards.buffer()
    kept.copy(from: part, count: part.count)
    shards.add(kept, shard: index)
    spare.append(buffers)
  }

  /// The sum over all shards of all ranks, of the elements of `part`. Collective; the buffer is valid until the next shard's.
  package func sumPart() throws -> AlignedBuffer<Float> { try grid.namingData("gradients") { try shards.sumPart() } }

  /// The sum over all shards of all ranks, the same on every rank. Collective; the buffer is valid until the next sum.
  package func sum() throws -> AlignedBuffer<Float> {
    let own = try sumPart()
    guard grid.world.size > 1 else { return own }
    let (sum, gather) = try whole ?? (AlignedBuffer(count: count), PartGather(parts, over: grid))
    whole = (sum, gather)
    sum.copy(from: own, to: part.lowerBound, count: part.count)
    try gather.complete(sum, "gradients")
    return sum
  }
}
