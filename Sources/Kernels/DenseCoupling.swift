import CKernels

/// All spins of one plane to all channels of another: matrix products over the samples.
///
/// The same weights as a convolution whose kernel is the whole pre plane, so that the order of weights is the same.
public final class DenseCoupling: Coupling {
  public let shape: ConvolutionShape
  public let post: PlaneShape
  public var weightCount: Int { shape.weightCount }

  private let workspace: Workspace
  private let arrangement: WeightArrangement
  private let taps: AlignedBuffer<Int64>
  private let origin: AlignedBuffer<Int64>
  private let zero = AlignedBuffer<Int64>(count: 1)
  private let postOrigin: AlignedBuffer<Int64>
  private let forwardWeights: AlignedBuffer<Float>
  private let transposedWeights: AlignedBuffer<Float>

  public init(pre: PlaneShape, post: PlaneShape, workspace: Workspace) {
    precondition(post.rows == 1 && post.columns == 1)
    shape = ConvolutionShape(pre: pre, postChannels: post.channels, kernelRows: pre.rows, kernelColumns: pre.columns)
    self.post = post
    self.workspace = workspace
    arrangement = WeightArrangement(postChannels: post.paddedChannels, taps: shape.taps, preChannels: pre.paddedChannels)
    taps = shape.tapOffsets
    origin = shape.corners
    postOrigin = AlignedBuffer(count: 1)
    postOrigin[0] = Int64(post.offset(row: 0, column: 0))
    forwardWeights = AlignedBuffer(count: shape.weightCount)
    transposedWeights = AlignedBuffer(count: shape.weightCount)
  }

  public func load(_ parameters: AlignedBuffer<Float>, at offset: Int) {
    precondition(offset >= 0 && offset + weightCount <= parameters.count)
    let weights = UnsafePointer(parameters.base + offset)
    arrangement.packForward(weights, scratch: workspace.floats(weightCount), into: forwardWeights)
    // As they lie, the weights are a matrix of post channels × (pixel, pre channel).
    let columns = Int64(shape.pre.fieldCount)
    InstructionSet.current.kernels.pack(weights, columns, Int64(post.paddedChannels), columns, transposedWeights.base)
  }

  public func drive(from pre: SpinPlanes, into drive: AlignedBuffer<Float>, samples: Int, accumulate: Bool) {
    precondition(pre.shape == shape.pre && samples <= pre.capacity && samples * post.paddedChannels <= drive.count)
    InstructionSet.current.kernels.convolve(
      pre.buffer.base, origin.base, Int64(pre.shape.stride), taps.base, Int64(shape.taps), Int64(shape.pre.paddedChannels),
      forwardWeights.base, Int64(post.paddedChannels), drive.base, zero.base, Int64(post.paddedChannels), 1, Int64(samples),
      accumulate ? 1 : 0)
  }

  public func topDown(from post: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int, accumulate: Bool) {
    precondition(post.shape == self.post && samples <= post.capacity && samples * shape.pre.fieldCount <= field.count)
    let columns = Int64(shape.pre.fieldCount)
    InstructionSet.current.kernels.convolve(
      post.buffer.base, postOrigin.base, Int64(post.shape.stride), zero.base, 1, Int64(post.shape.paddedChannels),
      transposedWeights.base, columns, field.base, zero.base, columns, 1, Int64(samples), accumulate ? 1 : 0)
  }

  public func addGradient(
    pre: SpinPlanes, post: SpinPlanes, scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>,
    at offset: Int
  ) {
    precondition(pre.shape == shape.pre && post.shape == self.post && samples <= scale.count)
    precondition(offset >= 0 && offset + weightCount <= gradient.count)
    let scaled = workspace.floats(samples * self.post.paddedChannels)
    post.copyScaled(by: scale, samples: samples, into: scaled)
    InstructionSet.current.kernels.gradient_dense(
      pre.buffer.base, origin.base, Int64(pre.shape.stride), taps.base, Int64(shape.taps), Int64(shape.pre.paddedChannels),
      scaled.base, Int64(self.post.paddedChannels), 1, Int64(samples), gradient.base + offset)
  }
}
