import Kernels

/// Images of one shape with their class labels, or numbers to predict, as the files hold them.
public struct LabelledImages: Equatable, Sendable {
  /// Channels, rows and columns of every image.
  public let shape: ImageShape
  /// The number of classes; every label is below it. Of numbers to predict, how many an image has.
  public let classes: Int
  /// `count` × channels × rows × columns pixels, image after image, plane after plane: bytes from 0 (black) to 255, or numbers.
  public let pixels: ByteStore
  /// What each of them is.
  public let pixelType: PixelType
  /// One label an image; all are 0 where there are numbers to predict.
  public let labels: [Int]
  /// `count` × `classes` numbers to predict, image after image; none where there are classes.
  public let targets: [Double]

  /// What a pixel is.
  public enum PixelType: Sendable {
    /// From 0 (black) to 255; normalised as a share of 255.
    case byte
    /// A 32-bit number, normalised as it is (`ByteStore.float`).
    case float

    /// Bytes of a pixel.
    var size: Int { self == .byte ? 1 : 4 }
  }

  /// - Throws: `DatasetError.malformed` if pixels and labels disagree in count or a label is out of range.
  ///   `source` names where they come from.
  public init(
    shape: ImageShape, classes: Int, pixels: ByteStore, pixelType: PixelType = .byte, labels: [Int],
    targets: [Double] = [], source: String
  ) throws {
    guard pixels.count == labels.count * shape.size * pixelType.size else {
      throw DatasetError.malformed(
        file: source, place: "\(labels.count) labels",
        reason: "expected \(labels.count * shape.size) pixels of \(shape) images, found \(pixels.count / pixelType.size)")
    }
    if let record = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw DatasetError.malformed(
        file: source, place: "record \(record)", reason: "label \(labels[record]) out of range, expected 0 to \(classes - 1)")
    }
    guard targets.isEmpty || targets.count == labels.count * classes else {
      throw DatasetError.malformed(
        file: source, place: "\(labels.count) images",
        reason: "expected \(labels.count * classes) numbers to predict, found \(targets.count)")
    }
    self.shape = shape
    self.classes = classes
    self.pixels = pixels
    self.pixelType = pixelType
    self.labels = labels
    self.targets = targets
  }

  /// The same of bytes in an array, with labels of any type of whole numbers.
  ///
  /// - Throws: `DatasetError` if the numbers of pixels, labels and images disagree or a label is no class.
  public init(shape: ImageShape, classes: Int, pixels: [UInt8], labels: [some BinaryInteger], source: String) throws {
    try self.init(shape: shape, classes: classes, pixels: ByteStore(pixels), labels: labels.map { Int($0) }, source: source)
  }

  /// More images than any data set read here has: the most that a file may claim or unfold to.
  static let greatestCount = 1_000_000

  /// No images: the part of a data set that was not asked for.
  public init(noneOf shape: ImageShape, classes: Int) {
    self.shape = shape
    self.classes = classes
    pixels = ByteStore([])
    pixelType = .byte
    labels = []
    targets = []
  }

  /// The number of images.
  public var count: Int { labels.count }
}
