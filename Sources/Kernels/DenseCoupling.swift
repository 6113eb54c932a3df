import CKernels

/// All spins of one plane to all channels of another: matrix products over the samples.
///
/// The same weights as a convolution whose kernel is the whole pre plane, so that the order of weights is the same.
package final class DenseCoupling: Coupling {
  /// The convolution whose kernel is the whole pre plane.
  package let shape: ConvolutionShape
  package let post: PlaneShape
  package var pre: PlaneShape { shape.pre }
  package var weightCount: Int { shape.weightCount }

  /// Floats of one row of the field on the pre plane.
  private var rowFields: Int { shape.pre.columns * shape.pre.paddedChannels }

  private let workspace: Workspace
  private let arrangement: WeightArrangement
  private let taps: AlignedBuffer<Int64>
  private let origin: AlignedBuffer<Int64>
  private let zero = AlignedBuffer<Int64>(count: 1)
  private let postOrigin: AlignedBuffer<Int64>
  private let forwardWeights: AlignedBuffer<Float>
  private let transposedWeights: AlignedBuffer<Float>

  /// - Parameters:
  ///   - pre: a whole plane, or a strip of one that holds all other rows above and below.
  ///   - preRows: rows of the whole pre plane, those of `pre` unless given.
  ///   - firstRow: the row of the whole plane that the strip begins with.
  ///   - isClamped: the pre plane's spins never move, and no field on them is asked for.
  package init(
    pre: PlaneShape, preRows: Int? = nil, firstRow: Int = 0, post: PlaneShape, workspace: Workspace, isClamped: Bool = false
  ) {
    precondition(post.rows == 1 && post.columns == 1)
    shape = ConvolutionShape(
      pre: pre, postChannels: post.channels, kernelRows: preRows ?? pre.rows, kernelColumns: pre.columns, topPadding: firstRow,
      rows: 1)
    precondition(firstRow <= pre.rowsAbove && shape.kernelRows - firstRow - pre.rows <= pre.rowsBelow)
    self.post = post
    self.workspace = workspace
    arrangement = WeightArrangement(postChannels: post.paddedChannels, taps: shape.taps, preChannels: pre.paddedChannels)
    taps = shape.tapOffsets
    origin = shape.corners
    postOrigin = AlignedBuffer(count: 1)
    postOrigin[0] = Int64(post.offset(row: 0, column: 0))
    forwardWeights = AlignedBuffer(count: shape.weightCount)
    transposedWeights = AlignedBuffer(count: isClamped ? 0 : pre.fieldCount * post.paddedChannels)
  }

  package func load(_ parameters: AlignedBuffer<Float>, at offset: Int) {
    precondition(offset >= 0 && offset + weightCount <= parameters.count)
    let weights = UnsafePointer(parameters.base + offset)
    arrangement.packForward(weights, into: forwardWeights)
    guard transposedWeights.count > 0 else { return }
    // As they lie, the weights are a matrix of post channels × (pixel, pre channel). One row of pixels is one packed matrix.
    for row in 0..<shape.pre.rows {
      InstructionSet.current.kernels.pack(
        weights + (shape.topPadding + row) * rowFields, Int64(shape.kernelRows * rowFields), Int64(post.paddedChannels),
        Int64(rowFields), transposedWeights.base + row * rowFields * post.paddedChannels)
    }
  }

  package func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool) {
    precondition(pre.shape == shape.pre && samples <= pre.capacity && samples * post.paddedChannels <= drive.count)
    guard !rows.isEmpty else { return }
    InstructionSet.current.kernels.convolve(
      pre.buffer.base, origin.base, Int64(pre.shape.stride), taps.base, Int64(shape.taps), Int64(shape.pre.paddedChannels),
      forwardWeights.base, Int64(post.paddedChannels), drive.base, zero.base, Int64(post.paddedChannels), 1, Int64(samples),
      accumulate ? 1 : 0)
  }

  package func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, rows: Range<Int>, accumulate: Bool)
  {
    precondition(post.shape == self.post && samples <= post.capacity && samples * shape.pre.fieldCount <= field.count)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.pre.rows)
    precondition(transposedWeights.count > 0 || shape.pre.fieldCount == 0, "a clamped plane has no field")
    for row in rows {
      InstructionSet.current.kernels.convolve(
        post.buffer.base, postOrigin.base, Int64(post.shape.stride), zero.base, 1, Int64(post.shape.paddedChannels),
        transposedWeights.base + row * rowFields * self.post.paddedChannels, Int64(rowFields), field.base + row * rowFields,
        zero.base, Int64(shape.pre.fieldCount), 1, Int64(samples), accumulate ? 1 : 0)
    }
  }

  package func addGradient(
    pre: SpinPlanes, preSample: Int, post: SpinPlanes, postSample: Int, scale: AlignedBuffer<Float>, samples: Int,
    rows: Range<Int>, into gradient: AlignedBuffer<Float>, at offset: Int
  ) {
    guard !rows.isEmpty else { return }
    precondition(pre.shape == shape.pre && post.shape == self.post && samples <= scale.count)
    precondition(preSample + samples <= pre.capacity && postSample + samples <= post.capacity)
    precondition(offset >= 0 && offset + weightCount <= gradient.count)
    let scaled = workspace.floats(samples * self.post.paddedChannels)
    post.copyScaled(by: scale, from: postSample, samples: samples, rows: rows, into: scaled)
    InstructionSet.current.kernels.gradient_dense(
      pre.buffer.base + preSample * pre.shape.stride, origin.base, Int64(pre.shape.stride), taps.base, Int64(shape.taps),
      Int64(shape.pre.paddedChannels),
      scaled.base, Int64(self.post.paddedChannels), 1, Int64(samples), gradient.base + offset)
  }
}
