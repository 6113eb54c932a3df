import CKernels

/// A convolution without max-pooling, of any kernel, stride and padding, and its exact transpose.
///
/// The transpose is computed as forward convolutions over the post plane, one for each residue of the pixel's position modulo
/// the stride, each with the taps that reach that residue: no zero is multiplied.
package final class PlainConvolution: Coupling {
  /// The convolution from pre to post plane.
  package let shape: ConvolutionShape
  package let post: PlaneShape
  package var pre: PlaneShape { shape.pre }
  package var weightCount: Int { shape.weightCount }

  private let workspace: Workspace
  private let arrangement: WeightArrangement
  private let taps: AlignedBuffer<Int64>
  private let corners: AlignedBuffer<Int64>
  private let targets: AlignedBuffer<Int64>
  private let forwardWeights: AlignedBuffer<Float>
  private let transposedWeights: AlignedBuffer<Float>
  private let residues: [Residue]

  /// The pixels of the pre plane whose position has one residue modulo the stride, and the taps that reach them.
  private struct Residue {
    let taps: [Int]
    let tapOffsets: AlignedBuffer<Int64>
    let pixels: AlignedBuffer<Int64>
    let targets: AlignedBuffer<Int64>
    let weightOffset: Int
    /// The rows of those pixels, each with as many pixels.
    let rows: [Int]

    /// The pixels in some rows of the plane.
    func pixels(in chosen: Range<Int>) -> Range<Int> {
      let first = rows.firstIndex { $0 >= chosen.lowerBound } ?? rows.count
      let last = rows.firstIndex { $0 >= chosen.upperBound } ?? rows.count
      let columns = rows.isEmpty ? 0 : pixels.count / rows.count
      return first * columns..<last * columns
    }
  }

  /// - Parameter post: the plane that is driven, with the rows and columns around it that the transpose reads: `shape.postHalo`
  ///   of a whole plane, `shape.outputRows` of a strip.
  /// - Parameter isClamped: the pre plane's spins never move, and no field on them is asked for.
  package init(shape: ConvolutionShape, post: PlaneShape, workspace: Workspace, isClamped: Bool = false) {
    precondition(post.rows == shape.rows && post.columns == shape.columns && post.channels == shape.postChannels)
    precondition(shape.pre.halo >= shape.padding)
    let reached = shape.outputRows(of: 0..<shape.pre.rows)
    precondition(post.rowsAbove >= -reached.lowerBound && post.rowsBelow >= reached.upperBound - post.rows)
    self.shape = shape
    self.post = post
    self.workspace = workspace
    arrangement = WeightArrangement(
      postChannels: shape.paddedPostChannels, taps: shape.taps, preChannels: shape.pre.paddedChannels)
    taps = shape.tapOffsets
    corners = shape.corners
    targets = AlignedBuffer(count: post.pixels)
    for pixel in 0..<post.pixels { targets[pixel] = Int64(pixel * post.paddedChannels) }
    forwardWeights = AlignedBuffer(count: shape.weightCount)
    transposedWeights = AlignedBuffer(count: isClamped ? 0 : shape.weightCount)
    residues = Self.residues(of: shape, post: post)
  }

  private static func residues(of shape: ConvolutionShape, post: PlaneShape) -> [Residue] {
    var found: [Residue] = []
    var weightOffset = 0
    for rowResidue in 0..<shape.stride {
      for columnResidue in 0..<shape.stride {
        let tapRows = stride(from: rowResidue, to: shape.kernelRows, by: shape.stride)
        let tapColumns = stride(from: columnResidue, to: shape.kernelColumns, by: shape.stride)
        let taps = tapRows.flatMap { row in tapColumns.map { column in row * shape.kernelColumns + column } }
        let offsets = tapRows.flatMap { row in
          tapColumns.map { column in
            -Int64(
              (row - rowResidue) / shape.stride * post.rowStride + (column - columnResidue) / shape.stride * post.paddedChannels)
          }
        }
        var pixels: [Int64] = []
        var targets: [Int64] = []
        let rows = (0..<shape.pre.rows).filter { ($0 + shape.topPadding).remainderNotNegative(by: shape.stride) == rowResidue }
        for row in rows {
          for column in 0..<shape.pre.columns where (column + shape.padding) % shape.stride == columnResidue {
            pixels.append(
              Int64(
                post.offset(
                  row: (row + shape.topPadding).quotientRoundedDown(by: shape.stride),
                  column: (column + shape.padding) / shape.stride)))
            targets.append(Int64((row * shape.pre.columns + column) * shape.pre.paddedChannels))
          }
        }
        found.append(
          Residue(
            taps: taps, tapOffsets: buffer(offsets), pixels: buffer(pixels), targets: buffer(targets),
            weightOffset: weightOffset, rows: rows))
        weightOffset += taps.count * shape.paddedPostChannels * shape.pre.paddedChannels
      }
    }
    return found
  }

  private static func buffer(_ values: [Int64]) -> AlignedBuffer<Int64> {
    let buffer = AlignedBuffer<Int64>(count: values.count)
    buffer.assign(values)
    return buffer
  }

  package func load(_ parameters: AlignedBuffer<Float>, at offset: Int) {
    precondition(offset >= 0 && offset + weightCount <= parameters.count)
    let weights = UnsafePointer(parameters.base + offset)
    arrangement.packForward(weights, into: forwardWeights)
    guard transposedWeights.count > 0 else { return }
    let scratch = workspace.floats(weightCount)
    for residue in residues {
      arrangement.packTransposed(
        weights, chosen: residue.taps, scratch: scratch, into: transposedWeights.base + residue.weightOffset)
    }
  }

  package func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool) {
    precondition(pre.shape == shape.pre && samples <= pre.capacity && samples * post.fieldCount <= drive.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= post.rows)
    let first = rows.lowerBound * post.columns
    InstructionSet.current.kernels.convolve(
      pre.buffer.base, corners.base + first, Int64(pre.shape.stride), taps.base, Int64(shape.taps),
      Int64(shape.pre.paddedChannels),
      forwardWeights.base, Int64(post.paddedChannels), drive.base, targets.base + first, Int64(post.fieldCount),
      Int64(rows.count * post.columns),
      Int64(samples), accumulate ? 1 : 0)
  }

  package func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool)
  {
    precondition(post.shape == self.post && samples <= post.capacity && samples * shape.pre.fieldCount <= field.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.pre.rows)
    precondition(transposedWeights.count > 0, "a clamped plane has no field")
    for residue in residues {
      let pixels = residue.pixels(in: rows)
      InstructionSet.current.kernels.convolve(
        post.buffer.base, residue.pixels.base + pixels.lowerBound, Int64(post.shape.stride), residue.tapOffsets.base,
        Int64(residue.taps.count),
        Int64(post.shape.paddedChannels), transposedWeights.base + residue.weightOffset, Int64(shape.pre.paddedChannels),
        field.base, residue.targets.base + pixels.lowerBound, Int64(shape.pre.fieldCount), Int64(pixels.count), Int64(samples),
        accumulate ? 1 : 0)
    }
  }

  package func addGradient(
    pre: SpinPlanes, preSample: Int, post: SpinPlanes, postSample: Int, scale: AlignedBuffer<Float>, samples: Int,
    rows: Range<Int>, into gradient: AlignedBuffer<Float>, at offset: Int
  ) {
    precondition(pre.shape == shape.pre && post.shape == self.post && samples <= scale.count)
    precondition(preSample + samples <= pre.capacity && postSample + samples <= post.capacity)
    precondition(offset >= 0 && offset + weightCount <= gradient.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.post.rows)
    let pixels = rows.count * self.post.columns
    let scaled = workspace.floats(samples * pixels * self.post.paddedChannels)
    post.copyScaled(by: scale, from: postSample, samples: samples, rows: rows, into: scaled)
    InstructionSet.current.kernels.gradient_dense(
      pre.buffer.base + preSample * pre.shape.stride, corners.base + rows.lowerBound * self.post.columns, Int64(pre.shape.stride),
      taps.base, Int64(shape.taps),
      Int64(shape.pre.paddedChannels),
      scaled.base, Int64(self.post.paddedChannels), Int64(pixels), Int64(samples), gradient.base + offset)
  }
}

extension SpinPlanes {
  /// `target[n][pixel][channel] ← scale_n · s` of the pixels in rows `rows` of samples from `first` on, contiguous.
  func copyScaled(
    by scale: AlignedBuffer<Float>, from first: Int, samples: Int, rows: Range<Int>, into target: AlignedBuffer<Float>
  ) {
    let pixels = rows.lowerBound * shape.columns..<rows.upperBound * shape.columns
    let channels = shape.paddedChannels
    for sample in 0..<samples {
      let factor = scale.base[sample]
      for pixel in pixels {
        let spin = buffer.base + (first + sample) * shape.stride + Int(pixelOffsets.base[pixel])
        let slot = target.base + (sample * pixels.count + pixel - pixels.lowerBound) * channels
        for channel in 0..<channels { slot[channel] = factor * spin[channel] }
      }
    }
  }
}
