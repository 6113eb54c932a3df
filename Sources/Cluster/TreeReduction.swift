import Kernels
import MPI

/// Sums buffers of micro-shards over all ranks in one fixed tree, so that the bits do not depend on how many ranks there are.
///
/// The tree splits the shards lo ..< hi at the greatest power of two below their number. A rank owns a run of consecutive
/// shards; it adds up the whole subtrees that lie in its run as its shards come in, and the ranks together add up what is left
/// of the tree, each a part of the elements.
public final class TreeReduction {
  /// A whole subtree: `size` shards, a power of two, from a multiple of `size` on.
  private struct Subtree {
    var first: Int
    var size: Int
    var sum: AlignedBuffer<Float>
  }

  public let shards: Int
  public let count: Int
  /// The shards of this rank.
  public let own: Range<Int>

  private let group: Communicator
  private var pending: [Subtree] = []
  private var spare: [AlignedBuffer<Float>] = []
  private let total: AlignedBuffer<Float>
  private var plan: ExchangePlan?

  /// - Parameters:
  ///   - count: elements of each buffer.
  ///   - shards: micro-shards of one mini-batch, over all ranks; at least as many as ranks.
  public init(count: Int, shards: Int, over group: Communicator) {
    precondition(shards >= group.size)
    self.count = count
    self.shards = shards
    self.group = group
    own = Self.run(of: group.rank, ranks: group.size, shards: shards)
    total = AlignedBuffer(count: count)
  }

  /// The consecutive shards of one rank; the first ranks take one more where they do not divide.
  public static func run(of rank: Int, ranks: Int, shards: Int) -> Range<Int> {
    let (each, more) = shards.quotientAndRemainder(dividingBy: ranks)
    let first = rank * each + min(rank, more)
    return first..<first + each + (rank < more ? 1 : 0)
  }

  /// A cleared buffer for the next shard.
  public func buffer() -> AlignedBuffer<Float> {
    guard let buffer = spare.popLast() else { return AlignedBuffer(count: count) }
    buffer.clear()
    return buffer
  }

  /// Takes the buffer of shard `index`; shards come in order.
  public func add(_ buffer: AlignedBuffer<Float>, shard index: Int) {
    pending.append(Subtree(first: index, size: 1, sum: buffer))
    while pending.count > 1,
      Self.areSiblings(pending[pending.count - 2].first, pending[pending.count - 2].size, pending.last!.size)
    {
      let right = pending.removeLast()
      pending[pending.count - 1].sum.add(right.sum)
      pending[pending.count - 1].size *= 2
      spare.append(right.sum)
    }
  }

  private static func areSiblings(_ first: Int, _ size: Int, _ other: Int) -> Bool { size == other && first % (2 * size) == 0 }

  /// The sum over all shards of all ranks, the same on every rank. Collective; the buffer is valid until the next sum.
  public func sum() throws -> AlignedBuffer<Float> {
    if group.size == 1 {
      total.copy(from: fold(pending.map { ($0.first, $0.size, $0.sum) }), count: count)
    } else {
      try exchange()
    }
    spare.append(contentsOf: pending.map(\.sum))
    pending.removeAll(keepingCapacity: true)
    return total
  }

  /// Adds up subtrees in order: siblings first, what remains from the right.
  private func fold(_ subtrees: [(first: Int, size: Int, sum: AlignedBuffer<Float>)]) -> AlignedBuffer<Float> {
    var stack: [(first: Int, size: Int, sum: AlignedBuffer<Float>)] = []
    for subtree in subtrees {
      stack.append(subtree)
      while stack.count > 1, Self.areSiblings(stack[stack.count - 2].first, stack[stack.count - 2].size, stack.last!.size) {
        let right = stack.removeLast()
        stack[stack.count - 1].sum.add(right.sum)
        stack[stack.count - 1].size *= 2
      }
    }
    while stack.count > 1 {
      let right = stack.removeLast()
      stack[stack.count - 1].sum.add(right.sum)
    }
    return stack[0].sum
  }

  /// The whole subtrees of a run of shards, in order.
  static func subtrees(of run: Range<Int>) -> [(first: Int, size: Int)] {
    var found: [(first: Int, size: Int)] = []
    for index in run {
      found.append((index, 1))
      while found.count > 1, areSiblings(found[found.count - 2].first, found[found.count - 2].size, found.last!.size) {
        found.removeLast()
        found[found.count - 1].size *= 2
      }
    }
    return found
  }

  /// Every rank adds up one part of the elements over the subtrees of all ranks, and then all gather the parts.
  private func exchange() throws {
    let plan = try plan ?? ExchangePlan(count: count, shards: shards, group: group)
    self.plan = plan
    var place = 0
    for part in plan.parts {
      for subtree in pending {
        plan.outgoing.copy(from: subtree.sum, at: part.lowerBound, to: place, count: part.count)
        place += part.count
      }
    }
    try group.alltoallVarying(
      UnsafeBufferPointer(plan.outgoing.unsafeElements), plan.sent, into: plan.incoming.unsafeElements, plan.received)
    let size = plan.parts[group.rank].count
    for (index, piece) in plan.pieces.enumerated() { piece.sum.copy(from: plan.incoming, at: index * size, count: size) }
    let sum = fold(plan.pieces)
    try group.allgatherVarying(UnsafeBufferPointer(sum.unsafeElements), into: total.unsafeElements, plan.gathered)
  }

  /// Who sends what to whom: the same in every sum.
  private struct ExchangePlan {
    let parts: [Range<Int>]
    let pieces: [(first: Int, size: Int, sum: AlignedBuffer<Float>)]
    let outgoing: AlignedBuffer<Float>
    let incoming: AlignedBuffer<Float>
    let sent: BlockLayout
    let received: BlockLayout
    let gathered: BlockLayout

    init(count: Int, shards: Int, group: Communicator) throws {
      parts = (0..<group.size).map { TreeReduction.run(of: $0, ranks: group.size, shards: count) }
      let mine = parts[group.rank].count
      let subtrees = (0..<group.size).map {
        TreeReduction.subtrees(of: TreeReduction.run(of: $0, ranks: group.size, shards: shards))
      }
      let own = subtrees[group.rank].count
      pieces = subtrees.joined().map { ($0.first, $0.size, AlignedBuffer(count: mine)) }
      outgoing = AlignedBuffer(count: own * count)
      incoming = AlignedBuffer(count: pieces.count * mine)
      sent = try BlockLayout(counts: parts.map { $0.count * own })
      received = try BlockLayout(counts: subtrees.map { $0.count * mine })
      gathered = try BlockLayout(counts: parts.map(\.count))
    }
  }
}
