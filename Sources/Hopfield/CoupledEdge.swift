import Kernels

/// An edge at work: its coupling, and what lies between the network's parameters and the coupling's weights.
final class CoupledEdge {
  let layout: NetworkLayout.Edge
  let coupling: any Coupling
  /// Clamped edges read the unfolded input.
  let unfolding: Unfolding?
  let clampedInput: SpinPlanes?
  private let effective: NetworkLayout.Edge.Effective
  private let foldedWeights: AlignedBuffer<Float>?
  private let foldedGradient: AlignedBuffer<Float>?

  var isMaxPooled: Bool { coupling is MaxPooledConvolution }

  /// Whether the drive keeps to the arg-max that there is; nothing to do without max-pooling.
  func holdArgMax(_ holds: Bool) { (coupling as? MaxPooledConvolution)?.holdsArgMax = holds }

  init(_ edge: NetworkLayout.Edge, of layout: NetworkLayout, capacity: Int, workspace: Workspace) {
    self.layout = edge
    effective = edge.effective
    let post = layout.shape(edge.post)
    var pre = layout.shape(edge.pre)
    if edge.pre == 0 {
      let unfolding = Unfolding(
        image: pre, kernelRows: effective.kernelRows, kernelColumns: effective.kernelColumns, stride: effective.stride,
        padding: effective.padding)
      self.unfolding = unfolding
      pre = unfolding.shape
      clampedInput = SpinPlanes(shape: pre, capacity: capacity)
    } else {
      unfolding = nil
      clampedInput = nil
    }
    let shape =
      edge.pre == 0
      ? ConvolutionShape(pre: pre, postChannels: post.channels, kernelRows: 1, kernelColumns: 1)
      : effective.convolution(pre: pre, postChannels: post.channels)
    if edge.description.kind == .convolution, edge.description.pooling == .max {
      coupling = MaxPooledConvolution(
        shape: shape, window: edge.description.window, post: post, capacity: capacity, workspace: workspace)
    } else if edge.description.kind == .dense {
      coupling = DenseCoupling(pre: pre, post: post, workspace: workspace)
    } else {
      coupling = PlainConvolution(shape: shape, post: post, workspace: workspace)
    }
    let foldedCount = coupling.weightCount
    foldedWeights = effective.folding.map { _ in AlignedBuffer(count: foldedCount) }
    foldedGradient = effective.folding.map { _ in AlignedBuffer(count: foldedCount) }
  }

  func load(_ parameters: AlignedBuffer<Float>) {
    guard let folding = effective.folding, let foldedWeights else {
      coupling.load(parameters, at: layout.weight.offset)
      return
    }
    let order = layout.weight.order
    folding.fold(
      parameters, at: layout.weight.offset, posts: order.posts, depth: order.tapStride, rowStride: order.postStride,
      foldedRowStride: foldedRowStride, into: foldedWeights)
    coupling.load(foldedWeights, at: 0)
  }

  func addGradient(
    pre: SpinPlanes, post: SpinPlanes, scale: AlignedBuffer<Float>, samples: Int, into gradient: AlignedBuffer<Float>
  ) {
    guard let folding = effective.folding, let foldedGradient else {
      coupling.addGradient(pre: pre, post: post, scale: scale, samples: samples, into: gradient, at: layout.weight.offset)
      return
    }
    foldedGradient.clear()
    coupling.addGradient(pre: pre, post: post, scale: scale, samples: samples, into: foldedGradient, at: 0)
    let order = layout.weight.order
    folding.unfoldGradient(
      foldedGradient, posts: order.posts, depth: order.tapStride, rowStride: order.postStride, foldedRowStride: foldedRowStride,
      into: gradient, at: layout.weight.offset)
  }

  private var foldedRowStride: Int { coupling.weightCount / PlaneShape.padded(layout.weight.order.posts) }
}
