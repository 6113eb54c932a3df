import Kernels

/// Images that the program draws itself: one pattern a class, and noise on every image.
public struct SyntheticSettings: Equatable, Sendable {
  /// Channels, rows and columns of every image.
  public var shape: ImageShape
  /// 2 to 256.
  public var classes: Int
  /// Training images.
  public var train: Int
  /// Test images.
  public var test: Int
  /// The half-width of the uniform noise, as a share of the full range (0 to 1).
  public var noise: Float
  /// Seed of the patterns and the noise; independent of the run's seed.
  public var seed: UInt64

  /// Small images by default: 512 of 1×8×8 in 4 classes, which a network learns in seconds.
  public init(
    shape: ImageShape = ImageShape(channels: 1, rows: 8, columns: 8), classes: Int = 4, train: Int = 512, test: Int = 128,
    noise: Float = 0.25, seed: UInt64 = 0
  ) {
    self.shape = shape
    self.classes = classes
    self.train = train
    self.test = test
    self.noise = noise
    self.seed = seed
  }

  /// More pixels than a test needs.
  static let greatestSize = 1 << 30

  /// - Throws: `DatasetError.setting` if a number is out of range.
  public func validate() throws {
    try require(shape.channels, in: 1...65_536, key: "channels")
    try require(shape.rows, in: 1...4096, key: "rows")
    try require(shape.columns, in: 1...4096, key: "columns")
    guard shape.size <= Self.greatestSize else {
      throw DatasetError.setting(
        key: "synthetic", reason: "expected images of at most \(Self.greatestSize) pixels, found \(shape)")
    }
    try require(classes, in: 2...256, key: "classes")
    try require(train, in: 1...(Self.greatestSize / shape.size), key: "train")
    try require(test, in: 0...(Self.greatestSize / shape.size), key: "test")
    guard noise >= 0, noise <= 1 else {
      throw DatasetError.setting(key: "synthetic.noise", reason: "expected 0 to 1, found \(noise)")
    }
  }

  private func require(_ value: Int, in range: ClosedRange<Int>, key: String) throws {
    guard range.contains(value) else {
      throw DatasetError.setting(
        key: "synthetic.\(key)", reason: "expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
  }
}

/// Draws the images of `SyntheticSettings`; it has no files.
///
/// Image `i` is of class `i mod classes`: the class's pattern of random grey blocks, a quarter of the image wide, plus uniform
/// noise that depends on (seed, part, `i`) alone.
public struct SyntheticReader: DatasetReader {
  private let settings: SyntheticSettings

  /// A reader of the images that `settings` describe.
  public init(_ settings: SyntheticSettings) { self.settings = settings }

  public func files(_ part: DatasetPart) -> [String] { [] }

  public func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    try settings.validate()
    let patterns = (0..<classes).map { pattern(class: $0) }
    let count = part == .train ? settings.train : settings.test
    let noise = Philox(seed: settings.seed, .syntheticNoise)
    var pixels = [UInt8]()
    pixels.reserveCapacity(count * shape.size)
    for image in 0..<count {
      var random = noise.sequence(UInt32(truncatingIfNeeded: image), part == .train ? 0 : 1)
      for level in patterns[image % classes] {
        let value = level + (2 * random.uniform() - 1) * settings.noise
        pixels.append(UInt8(min(max(value, 0), 1) * 255))
      }
    }
    return try LabelledImages(
      shape: shape, classes: classes, pixels: pixels, labels: (0..<count).map { UInt8($0 % classes) }, source: "synthetic")
  }

  /// Levels in [0, 1], in channel planes.
  private func pattern(class label: Int) -> [Float] {
    let shape = settings.shape
    let generator = Philox(seed: settings.seed, .syntheticPattern)
    let (blockRows, blockColumns) = ((shape.rows + 3) / 4, (shape.columns + 3) / 4)
    return (0..<shape.channels).flatMap { channel in
      (0..<shape.planeSize).map { place in
        let block = (place / shape.columns / blockRows) * 4 + place % shape.columns / blockColumns
        let word = generator.block(SIMD4(UInt32(block), UInt32(channel), UInt32(label), 0)).x
        return Float(word >> 8) * 0x1p-24
      }
    }
  }
}
