import Kernels

/// A network cut into strips of rows, one for each rank of a spin group.
///
/// Every layer is cut at the same fractions of its height. Spins of one row are moved by one strip; a layer of a single row, as
/// all dense layers are, is moved by every strip alike, which costs no time and spares a message. A strip holds copies of the
/// rows of its neighbours that its products read: those below and above for the drive of its own spins, and those whose
/// transposed convolution reaches its own spins.
///
/// The cuts lie between `pieces`, sixteenths of the height unless there are more strips. Sums over spins are taken piece by piece
/// and then in one fixed tree over pieces, so that their bits do not depend on the number of strips.
public struct StripPartition: Sendable {
  /// The whole network.
  public let layout: NetworkLayout
  /// The number of strips, one a rank of the spin group.
  public let strips: Int
  /// A power of two.
  public let pieces: Int

  /// - Throws: `NetworkError` if there are more strips than rows in the tallest layer.
  public init(_ layout: NetworkLayout, strips: Int = 1) throws {
    guard (1...Self.greatestCount(layout)).contains(strips) else {
      throw NetworkError(
        "\(strips) strips cannot be cut from this network: its tallest layer has \(Self.greatestCount(layout)) rows")
    }
    self.init(layout, checkedStrips: strips)
  }

  /// The whole network as one strip.
  public init(whole layout: NetworkLayout) { self.init(layout, checkedStrips: 1) }

  private init(_ layout: NetworkLayout, checkedStrips strips: Int) {
    self.layout = layout
    self.strips = strips
    var pieces = 16
    while pieces < strips { pieces *= 2 }
    self.pieces = pieces
  }

  /// The most strips that the network can be cut into: the rows of its tallest layer.
  public static func greatestCount(_ layout: NetworkLayout) -> Int { layout.layers.map(\.shape.rows).max() ?? 1 }

  /// The pieces that make up a strip.
  public func pieces(of strip: Int) -> Range<Int> { strip * pieces / strips..<(strip + 1) * pieces / strips }

  /// The rows of a layer (1 … N) in some pieces.
  public func rows(of pieces: Range<Int>, layer: Int) -> Range<Int> {
    let rows = layout.shape(layer).rows
    return pieces.lowerBound * rows / self.pieces..<pieces.upperBound * rows / self.pieces
  }

  /// Whether every strip moves all spins of the layer.
  public func isReplicated(_ layer: Int) -> Bool { layout.shape(layer).rows == 1 }

  /// The rows of a layer that a strip counts in sums, each counted by one strip.
  public func countedRows(_ layer: Int, strip: Int) -> Range<Int> { rows(of: pieces(of: strip), layer: layer) }

  /// The rows of a layer that a strip moves.
  public func ownedRows(_ layer: Int, strip: Int) -> Range<Int> {
    isReplicated(layer) ? 0..<1 : countedRows(layer, strip: strip)
  }

  /// The rows of a layer that a strip's products read or move, and the zeros around the layer that they read as padding.
  public func readRows(_ layer: Int, strip: Int) -> Range<Int> {
    let own = ownedRows(layer, strip: strip)
    var read = own
    for edge in layout.edges where edge.pre == layer {
      read = read.hull(edge.preRows(of: ownedRows(edge.post, strip: strip), in: layout))
    }
    for edge in layout.edges where edge.post == layer && edge.pre != 0 {
      read = read.hull(edge.postRows(of: ownedRows(edge.pre, strip: strip), in: layout))
    }
    return read.isEmpty ? own : read.includingPlace(own.lowerBound)
  }

  /// The rows of an edge's post layer whose arg-max a strip uses.
  public func linkedRows(_ edge: NetworkLayout.Edge, strip: Int) -> Range<Int> {
    let own = ownedRows(edge.post, strip: strip)
    guard edge.pre != 0 else { return own }
    let linked = edge.postRows(of: ownedRows(edge.pre, strip: strip), in: layout)
    return linked.isEmpty ? own : linked.hull(own).includingPlace(own.lowerBound)
  }

