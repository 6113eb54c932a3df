/// The tiles of outputs into which Winograd's minimal filtering cuts a 3×3 convolution with stride 1.
///
/// Tiles of 4×4 outputs where the rows and columns of the whole plane are multiples of 4, and else of 2×2 under max-pooling,
/// whose windows they are. The choice follows from the whole plane alone, and tiles lie where they do in it: a strip that begins
/// or ends within a tile computes all of it, as its neighbour does, so that the bits of an output do not depend on the strips.
package struct WinogradTiles: Equatable, Sendable {
  /// Outputs on a side of a tile: 2 or 4.
  package let side: Int
  /// Rows of outputs from where a tile begins down to the first one at hand; not 0 in a strip that begins within a tile.
  package let rowsBefore: Int

  /// Numbers of the patch that a tile reads, each of which is multiplied by a matrix of its own.
  var patchSize: Int { (side + 2) * (side + 2) }

  /// - Parameters:
  ///   - whole: the convolution between whole planes.
  ///   - window: the side of max-pooling windows; 1 without max-pooling.
  ///   - firstRow: the row of outputs that a strip begins with.
  /// - Returns: `nil` if the convolution is to be computed directly.
  package init?(_ whole: ConvolutionShape, window: Int, firstRow: Int = 0) {
    guard whole.kernelRows == 3, whole.kernelColumns == 3, whole.stride == 1, window == 2 else { return nil }
    side = whole.rows % 4 == 0 && whole.columns % 4 == 0 ? 4 : 2
    rowsBefore = firstRow % side
  }

  /// The tiles, counted from that in which the first row at hand lies, that hold some rows of outputs.
  func tileRows(of outputs: Range<Int>) -> Range<Int> {
    guard !outputs.isEmpty else { return 0..<0 }
    return (rowsBefore + outputs.lowerBound) / side..<(rowsBefore + outputs.upperBound).quotientRoundedUp(by: side)
  }

  /// Rows of outputs that are computed for `outputs`, some of them perhaps before the first or behind the last one at hand.
  package func computedRows(for outputs: Range<Int>) -> Range<Int> {
    let tiles = tileRows(of: outputs)
    return tiles.lowerBound * side - rowsBefore..<tiles.upperBound * side - rowsBefore
  }
}
