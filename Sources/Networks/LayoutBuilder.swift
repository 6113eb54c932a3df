import Kernels

/// Checks a description layer by layer and gives every parameter its place.
struct LayoutBuilder {
  private let input: ImageShape
  private var planes: [(name: String, channels: Int, rows: Int, columns: Int, activation: Activation)] = []
  private var edges: [NetworkLayout.Edge] = []
  private var biases: [ParameterBlock] = []
  private var parameterCount = 0
  /// `c` of the input and of every layer: the product of γ over the layers above the first, up to it.
  private var grades: [Double] = []

  /// Floats that one network's parameters may take: far above any that trains, far below an overflow.
  private static let limit = 1 << 34
  /// Channels, rows, columns, and the sides of kernels: products of two do not overflow.
  private static let greatestExtent = 1 << 24
  /// Its inverse multiplies differences of correlations: beyond this, nothing but rounding would be left of them.
  private static let weakestGrade = 1e-12

  init(input: ImageShape) {
    self.input = input
    planes.append((NetworkDescription.inputName, input.channels, input.rows, input.columns, .linear))
  }

  func checkNames(_ description: NetworkDescription) throws {
    guard input.channels > 0, input.rows > 0, input.columns > 0 else {
      throw NetworkError("network.input: \(input) is not an image; extents must be positive")
    }
    guard max(input.channels, input.rows, input.columns) <= Self.greatestExtent else {
      throw NetworkError("network.input: \(input); channels, rows and columns are at most \(Self.greatestExtent)")
    }
    guard !description.layers.isEmpty else { throw NetworkError("network.layers: a network needs at least an output layer") }
    var seen: Set<String> = [NetworkDescription.inputName]
    for layer in description.layers {
      guard !layer.name.isEmpty, !layer.name.contains(".") else {
        throw NetworkError("network.layers: \"\(layer.name)\" is no name for a layer; use letters, digits, - and _")
      }
      guard seen.insert(layer.name).inserted else {
        throw NetworkError("network.layers: two layers are called \"\(layer.name)\"")
      }
    }
  }

  /// Works out how much weaker each layer acts on those below it.
  mutating func grade(_ description: NetworkDescription) throws {
    let count = description.layers.count
    let feedback = description.feedback
    guard feedback.count == 1 || feedback.count == count else {
      throw NetworkError(
        "network.feedback: \(feedback.count) numbers for \(count) layers; give one for all, or one for each layer")
    }
    guard feedback.allSatisfy({ $0 > 0 && $0 <= 1 }) else {
      let numbers = feedback.map { "\($0)" }.joined(separator: ", ")
      throw NetworkError("network.feedback: \(numbers); each number is above 0 and at most 1")
    }
    guard description.energy == .hopfield || feedback.allSatisfy({ $0 == 1 }) else {
      throw NetworkError("network.feedback: a predictive energy has no such number; leave it out")
    }
    grades = [1, 1]
    for layer in 1..<count { grades.append(grades[layer] * Double(feedback.count == 1 ? feedback[0] : feedback[layer])) }
    guard grades[count] >= Self.weakestGrade else {
      throw NetworkError(
        "network.feedback: over \(count) layers the product is \(grades[count]), too weak for single precision; at least "
          + "\(Self.weakestGrade) is possible")
    }
  }

