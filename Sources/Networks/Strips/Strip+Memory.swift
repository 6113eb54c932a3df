import Kernels

extension Strip {
  /// Bytes that a network on this strip takes for `capacity` samples: states, fields and the unfolded input; weights are apart.
  public func bytes(capacity: Int) -> Int {
    var numbers = 0
    for layer in 1...layout.layers.count {
      let plane = plane(layer)
      let into = layout.edges.filter { $0.post == layer }
      let fields = [into.contains { $0.pre == 0 }, into.contains { $0.pre != 0 }, layout.edges.contains { $0.pre == layer }]
      numbers += plane.stride + fields.count { $0 } * plane.fieldCount
    }
    for edge in layout.edges where edge.pre == 0 {
      let rows = edge.outputRows(of: ownedRows(edge.post)).count
      let columns = edge.outputRows(of: 0..<layout.shape(edge.post).columns).count
      let (kernelRows, kernelColumns) = (edge.effective.kernelRows, edge.effective.kernelColumns)
      numbers += rows * columns * PlaneShape.padded(kernelRows * kernelColumns * layout.input.channels)
    }
    let pooled = layout.edges.filter(\.isMaxPooled).map { plane($0.post).fieldCount }
    numbers += (pooled.max() ?? 0) + pooled.reduce(0, +) / MemoryLayout<Float>.size
    return numbers * capacity * MemoryLayout<Float>.size
  }
}

extension StripPartition {
  /// Bytes of the largest strip for `capacity` samples.
  public func greatestBytes(capacity: Int) -> Int {
    (0..<strips).map { Strip(self, index: $0).bytes(capacity: capacity) }.max() ?? 0
  }
}
