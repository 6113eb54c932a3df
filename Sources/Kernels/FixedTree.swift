/// The tree in which sums over ranks are taken: leaves lo ..< hi split at the greatest power of two below their number, so that
/// the order of additions, and with it the bits, is that of the leaves alone.
public enum FixedTree {
  /// The whole subtrees that a run of leaves makes up, in order: each as long as a power of two that divides its beginning.
  public static func subtrees(of run: Range<Int>) -> [Range<Int>] {
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
  public static func areSiblings(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    left.count == right.count && left.upperBound == right.lowerBound && left.lowerBound % (2 * left.count) == 0
  }
}
