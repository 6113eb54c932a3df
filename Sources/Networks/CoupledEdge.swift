import Kernels

/// An edge at work: its coupling, and what lies between the network's parameters and the coupling's weights.
final class CoupledEdge {
  let layout: NetworkLayout.Edge
  let coupling: any Coupling
  /// The same under max-pooling, with an arg-max.
  let pooled: MaxPooledConvolution?
  /// What edges from the input read.
  let clamped: ClampedInput?
  private let effective: NetworkLayout.Edge.Effective
  private let foldedWeights: AlignedBuffer<Float>?
  private let foldedGradient: AlignedBuffer<Float>?

  /// The image as the coupling of a clamped edge takes it.
  struct ClampedInput {
    let unfolding: Unfolding
    let planes: SpinPlanes

    func load(_ pixels: [Float], first: Int, samples: Int) {
      unfolding.unfold(pixels, first: first, samples: samples, into: planes)
    }
  }

  var clampedInput: SpinPlanes? { clamped?.planes }

  var isMaxPooled: Bool { pooled != nil }

  /// Whether the drive keeps to the arg-max that there is, under max-pooling.
  var isPoolingFrozen: Bool { pooled?.isPoolingFrozen ?? false }

  func freezePooling(_ isFrozen: Bool) { pooled?.isPoolingFrozen = isFrozen }

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
      clamped = ClampedInput(unfolding: unfolding, planes: SpinPlanes(shape: unfolding.shape, capacity: capacity))
      shape = ConvolutionShape(pre: unfolding.shape, postChannels: post.channels, kernelRows: 1, kernelColumns: 1)
    } else {
      clamped = nil
      shape = edge.convolution(
        pre: strip.plane(edge.pre), from: strip.ownedRows(edge.pre).lowerBound, to: post, from: postRows.lowerBound)
    }
    switch edge.description.coupling {
    case .maxPooled(let window):
      let linked = strip.partition.linkedRows(edge, strip: strip.index).from(postRows.lowerBound)
      let pooled = MaxPooledConvolution(
        shape: shape, window: window, post: post, capacity: capacity, workspace: workspace, linkedRows: linked,
        tiles: edge.tiles(in: strip.layout, firstRow: postRows.lowerBound), isClamped: edge.pre == 0)
      (coupling, self.pooled) = (pooled, pooled)
    case .dense where edge.pre == 0:
      (coupling, pooled) = (DenseCoupling(pre: shape.pre, post: post, workspace: workspace, isClamped: true), nil)
    case .dense:
      let rows = strip.layout.shape(edge.pre).rows
      coupling = DenseCoupling(
        pre: shape.pre, preRows: rows, firstRow: strip.ownedRows(edge.pre).lowerBound, post: post, workspace: workspace)
      pooled = nil
    case .convolution, .averagePooled:
      (coupling, pooled) = (PlainConvolution(shape: shape, post: post, workspace: workspace, isClamped: edge.pre == 0), nil)
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
