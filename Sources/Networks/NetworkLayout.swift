import Kernels

/// A description that was checked, with the shape of every layer and the place of every parameter.
///
/// Layer 0 is the input; the description's layers follow as 1 … N.
public struct NetworkLayout: Equatable, Sendable {
  /// A layer with its shape and the place of its bias.
  public struct Layer: Equatable, Sendable {
    /// As the description names it.
    public let name: String
    /// Channels, rows and columns, with the halo that its convolutions need.
    public let shape: PlaneShape
    /// Its σ; linear on the output layer.
    public let activation: Activation
    /// `g` of the graded energy: the layer's factor in it, 1 of the output and greater by 1/γ a layer below it.
    public let energyFactor: Float
    /// Where the bias lies in the parameters, one number a channel.
    public let bias: ParameterBlock
  }

  /// A coupling between two layers, with the place of its weights.
  public struct Edge: Equatable, Sendable {
    /// The edge as it was described.
    public let description: EdgeDescription
    /// Layer indices.
    public let pre: Int
    /// The layer that is driven; above `pre`.
    public let post: Int
    /// How strongly the post layer acts on the pre layer, as a share of how strongly it is driven: the product of γ over the layers
    /// above the pre layer, up to the post layer.
    public let topDownFactor: Float
    /// Where its weights lie in the parameters.
    public let weight: ParameterBlock
    /// Rows of the kernel: all of the pre plane's on a dense edge.
    public let kernelRows: Int
    /// Columns of the kernel: all of the pre plane's on a dense edge.
    public let kernelColumns: Int
  }

  /// The clamped input, layer 0.
  public let input: PlaneShape
  /// Layers 1 … N.
  public let layers: [Layer]
  /// In the order of layers, and within a layer as its description lists them.
  public let edges: [Edge]
  /// Floats of all parameters, padding included.
  public let parameterCount: Int

  /// - Throws: `NetworkError` that names the layer and what was expected.
  public init(_ description: NetworkDescription) throws {
    var builder = LayoutBuilder(input: description.input)
    try builder.checkNames(description)
    try builder.grade(description)
    for layer in description.layers { try builder.add(layer, isLast: layer.name == description.layers.last?.name) }
    input = PlaneShape(
      channels: description.input.channels, rows: description.input.rows, columns: description.input.columns)
    (layers, edges, parameterCount) = builder.finish()
  }

  /// The last layer.
  public var output: Layer { layers[layers.count - 1] }
  /// The layer's channels, rows and columns; those of the input for 0.
  public func shape(_ layer: Int) -> PlaneShape { layer == 0 ? input : layers[layer - 1].shape }
  /// The layer's name; that of the input for 0.
  public func name(_ layer: Int) -> String { layer == 0 ? NetworkDescription.inputName : layers[layer - 1].name }

  /// Weights and biases in the order in which they lie.
  public var blocks: [ParameterBlock] {
    (edges.map(\.weight) + layers.map(\.bias)).sorted { $0.offset < $1.offset }
  }

  /// Multiply-adds that one sample needs, counted as direct convolutions: `clamped` once (the clamped input's convolutions), and
  /// `sweep` a sweep (one forward and one transposed convolution for every other edge). A weight gradient costs as much as all
  /// the forward ones.
  public var multiplyAdds: (clamped: Int, sweep: Int) {
    edges.reduce(into: (0, 0)) { sum, edge in
      let products = multiplyAdds(of: edge)
      if edge.pre == 0 { sum.0 += products } else { sum.1 += 2 * products }
    }
  }

  /// Multiply-adds of one sample in an edge's convolution.
  public func multiplyAdds(of edge: Edge) -> Int {
    let post = shape(edge.post)
    return post.rows * edge.poolingWindow * post.columns * edge.poolingWindow * edge.weight.shape.reduce(1, *)
  }
}

extension NetworkLayout.Edge {
  /// Side of the pooling window, 1 without pooling.
  var poolingWindow: Int {
    switch description.coupling {
    case .dense, .convolution: 1
    case .maxPooled(let window), .averagePooled(let window): window
    }
  }
}

/// Weights of one edge, or biases of one layer, in the flat buffer of parameters.
public struct ParameterBlock: Equatable, Sendable {
  /// `<layer>.<from>.weight` or `<layer>.bias`.
  public let name: String
  /// The first float of the block in the buffer of parameters.
  public let offset: Int
  /// Floats, padding included.
  public let count: Int
  /// Weights `[post, pre, kernel rows, kernel columns]`, dense `[post, pre·rows·columns]`, biases `[post]`.
  public let shape: [Int]
  /// Weights are drawn uniformly in ±bound, biases too.
  public let bound: Float
  /// The block's own learning rate; `nil` takes the optimiser's.
  public let learningRate: Float?
  let order: Order

  /// How the block lies in memory.
  struct Order: Equatable, Sendable {
    let posts: Int
    let taps: Int
    let pres: Int
    /// Floats from one post channel, and from one tap, to the next.
    let postStride: Int
    let tapStride: Int
  }

  init(
    name: String, offset: Int, count: Int, shape: [Int], bound: Float, learningRate: Float?, order: Order
  ) {
    self.name = name
    self.offset = offset
    self.count = count
    self.shape = shape
    self.bound = bound
    self.learningRate = learningRate
    self.order = order
  }

  /// A block without padding that lies as its shape says, or, of two dimensions, with the second one outermost.
  public init(name: String, offset: Int, shape: [Int], bound: Float, learningRate: Float?, isTransposed: Bool = false) {
    let count = shape.reduce(1, *)
    let posts = shape[0]
    let order =
      isTransposed
      ? Order(posts: posts, taps: count / max(posts, 1), pres: 1, postStride: 1, tapStride: posts)
      : Order(posts: posts, taps: 1, pres: count / max(posts, 1), postStride: count / max(posts, 1), tapStride: 0)
    self.init(
      name: name, offset: offset, count: count, shape: shape, bound: bound, learningRate: learningRate, order: order)
  }

  /// The index in the buffer of the element that is `index`-th in row-major order of `shape`.
  public func position(_ index: Int) -> Int {
    let tap = index % order.taps
    let pre = index / order.taps % order.pres
    let post = index / order.taps / order.pres
    return offset + post * order.postStride + tap * order.tapStride + pre
  }
}

/// A network that cannot be.
public struct NetworkError: Error, Equatable, CustomStringConvertible {
  public let description: String
  /// An error with a message that names the layer or tensor and what was expected.
  public init(_ description: String) { self.description = description }
}