  /// Of those rows of a layer that strip `from` moves, the ones that strip `to` holds copies of.
  func copiedStates(_ layer: Int, from: Int, to: Int) -> Range<Int> {
    guard from != to, !isReplicated(layer) else { return 0..<0 }
    return ownedRows(layer, strip: from).clamped(to: readRows(layer, strip: to))
  }

  /// The rows whose arg-max strip `from` tells strip `to`.
  func copiedArgMax(_ edge: NetworkLayout.Edge, from: Int, to: Int) -> Range<Int> {
    guard from != to, edge.pre != 0, edge.isMaxPooled, !isReplicated(edge.post) else { return 0..<0 }
    return ownedRows(edge.post, strip: from).clamped(to: linkedRows(edge, strip: to))
  }
}

extension NetworkLayout.Edge {
  var isMaxPooled: Bool { description.kind == .convolution && description.pooling == .max }

  /// Rows of outputs of the convolution for each row of the post layer: more than one where they are pooled afterwards.
  private var outputsPerRow: Int { isMaxPooled ? description.window : 1 }

  private func convolution(in layout: NetworkLayout) -> ConvolutionShape {
    effective.convolution(pre: layout.shape(pre), postChannels: layout.shape(post).channels)
  }

  /// Winograd's tiles of outputs, if the drive is computed in such; `firstRow` of the post layer is that which a strip begins with.
  func tiles(in layout: NetworkLayout, firstRow: Int = 0) -> WinogradTiles? {
    guard pre != 0, isMaxPooled else { return nil }
    return WinogradTiles(convolution(in: layout), window: description.window, firstRow: firstRow * outputsPerRow)
  }

  /// Rows of the pre layer that the drive of `rows` of the post layer reads, its padding included: all that a tile reads in which
  /// one of them lies.
  func preRows(of rows: Range<Int>, in layout: NetworkLayout) -> Range<Int> {
    guard !rows.isEmpty else { return 0..<0 }
    let outputs = outputRows(of: rows)
    return convolution(in: layout).preRows(of: tiles(in: layout)?.computedRows(for: outputs) ?? outputs)
  }

  /// Rows of the post layer that the top-down field on `rows` of the pre layer reads; without max-pooling, zeros beyond the layer
  /// too.
  func postRows(of rows: Range<Int>, in layout: NetworkLayout) -> Range<Int> {
    guard description.kind == .convolution else { return rows.isEmpty ? 0..<0 : 0..<1 }
    let outputs = convolution(in: layout).outputRows(of: rows)
    guard !outputs.isEmpty else { return 0..<0 }
    let reached =
      outputs.lowerBound.quotientRoundedDown(by: outputsPerRow)..<outputs.upperBound.quotientRoundedUp(by: outputsPerRow)
    return isMaxPooled ? reached.clamped(to: 0..<layout.shape(post).rows) : reached
  }

  /// The convolution between a strip of the pre layer and one of the post layer.
  func convolution(pre: PlaneShape, from preRow: Int, to post: PlaneShape, from postRow: Int) -> ConvolutionShape {
    let effective = effective
    return ConvolutionShape(
      pre: pre, postChannels: post.channels, kernelRows: effective.kernelRows, kernelColumns: effective.kernelColumns,
      stride: effective.stride, padding: effective.padding,
      topPadding: effective.padding + preRow - postRow * outputsPerRow * effective.stride, rows: post.rows * outputsPerRow)
  }

  /// Rows of outputs for `rows` of the post layer.
  func outputRows(of rows: Range<Int>) -> Range<Int> { rows.lowerBound * outputsPerRow..<rows.upperBound * outputsPerRow }
}

extension Range<Int> {
  /// The smallest range that holds both; an empty one adds nothing.
  func hull(_ other: Self) -> Self {
    if other.isEmpty { return self }
    return isEmpty ? other : Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }

  /// Widened until `place` lies within or at an end of it.
  func includingPlace(_ place: Int) -> Self { Swift.min(lowerBound, place)..<Swift.max(upperBound, place) }

  /// The same rows counted from another one.
  func from(_ first: Int) -> Self { lowerBound - first..<upperBound - first }
}
