import Kernels

extension NetworkLayout {
  /// Checks that the states of `samples` samples can be addressed, before memory is taken for them.
  ///
  /// - Throws: `NetworkError` that names the first layer, or edge from the input, that is too large.
  public func checkCapacity(_ samples: Int) throws {
    for layer in layers {
      let shape = layer.shape
      try Self.check(
        samples, of: [shape.rows + 2 * shape.halo, shape.columns + 2 * shape.halo, shape.paddedChannels],
        at: "layer \(layer.name)")
    }
    for edge in edges where edge.pre == 0 {
      try Self.check(
        samples, of: unfoldedExtents(edge), at: "layer \(name(edge.post)), edge from \(NetworkDescription.inputName)")
    }
  }

  /// Rows, columns and numbers a patch of the input as an edge reads it.
  private func unfoldedExtents(_ edge: Edge) -> [Int] {
    let effective = edge.effective
    let post = shape(edge.post)
    let window = effective.folding == nil ? edge.poolingWindow : 1
    return [
      post.rows * window, post.columns * window,
      PlaneShape.padded(effective.kernelRows * effective.kernelColumns * input.channels),
    ]
  }

  private static func check(_ samples: Int, of extents: [Int], at place: String) throws {
    var size = samples
    for extent in extents {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow, product < Int(Int32.max) else {
        let shape = extents.map(String.init).joined(separator: "×")
        throw NetworkError(
          "\(place): \(samples) samples of \(shape) numbers are more than can be addressed; relax fewer together")
      }
      size = product
    }
  }
}
