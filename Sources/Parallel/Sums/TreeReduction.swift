import Kernels
import MPI

/// Sums buffers of micro-shards over all ranks in one fixed tree, so that the bits do not depend on how many ranks there are.
///
/// The tree splits the shards lo ..< hi at the greatest power of two below their number. A rank owns a run of consecutive
/// shards; it adds up the whole subtrees that lie in its run as its shards come in, and the ranks together add up what is left
/// of the tree, each a part of the elements. Where several nodes have several ranks each, those of a node do so first, and then the nodes.
package final class TreeReduction {
  /// The number of buffers that are summed, over all ranks.
  package let shards: Int
  /// The elements of each buffer.
  package let count: Int
  /// The shards of this rank.
  package let own: Range<Int>

  private let group: Communicator
  private var pending: [ScatteredSum.Subtree] = []
  private var spare: [AlignedBuffer<Float>] = []
  private let nodes: NodeLevels?
  private var exchange: (inside: ScatteredSum?, overall: ScatteredSum)?

  /// - Parameters:
  ///   - count: elements of each buffer.
  ///   - shards: micro-shards of one mini-batch, over all ranks; at least as many as ranks.
  ///   - nodes: the ranks of `group` by node.
  package init(count: Int, shards: Int, over group: Communicator, nodes: NodeLevels? = nil) {
    precondition(shards >= group.size)
    self.count = count
    self.shards = shards
    self.group = group
    self.nodes = nodes
    own = Self.shardRange(of: group.rank, ranks: group.size, shards: shards)
  }

  /// The consecutive shards of one rank; the first ranks take one more where they do not divide.
  package static func shardRange(of rank: Int, ranks: Int, shards: Int) -> Range<Int> {
    let (each, more) = shards.quotientAndRemainder(dividingBy: ranks)
    let first = rank * each + min(rank, more)
    return first..<first + each + (rank < more ? 1 : 0)
  }

  /// A cleared buffer for the next shard.
  package func buffer() -> AlignedBuffer<Float> {
    guard let buffer = spare.popLast() else { return AlignedBuffer(count: count) }
    buffer.clear()
    return buffer
  }

  /// Takes the buffer of shard `index`; shards come in order.
  package func add(_ buffer: AlignedBuffer<Float>, shard index: Int) {
    ScatteredSum.push(.init(leaves: index..<index + 1, sum: buffer), on: &pending) { spare.append($0) }
  }

  /// The sum over all shards of all ranks, of this rank's part of the elements: that of `SumParts`, all of them on one rank. Collective; the
  /// buffer is valid until the next shard's.
  package func sumPart() throws -> AlignedBuffer<Float> {
    let part = group.size == 1 ? ScatteredSum.fold(pending) : try exchangedPart()
    spare.append(contentsOf: pending.map(\.sum))
    pending.removeAll(keepingCapacity: true)
    return part
  }

  private func exchangedPart() throws -> AlignedBuffer<Float> {
    let (inside, overall) = try exchange ?? makeExchange()
    exchange = (inside, overall)
    let sums = pending.map(\.sum)
    return try overall.sum(inside?.roots(sums) ?? sums)
  }

  private func makeExchange() throws -> (ScatteredSum?, ScatteredSum) {
    let runs = (0..<group.size).map { Self.shardRange(of: $0, ranks: group.size, shards: shards) }
    let subtrees = runs.map { FixedTree.subtrees(of: $0) }
    guard let nodes else { return (nil, try ScatteredSum(count: count, subtrees: subtrees, over: group)) }
    let (each, node) = (nodes.inside.size, nodes.across.rank)
    let inside = try ScatteredSum(count: count, subtrees: Array(subtrees[node * each..<(node + 1) * each]), over: nodes.inside)
    let ofNodes = stride(from: 0, to: group.size, by: each).map { first in
      FixedTree.subtrees(of: runs[first].lowerBound..<runs[first + each - 1].upperBound)
    }
    let across = try ScatteredSum(count: inside.parts[nodes.inside.rank].count, subtrees: ofNodes, over: nodes.across)
    return (inside, across)
  }
}

/// The tree in which sums over ranks are taken: leaves lo ..< hi split at the greatest power of two below their number, so that
/// the order of additions, and with it the bits, is that of the leaves alone.
package enum FixedTree {
  /// The whole subtrees that a run of leaves makes up, in order: each as long as a power of two that divides its beginning.
  package static func subtrees(of run: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for leaf in run {
      found.append(leaf..<leaf + 1)
      while let right = found.last, let left = found.dropLast().last, areSiblings(left, right) {
        found.removeLast(2)
        found.append(left.lowerBound..<right.upperBound)
      }
    }
    return found
  }

  /// Whether two subtrees are the halves of a larger one.
  package static func areSiblings(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    left.count == right.count && left.upperBound == right.lowerBound && left.lowerBound % (2 * left.count) == 0
  }
}
