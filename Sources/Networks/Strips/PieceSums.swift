import Kernels
import Parallel

/// Sums over a strip's spins of what its pieces contribute, in the tree over pieces of `StripPartition`.
///
/// A strip's pieces make up whole subtrees of that tree: one if the number of strips is a power of two.
final class PieceSums {
  /// The subtrees of one strip's pieces, in order.
  let subtrees: [Range<Int>]
  private var spare: [AlignedBuffer<Float>] = []
  /// Floats of the largest block that is summed.
  private let count: Int

  init(_ strip: Strip, count: Int) {
    subtrees = strip.partition.subtrees(of: strip.index)
    self.count = count
  }

  /// Adds to `sums`, one for each subtree, at `offset`.
  ///
  /// - Parameters:
  ///   - rows: the pieces that contribute, with their rows.
  ///   - contribute: adds what some rows contribute to `count` floats from an offset of a buffer on.
  func add(
    _ rows: [(piece: Int, rows: Range<Int>)], to sums: [AlignedBuffer<Float>], at offset: Int, count: Int,
    isSinglePiece: Bool, _ contribute: (Range<Int>, AlignedBuffer<Float>, Int) -> Void
  ) {
    for (subtree, sum) in zip(subtrees, sums) {
      if isSinglePiece {
        // The only piece of all: nothing is added to it, on any number of strips.
        for (piece, rows) in rows where subtree.contains(piece) { contribute(rows, sum, offset) }
      } else if let total = fold(subtree, rows, count, contribute) {
        sum.add(total, count: count, to: offset)
        spare.append(total)
      }
    }
  }

  private func fold(
    _ subtree: Range<Int>, _ rows: [(piece: Int, rows: Range<Int>)], _ count: Int,
    _ contribute: (Range<Int>, AlignedBuffer<Float>, Int) -> Void
  ) -> AlignedBuffer<Float>? {
    guard subtree.count > 1 else {
      guard let rows = rows.first(where: { $0.piece == subtree.lowerBound })?.rows else { return nil }
      let sum = spare.popLast() ?? AlignedBuffer(count: self.count)
      sum.clear(count: count)
      contribute(rows, sum, 0)
      return sum
    }
    let middle = subtree.lowerBound + subtree.count / 2
    let left = fold(subtree.lowerBound..<middle, rows, count, contribute)
    let right = fold(middle..<subtree.upperBound, rows, count, contribute)
    guard let left, let right else { return left ?? right }
    left.add(right, count: count)
    spare.append(right)
    return left
  }
}

extension StripPartition {
  /// The subtrees of the tree over pieces that a strip sums by itself, in order.
  public func subtrees(of strip: Int) -> [Range<Int>] { FixedTree.subtrees(of: pieces(of: strip)) }
}
