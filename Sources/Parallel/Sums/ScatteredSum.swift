import Kernels
import MPI

/// Adds up subtrees of a `FixedTree` that lie on several ranks; each rank gets the sum of one part of the elements.
final class ScatteredSum {
  /// A whole subtree with its sum.
  struct Subtree {
    var leaves: Range<Int>
    var sum: AlignedBuffer<Float>
  }

  /// The elements of each rank.
  let parts: [Range<Int>]
  private let group: Communicator
  private let incoming: [Subtree]
  private let outgoing: AlignedBuffer<Float>
  private let received: AlignedBuffer<Float>
  private let sentLayout: BlockLayout
  private let receivedLayout: BlockLayout

  /// - Parameters:
  ///   - count: elements of each subtree's sum.
  ///   - subtrees: their leaves, by rank, in order.
  init(count: Int, subtrees: [[Range<Int>]], over group: Communicator) throws {
    self.group = group
    parts = SumParts.ranges(of: 0..<count, ranks: group.size)
    let mine = parts[group.rank].count
    let own = subtrees[group.rank].count
    incoming = subtrees.joined().map { Subtree(leaves: $0, sum: AlignedBuffer(count: mine)) }
    outgoing = AlignedBuffer(count: own * count)
    received = AlignedBuffer(count: incoming.count * mine)
    sentLayout = try BlockLayout(counts: parts.map { $0.count * own })
    receivedLayout = try BlockLayout(counts: subtrees.map { $0.count * mine })
  }

  /// The sum over all subtrees of all ranks, of this rank's part of the elements. Collective; valid until the next sum.
  ///
  /// - Parameter sums: of this rank's subtrees, in order.
  func sum(_ sums: [AlignedBuffer<Float>]) throws -> AlignedBuffer<Float> { Self.fold(try exchange(sums)) }

  /// The same as far as subtrees are siblings: the sums of the whole subtrees that the leaves of all ranks make up, in order.
  func roots(_ sums: [AlignedBuffer<Float>]) throws -> [AlignedBuffer<Float>] { Self.merged(try exchange(sums)).map(\.sum) }

  private func exchange(_ sums: [AlignedBuffer<Float>]) throws -> [Subtree] {
    var place = 0
    for part in parts {
      for sum in sums {
        outgoing.copy(from: sum, at: part.lowerBound, to: place, count: part.count)
        place += part.count
      }
    }
    try group.alltoallVarying(
      UnsafeBufferPointer(outgoing.unsafeElements), sentLayout, into: received.unsafeElements, receivedLayout)
    let size = parts[group.rank].count
    for (index, subtree) in incoming.enumerated() { subtree.sum.copy(from: received, at: index * size, count: size) }
    return incoming
  }

  /// Adds up subtrees in order: siblings first, what remains from the right.
  static func fold(_ subtrees: [Subtree]) -> AlignedBuffer<Float> {
    var stack = merged(subtrees)
    while stack.count > 1 {
      let right = stack.removeLast()
      stack[stack.count - 1].sum.add(right.sum)
    }
    return stack[0].sum
  }

  private static func merged(_ subtrees: [Subtree]) -> [Subtree] {
    var stack: [Subtree] = []
    for subtree in subtrees { push(subtree, on: &stack) { _ in } }
    return stack
  }

  /// Puts a subtree behind others and adds up siblings; `free` gets the buffers that are needed no more.
  static func push(_ subtree: Subtree, on stack: inout [Subtree], free: (AlignedBuffer<Float>) -> Void) {
    stack.append(subtree)
    while stack.count > 1, FixedTree.areSiblings(stack[stack.count - 2].leaves, stack[stack.count - 1].leaves) {
      let right = stack.removeLast()
      let left = stack[stack.count - 1]
      left.sum.add(right.sum)
      stack[stack.count - 1].leaves = left.leaves.lowerBound..<right.leaves.upperBound
      free(right.sum)
    }
  }
}