  mutating func add(_ layer: LayerDescription, isLast: Bool) throws {
    guard (1...Self.greatestExtent).contains(layer.channels) else {
      throw NetworkError("layer \(layer.name): \(layer.channels) channels; from 1 to \(Self.greatestExtent) are possible")
    }
    let (post, firstEdge) = (planes.count, edges.count)
    var common: (rows: Int, columns: Int, from: String)?
    var froms: Set<String> = []
    for edge in layer.edges {
      guard let pre = planes.firstIndex(where: { $0.name == edge.from }) else {
        throw NetworkError(
          "layer \(layer.name): an edge comes from \"\(edge.from)\"; earlier layers are \(planes.map(\.name).joined(separator: ", "))"
        )
      }
      guard froms.insert(edge.from).inserted else { throw NetworkError("layer \(layer.name): two edges come from \(edge.from)") }
      let (rows, columns) = try outputSize(of: edge, pre: pre, layer: layer.name)
      if let size = common, (size.rows, size.columns) != (rows, columns) {
        throw NetworkError(
          "layer \(layer.name): the edge from \(size.from) gives \(size.rows)×\(size.columns) spins a channel, the one from \(edge.from) "
            + "\(rows)×\(columns); they must agree")
      }
      common = (rows, columns, edge.from)
      try append(edge, pre: pre, post: post, layer: layer)
    }
    guard let size = common else { throw NetworkError("layer \(layer.name): nothing drives it; list at least one edge") }
    planes.append((layer.name, layer.channels, size.rows, size.columns, isLast ? .linear : layer.activation))
    if isLast, size.rows * size.columns != 1 {
      throw NetworkError(
        "layer \(layer.name): the output has \(size.rows)×\(size.columns) spins a class; make it dense, so that it has one")
    }
    appendBias(layer, like: edges[firstEdge])
  }

  private func outputSize(of edge: EdgeDescription, pre: Int, layer: String) throws -> (Int, Int) {
    let window: Int?
    switch edge.coupling {
    case .dense: return (1, 1)
    case .convolution: window = nil
    case .maxPooled(let side), .averagePooled(let side): window = side
    }
    let place = "layer \(layer), edge from \(edge.from)"
    guard edge.kernel > 0, edge.stride > 0, edge.padding >= 0, edge.padding < edge.kernel else {
      throw NetworkError(
        "\(place): kernel \(edge.kernel), stride \(edge.stride), padding \(edge.padding); kernel and stride are at least 1, "
          + "padding is less than the kernel")
    }
    guard max(edge.kernel, edge.stride) <= Self.greatestExtent else {
      throw NetworkError("\(place): kernel \(edge.kernel), stride \(edge.stride); both are at most \(Self.greatestExtent)")
    }
    func outputs(_ size: Int, _ what: String) throws -> Int {
      guard edge.kernel <= size + 2 * edge.padding else {
        throw NetworkError(
          "\(place): a kernel of \(edge.kernel) is larger than its input of \(size) \(what) with padding \(edge.padding)")
      }
      let plain = (size + 2 * edge.padding - edge.kernel) / edge.stride + 1
      guard let window else { return plain }
      guard (2...15).contains(window) else {
        throw NetworkError("\(place): a pooling window of \(window); it must be 2 to 15")
      }
      guard plain % window == 0 else {
        throw NetworkError(
          "\(place): \(plain) \(what) cannot be pooled by windows of \(window); change kernel, stride or padding so that "
            + "\(window) divides them")
      }
      return plain / window
    }
    return (try outputs(planes[pre].rows, "rows"), try outputs(planes[pre].columns, "columns"))
  }

  private mutating func append(_ edge: EdgeDescription, pre: Int, post: Int, layer: LayerDescription) throws {
    let source = planes[pre]
    let (kernelRows, kernelColumns) =
      switch edge.coupling {
      case .dense: (source.rows, source.columns)
      case .convolution, .maxPooled, .averagePooled: (edge.kernel, edge.kernel)
      }
    let taps = kernelRows * kernelColumns
    let posts = PlaneShape.padded(layer.channels)
    // The input is unfolded: taps and channels together are padded. Other planes have padded channels.
    let tapStride = pre == 0 ? source.channels : PlaneShape.padded(source.channels)
    let (product, overflow) = tapStride.multipliedReportingOverflow(by: taps)
    let postStride = overflow ? Int.max : pre == 0 ? PlaneShape.padded(product) : product
    let (count, tooMany) = posts.multipliedReportingOverflow(by: postStride)
    guard !overflow, !tooMany, count < Int(Int32.max), parameterCount + count <= Self.limit else {
      throw NetworkError("layer \(layer.name), edge from \(edge.from): more weights than can be addressed")
    }
    let fanIn = source.channels * taps
    let block = ParameterBlock(
      name: "\(layer.name).\(edge.from).weight", offset: parameterCount, count: count,
      shape: edge.drivesImages
        ? [layer.channels, source.channels, kernelRows, kernelColumns] : [layer.channels, fanIn],
      bound: edge.gain / Float(fanIn).squareRoot(), learningRate: edge.learningRate,
      order: .init(posts: layer.channels, taps: taps, pres: source.channels, postStride: postStride, tapStride: tapStride))
    parameterCount += count
    edges.append(
      .init(
        description: edge, pre: pre, post: post, topDownFactor: pre == 0 ? 1 : Float(grades[post] / grades[pre]), weight: block,
        kernelRows: kernelRows, kernelColumns: kernelColumns))
  }

