/// Patches of a clamped input laid out as channels, so that its convolution is a 1×1 convolution over whole vectors.
///
/// The clamped input's convolution is computed once a sample; an image has one or three channels, and a kernel's worth of them
/// fills vectors that the channels alone would leave nearly empty.
package struct Unfolding: Sendable {
  /// The clamped input.
  package let image: PlaneShape
  /// Rows of a patch.
  package let kernelRows: Int
  /// Columns of a patch.
  package let kernelColumns: Int
  /// Pixels from one patch to the next.
  package let stride: Int
  /// Pixels of zeros beside the image, on either side.
  package let padding: Int
  /// The rows of patches that are unfolded.
  package let rows: Range<Int>

  /// - Parameter rows: of patches; all unless given.
  package init(image: PlaneShape, kernelRows: Int, kernelColumns: Int, stride: Int, padding: Int, rows: Range<Int>? = nil) {
    self.rows = rows ?? 0..<(image.rows + 2 * padding - kernelRows) / stride + 1
    self.image = image
    self.kernelRows = kernelRows
    self.kernelColumns = kernelColumns
    self.stride = stride
    self.padding = padding
  }

  /// The unfolded plane: kernel rows × kernel columns × channels become channels.
  package var shape: PlaneShape {
    PlaneShape(
      channels: kernelRows * kernelColumns * image.channels,
      rows: rows.count,
      columns: (image.columns + 2 * padding - kernelColumns) / stride + 1)
  }

  /// Unfolds `samples` images that lie in `pixels` from sample `first` on, in the order rows, columns, channels.
  package func unfold(_ pixels: [Float], first: Int, samples: Int, into planes: SpinPlanes) {
    let imageCount = image.spins
    precondition(planes.shape == shape && samples <= planes.capacity && (first + samples) * imageCount <= pixels.count)
    let patchRow = kernelColumns * image.channels
    pixels.withUnsafeBufferPointer { pixels in
      guard let images = pixels.baseAddress else { return }
      for sample in 0..<samples {
        let source = images + (first + sample) * imageCount
        for row in 0..<shape.rows {
          for column in 0..<shape.columns {
            var target = planes.buffer.base + sample * shape.stride + shape.offset(row: row, column: column)
            for kernelRow in 0..<kernelRows {
              let sourceRow = (rows.lowerBound + row) * stride - padding + kernelRow
              for position in 0..<patchRow {
                let sourceColumn = column * stride - padding + position / image.channels
                let inside = sourceRow >= 0 && sourceRow < image.rows && sourceColumn >= 0 && sourceColumn < image.columns
                target[position] =
                  inside ? source[(sourceRow * image.columns + sourceColumn) * image.channels + position % image.channels] : 0
              }
              target += patchRow
            }
          }
        }
      }
    }
  }
}
