import Kernels

/// Images of one shape with their class labels, as the files hold them.
public struct LabelledImages: Equatable, Sendable {
  /// Channels, rows and columns of every image.
  public let shape: ImageShape
  /// The number of classes; every label is below it.
  public let classes: Int
  /// `count` × channels × rows × columns bytes, 0 (black) to 255, image after image, plane after plane.
  public let pixels: ByteStore
  /// One label an image.
  public let labels: [UInt8]

  /// - Throws: `DatasetError.malformed` if pixels and labels disagree in count or a label is out of range.
  ///   `source` names where they come from.
  public init(shape: ImageShape, classes: Int, pixels: ByteStore, labels: [UInt8], source: String) throws {
    guard pixels.count == labels.count * shape.size else {
      throw DatasetError.malformed(
        file: source, place: "\(labels.count) labels",
        reason: "expected \(labels.count * shape.size) pixels of \(shape) images, found \(pixels.count)")
    }
    if let record = labels.firstIndex(where: { Int($0) >= classes }) {
      throw DatasetError.malformed(
        file: source, place: "record \(record)", reason: "label \(labels[record]) out of range, expected 0 to \(classes - 1)")
    }
    self.shape = shape
    self.classes = classes
    self.pixels = pixels
    self.labels = labels
  }

  /// The same of pixels in an array.
  public init(shape: ImageShape, classes: Int, pixels: [UInt8], labels: [UInt8], source: String) throws {
    try self.init(shape: shape, classes: classes, pixels: ByteStore(pixels), labels: labels, source: source)
  }

  /// More images than any data set read here has: the most that a file may claim or unfold to.
  static let greatestCount = 1_000_000

  /// No images: the part of a data set that was not asked for.
  public init(noneOf shape: ImageShape, classes: Int) {
    self.shape = shape
    self.classes = classes
    pixels = ByteStore([])
    labels = []
  }

  /// The number of images.
  public var count: Int { labels.count }
}