  /// - Parameter first: the layer's first edge, whose fan-in and learning rate the bias has too.
  private mutating func appendBias(_ layer: LayerDescription, like first: NetworkLayout.Edge) {
    let count = PlaneShape.padded(layer.channels)
    let fanIn = first.weight.shape.dropFirst().reduce(1, *)
    biases.append(
      ParameterBlock(
        name: "\(layer.name).bias", offset: parameterCount, count: count, shape: [layer.channels],
        bound: 0.5 / Float(fanIn).squareRoot(), learningRate: first.description.learningRate,
        order: .init(posts: layer.channels, taps: 1, pres: 1, postStride: 1, tapStride: 1)))
    parameterCount += count
  }

  func finish() -> ([NetworkLayout.Layer], [NetworkLayout.Edge], Int) {
    let layers = (1..<planes.count).map { index in
      let plane = planes[index]
      return NetworkLayout.Layer(
        name: plane.name,
        shape: PlaneShape(channels: plane.channels, rows: plane.rows, columns: plane.columns, halo: halo(of: index)),
        activation: plane.activation, energyFactor: Float(grades[index] / grades[planes.count - 1]), bias: biases[index - 1])
    }
    return (layers, edges, parameterCount)
  }

  /// Zeros around a layer: what the convolutions out of it pad, and what the transposed ones into it reach.
  private func halo(of layer: Int) -> Int {
    let out = edges.filter { $0.pre == layer }.map(\.effective.padding)
    let into = edges.filter { $0.post == layer && $0.pre != 0 }.map { edge in
      switch edge.description.coupling {
      case .dense, .maxPooled: return 0
      case .convolution, .averagePooled:
        let source = planes[edge.pre]
        return edge.effective.convolution(
          pre: PlaneShape(channels: source.channels, rows: source.rows, columns: source.columns),
          postChannels: planes[layer].channels
        ).postHalo
      }
    }
    return (out + into).max() ?? 0
  }
}

extension NetworkLayout.Edge {
  /// The convolution that is computed: with average pooling folded into it.
  struct Effective {
    let kernelRows: Int
    let kernelColumns: Int
    let stride: Int
    let padding: Int
    let folding: AveragePooling?

    func convolution(pre: PlaneShape, postChannels: Int) -> ConvolutionShape {
      ConvolutionShape(
        pre: pre, postChannels: postChannels, kernelRows: kernelRows, kernelColumns: kernelColumns, stride: stride,
        padding: padding)
    }
  }

  var effective: Effective {
    switch description.coupling {
    case .dense:
      return Effective(kernelRows: kernelRows, kernelColumns: kernelColumns, stride: 1, padding: 0, folding: nil)
    case .convolution, .maxPooled:
      return Effective(
        kernelRows: kernelRows, kernelColumns: kernelColumns, stride: description.stride, padding: description.padding,
        folding: nil)
    case .averagePooled(let window):
      let folding = AveragePooling(kernel: description.kernel, stride: description.stride, window: window)
      return Effective(
        kernelRows: folding.foldedKernel, kernelColumns: folding.foldedKernel, stride: folding.foldedStride,
        padding: description.padding, folding: folding)
    }
  }
}
