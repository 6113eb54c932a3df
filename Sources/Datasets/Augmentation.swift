import Kernels

/// Random changes of a training image that keep its class.
///
/// What is drawn for an image is a function of (seed, epoch, image) alone: see `draw`.
public struct Augmentation: Equatable, Sendable {
  /// What lies outside the image when a crop reaches over its border.
  public enum PaddingMode: String, CaseIterable, Sendable {
    /// The nearest pixel of the border.
    case edge
    /// Black (byte 0, before normalisation).
    case zero
    /// The image mirrored in its border pixel, which is not repeated.
    case reflect
  }

  /// The image padded by `padding` pixels all round, of which a window of the image's own size is cut.
  public struct Crop: Equatable, Sendable {
    /// Pixels that are added on every side; an offset of the window is 0 … 2 `padding`.
    public var padding: Int
    /// What the added pixels hold.
    public var mode: PaddingMode
    /// `padding` pixels on every side, filled as `mode` says.
    public init(padding: Int = 4, mode: PaddingMode = .edge) {
      self.padding = padding
      self.mode = mode
    }
  }

  /// Mirror left and right in half of the draws.
  public var flip: Bool
  /// The random window; nil leaves images where they are.
  public var crop: Crop?
  /// Side of a square of zeros, the mean after normalisation, that hides a part of the image (DeVries & Taylor 2017); 0: none.
  public var cutout: Int

  /// Without arguments images are left as they are.
  public init(flip: Bool = false, crop: Crop? = nil, cutout: Int = 0) {
    self.flip = flip
    self.crop = crop
    self.cutout = cutout
  }

  /// - Throws: `DatasetError.setting` if the padding or the square does not fit images of `shape`.
  public func validate(for shape: ImageShape) throws {
    let longest = max(shape.rows, shape.columns)
    guard (0...longest).contains(cutout) else {
      throw DatasetError.setting(
        key: "augmentation.cutout",
        reason: "expected 0 to \(longest) for \(shape.rows)×\(shape.columns) images, found \(cutout)")
    }
    guard let crop else { return }
    let side = min(shape.rows, shape.columns)
    // A mirror image without its border pixel is one pixel shorter than the image.
    let limit = crop.mode == .reflect ? side - 1 : side
    guard (0...limit).contains(crop.padding) else {
      throw DatasetError.setting(
        key: "augmentation.crop.padding",
        reason: "expected 0 to \(limit) for \(shape.rows)×\(shape.columns) images in mode \(crop.mode.rawValue), "
          + "found \(crop.padding)")
    }
  }
}
