import Kernels

/// One strip of a network: the planes that hold its rows, and which of them need a neighbour.
public struct Strip: Sendable {
  /// The partition of which this is one strip.
  public let partition: StripPartition
  /// The strip's number, from the top.
  public let index: Int
  var layout: NetworkLayout { partition.layout }
  var isWhole: Bool { partition.strips == 1 }

  /// - Precondition: `index` is below the number of strips.
  public init(_ partition: StripPartition, index: Int) {
    precondition((0..<partition.strips).contains(index))
    self.partition = partition
    self.index = index
  }

  /// The whole network.
  public init(whole layout: NetworkLayout) { self.init(StripPartition(whole: layout), index: 0) }

  /// Rows of the layer that this strip moves.
  public func ownedRows(_ layer: Int) -> Range<Int> { partition.ownedRows(layer, strip: index) }
  /// Rows of the layer whose contributions to sums this strip adds.
  public func countedRows(_ layer: Int) -> Range<Int> { partition.countedRows(layer, strip: index) }

  /// Rows of the layer that exist and that this strip holds.
  public func heldRows(_ layer: Int) -> Range<Int> {
    partition.readRows(layer, strip: index).clamped(to: 0..<layout.shape(layer).rows)
  }

  /// The plane of a layer's own rows (1 … N), with room around it for what the products read.
  public func plane(_ layer: Int) -> PlaneShape {
    let whole = layout.shape(layer)
    guard !isWhole else { return whole }
    let own = ownedRows(layer)
    let read = partition.readRows(layer, strip: index)
    return PlaneShape(
      channels: whole.channels, rows: own.count, columns: whole.columns, halo: whole.halo,
      rowsAbove: max(0, own.lowerBound - read.lowerBound), rowsBelow: max(0, read.upperBound - own.upperBound))
  }

  /// The pieces of this strip that have rows of the layer, each with those rows, counted from the first own one.
  func pieces(_ layer: Int) -> [(piece: Int, rows: Range<Int>)] {
    let first = ownedRows(layer).lowerBound
    return partition.pieces(of: index).compactMap {
      let rows = partition.rows(of: $0..<$0 + 1, layer: layer)
      return rows.isEmpty ? nil : ($0, rows.from(first))
    }
  }

  /// Own rows, counted from the first, whose drive reads no neighbour's states.
  func interiorOfDrive(_ layer: Int) -> Range<Int> {
    interior(layer) { row in
      layout.edges.allSatisfy { edge in
        edge.post != layer || edge.pre == 0 || isHere(edge.preRows(of: row..<row + 1, in: layout), of: edge.pre)
      }
    }
  }

  /// Own rows, counted from the first, whose top-down field reads no neighbour's states or arg-max.
  func interiorOfTopDown(_ layer: Int) -> Range<Int> {
    interior(layer) { row in
      layout.edges.allSatisfy { edge in
        edge.pre != layer || isHere(edge.postRows(of: row..<row + 1, in: layout), of: edge.post)
      }
    }
  }

  private func isHere(_ rows: Range<Int>, of layer: Int) -> Bool {
    let real = rows.clamped(to: 0..<layout.shape(layer).rows)
    return real.isEmpty || real.clamped(to: ownedRows(layer)) == real
  }

  /// None where it is less than four fifths of the rows: a product in two parts reads its weights twice, which few rows do not
  /// make up for, and layers of more rows give messages the time to travel.
  private func interior(_ layer: Int, _ isInside: (Int) -> Bool) -> Range<Int> {
    let own = ownedRows(layer)
    guard let first = own.first(where: isInside), let last = own.last(where: isInside) else { return 0..<0 }
    let inside = first..<last + 1
    return inside.count * 5 < own.count * 4 ? 0..<0 : inside.from(own.lowerBound)
  }
}

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
