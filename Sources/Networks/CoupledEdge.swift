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

  /// Whether the drive keeps to the arg-max that there is, under max-pooling.
  var isPoolingFrozen: Bool { (coupling as? MaxPooledConvolution)?.isPoolingFrozen ?? false }

  func freezePooling(_ isFrozen: Bool) { (coupling as? MaxPooledConvolution)?.isPoolingFrozen = isFrozen }

  init(_ edge: NetworkLayout.Edge, of strip: Strip, capacity: Int, workspace: Workspace) {
    self.layout = edge
    effective = edge.effective
    let post = strip.plane(edge.post)
    let postRows = strip.ownedRows(edge.post)
    let shape: ConvolutionShape
    if edge.pre == 0 {
      let unfolding = Unfolding(
        image: strip.layout.input, kernelRows: effective.kernelRows, kernelColumns: effective.kernelColumns,
        stride: effective.stride, padding: effective.padding, rows: edge.outputRows(of: postRows))
      self.unfolding = unfolding
      clampedInput = SpinPlanes(shape: unfolding.shape, capacity: capacity)
      shape = ConvolutionShape(pre: unfolding.shape, postChannels: post.channels, kernelRows: 1, kernelColumns: 1)
    } else {
      unfolding = nil
      clampedInput = nil
      shape = edge.convolution(
        pre: strip.plane(edge.pre), from: strip.ownedRows(edge.pre).lowerBound, to: post, from: postRows.lowerBound)
    }
    if edge.isMaxPooled {
      let linked = strip.partition.linkedRows(edge, strip: strip.index).from(postRows.lowerBound)
      coupling = MaxPooledConvolution(
        shape: shape, window: edge.description.window, post: post, capacity: capacity, workspace: workspace, linkedRows: linked,
        tiles: edge.tiles(in: strip.layout, firstRow: postRows.lowerBound), isClamped: edge.pre == 0)
    } else if edge.description.kind == .dense, edge.pre != 0 {
      coupling = DenseCoupling(
        pre: shape.pre, preRows: strip.layout.shape(edge.pre).rows, firstRow: strip.ownedRows(edge.pre).lowerBound, post: post,
        workspace: workspace)
    } else if edge.description.kind == .dense {
      coupling = DenseCoupling(pre: shape.pre, post: post, workspace: workspace, isClamped: true)
    } else {
      coupling = PlainConvolution(shape: shape, post: post, workspace: workspace, isClamped: edge.pre == 0)
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

  /// Adds the gradient over rows `rows` of the post plane at `offset`; as `Coupling.addGradient`.
  func addGradient(
    pre: SpinPlanes, preSample: Int = 0, post: SpinPlanes, postSample: Int = 0, scale: AlignedBuffer<Float>, samples: Int,
    rows: Range<Int>, into gradient: AlignedBuffer<Float>, at offset: Int
  ) {
    guard let folding = effective.folding, let foldedGradient else {
      coupling.addGradient(
        pre: pre, preSample: preSample, post: post, postSample: postSample, scale: scale, samples: samples, rows: rows,
        into: gradient, at: offset)
      return
    }
    foldedGradient.clear()
    coupling.addGradient(
      pre: pre, preSample: preSample, post: post, postSample: postSample, scale: scale, samples: samples, rows: rows,
      into: foldedGradient, at: 0)
    let order = layout.weight.order
    folding.unfoldGradient(
      foldedGradient, posts: order.posts, depth: order.tapStride, rowStride: order.postStride, foldedRowStride: foldedRowStride,
      into: gradient, at: offset)
  }

  private var foldedRowStride: Int { coupling.weightCount / PlaneShape.padded(layout.weight.order.posts) }
}
