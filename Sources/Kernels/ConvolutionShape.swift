/// The extent of an image: channels, rows, columns.
public struct ImageShape: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// Planes, such as the colours of an image.
  public var channels: Int
  /// Pixels from top to bottom.
  public var rows: Int
  /// Pixels from left to right.
  public var columns: Int

  /// Unchecked: whoever takes a shape from a file checks it first.
  public init(channels: Int, rows: Int, columns: Int) {
    self.channels = channels
    self.rows = rows
    self.columns = columns
  }

  /// Pixels of one channel.
  public var planeSize: Int { rows * columns }

  /// Pixels of one image, over all channels.
  public var size: Int { channels * planeSize }

  public var description: String { "\(channels)×\(rows)×\(columns)" }
}

/// The geometry of a convolution (cross-correlation, as everywhere in this field) from one plane to another, or between strips
/// of two planes.
package struct ConvolutionShape: Equatable, Sendable {
  /// The plane that is read; its halo is at least the padding.
  package let pre: PlaneShape
  /// Post channels without padding.
  package let postChannels: Int
  /// Rows of the kernel.
  package let kernelRows: Int
  /// Columns of the kernel.
  package let kernelColumns: Int
  /// Pre pixels from one output to the next, in both directions.
  package let stride: Int
  /// Pixels of zeros beside the pre plane, on either side.
  package let padding: Int
  /// Rows from the kernel's first one, for the first row of outputs, down to the first row of the pre plane: the padding, and
  /// between strips whatever lies between where they begin, which may be negative.
  package let topPadding: Int
  /// Rows of outputs.
  package let rows: Int

  /// - Parameters:
  ///   - topPadding, rows: between strips; those of whole planes unless given.
  package init(
    pre: PlaneShape, postChannels: Int, kernelRows: Int, kernelColumns: Int, stride: Int = 1, padding: Int = 0,
    topPadding: Int? = nil, rows: Int? = nil
  ) {
    self.topPadding = topPadding ?? padding
    self.rows = rows ?? (pre.rows + 2 * padding - kernelRows) / stride + 1
    self.pre = pre
    self.postChannels = postChannels
    self.kernelRows = kernelRows
    self.kernelColumns = kernelColumns
    self.stride = stride
    self.padding = padding
  }

  /// Columns of outputs: `(columns + 2 padding − kernel)/stride + 1`, rounded down.
  package var columns: Int { (pre.columns + 2 * padding - kernelColumns) / stride + 1 }
  /// Positions of the kernel.
  package var taps: Int { kernelRows * kernelColumns }
  /// Post channels up to the next multiple of 16.
  package var paddedPostChannels: Int { PlaneShape.padded(postChannels) }

  /// Floats of the weights in the order post channel, kernel row, kernel column, pre channel, both channels padded.
  package var weightCount: Int { paddedPostChannels * taps * pre.paddedChannels }

  /// Multiply-adds of one sample, counted as a direct convolution over the spins that exist.
  package var multiplyAdds: Int { rows * columns * taps * pre.channels * postChannels }

  /// Where the kernel's taps lie from its first one, in the pre plane.
  var tapOffsets: AlignedBuffer<Int64> {
    let offsets = AlignedBuffer<Int64>(count: taps)
    for row in 0..<kernelRows {
      for column in 0..<kernelColumns {
        offsets[row * kernelColumns + column] = Int64(row * pre.rowStride + column * pre.paddedChannels)
      }
    }
    return offsets
  }

  /// Where the kernel's first tap lies for the output at (`row`, `column`).
  func corner(row: Int, column: Int) -> Int { pre.offset(row: row * stride - topPadding, column: column * stride - padding) }

  /// The corners of all outputs, row by row.
  var corners: AlignedBuffer<Int64> {
    let offsets = AlignedBuffer<Int64>(count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns { offsets[row * columns + column] = Int64(corner(row: row, column: column)) }
    }
    return offsets
  }

  /// Rows of the pre plane that rows `outputs` read.
  package func preRows(of outputs: Range<Int>) -> Range<Int> {
    guard !outputs.isEmpty else { return 0..<0 }
    return outputs.lowerBound * stride - topPadding..<(outputs.upperBound - 1) * stride - topPadding + kernelRows
  }

  /// Rows of outputs that rows `inputs` of the pre plane reach, whether or not there are such rows.
  package func outputRows(of inputs: Range<Int>) -> Range<Int> {
    guard !inputs.isEmpty else { return 0..<0 }
    let first = (inputs.lowerBound + topPadding - kernelRows + 1).quotientRoundedUp(by: stride)
    let last = (inputs.upperBound - 1 + topPadding).quotientRoundedDown(by: stride)
    return first <= last ? first..<last + 1 : 0..<0
  }

  /// The halo that the post plane of a whole pre plane needs for the transposed convolution.
  package var postHalo: Int {
    func reach(size: Int, kernel: Int, outputs: Int) -> Int {
      let first = (padding - kernel + 1).quotientRoundedUp(by: stride)
      let last = (size - 1 + padding).quotientRoundedDown(by: stride)
      return max(0, -first, last - (outputs - 1))
    }
    return max(
      reach(size: pre.rows, kernel: kernelRows, outputs: rows), reach(size: pre.columns, kernel: kernelColumns, outputs: columns))
  }
}

extension Int {
  /// The greatest integer not above `self / divisor`; the divisor is positive.
  package func quotientRoundedDown(by divisor: Int) -> Int { (self - remainderNotNegative(by: divisor)) / divisor }
  /// The least integer not below `self / divisor`.
  package func quotientRoundedUp(by divisor: Int) -> Int { (self + divisor - 1).quotientRoundedDown(by: divisor) }
  /// `self` modulo `divisor`, from 0 to `divisor − 1`.
  func remainderNotNegative(by divisor: Int) -> Int { (self % divisor + divisor) % divisor }
}
