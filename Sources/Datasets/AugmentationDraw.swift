import Kernels

/// One draw of an augmentation: where the window lies in the padded image, whether it is mirrored, and where it is hidden.
public struct AugmentationDraw: Equatable, Sendable {
  /// The window's first row in the padded image, 0 to 2 × padding; `padding` leaves the image in place.
  public var row: Int
  /// The window's first column, likewise.
  public var column: Int
  /// Whether the window is then mirrored left and right.
  public var flip: Bool
  /// The pixel of the finished window, row by row, in the middle of the square of zeros; nil where there is none.
  public var hole: Int?

  /// A draw with given values; `Augmentation.draw` makes random ones.
  public init(row: Int, column: Int, flip: Bool, hole: Int? = nil) {
    self.row = row
    self.column = column
    self.flip = flip
    self.hole = hole
  }
}

extension Augmentation {
  /// The draw for one image in one epoch: Philox block `(image, epoch)` of `generator`, so that neither the rank nor the order
  /// nor the batch in which the image is met matters.
  ///
  /// - Parameter pixels: of an image, rows × columns.
  public func draw(image: Int, epoch: Int, pixels: Int, generator: Philox) -> AugmentationDraw {
    let words = generator.block(
      SIMD4(
        UInt32(truncatingIfNeeded: image), UInt32(truncatingIfNeeded: image >> 32),
        UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: epoch >> 32)))
    let places = UInt32(2 * (crop?.padding ?? 0) + 1)
    // The high word of a product maps 32 random bits to 0 ..< places; its bias, places / 2³², is of no account here.
    return AugmentationDraw(
      row: Int(words.x.multipliedFullWidth(by: places).high),
      column: Int(words.y.multipliedFullWidth(by: places).high),
      flip: flip && words.z >> 31 == 1,
      hole: cutout > 0 ? Int(words.w.multipliedFullWidth(by: UInt32(pixels)).high) : nil)
  }
}

extension Augmentation.PaddingMode {
  /// The place within `0 ..< extent` that stands for `place`, which may lie outside by up to `extent` (`reflect`: `extent − 1`);
  /// nil for black.
  func resolve(_ place: Int, extent: Int) -> Int? {
    if (0..<extent).contains(place) { return place }
    switch self {
    case .edge: return min(max(place, 0), extent - 1)
    case .zero: return nil
    case .reflect: return place < 0 ? -place : 2 * (extent - 1) - place
    }
  }
}
