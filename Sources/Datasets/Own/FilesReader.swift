import Kernels

/// Reads the user's own data as one part or the other.
struct FilesReader: DatasetReader {
  private let settings: FilesSettings
  private let size: ImageSize?

  /// Of the seed from which the held out test images are drawn: the same images whatever the run's seed.
  private static let testSeed: UInt64 = 0

  /// - Parameter size: to which pictures are brought.
  init(_ settings: FilesSettings, size: ImageSize?) {
    (self.settings, self.size) = (settings, size)
  }

  /// None that the search path is searched for: the settings say where they are.
  func files(_ part: DatasetPart) -> [String] { [] }

  func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    if settings.testShare > 0 { return try share(part) }
    guard try part == .train || settings.test != nil || OwnImages.holdsTest(settings) else {
      throw DatasetError.setting(
        key: "files.test",
        reason: "there is no test part; name its file, or hold out a share of the training images with data.files.testShare: 0.2")
    }
    return try labelled(part)
  }

  private func labelled(_ part: DatasetPart) throws -> LabelledImages {
    let images = try OwnImages.read(part, settings, size: size)
    let wanted = size.map { ImageShape(channels: settings.shape?.channels ?? 1, rows: $0.rows, columns: $0.columns) }
    guard let shape = settings.shape, images.shape == shape || images.shape == wanted else {
      throw DatasetError.malformed(
        file: images.source, place: "the images",
        reason: "of \(images.shape), expected \(settings.shape.map { "\($0)" } ?? "a shape") as in the training part")
    }
    let names = settings.classNames
    let store = images.values.store(scale: settings.scale ?? 1)
    // Images without labels have something to predict all the same; nobody is told how far it is off.
    let none = settings.predictsNumbers ? Array(repeating: 0.0, count: images.count * names.count) : []
    return try LabelledImages(
      shape: images.shape, classes: names.count, pixels: store.pixels, pixelType: store.type,
      labels: images.labels.numbered(by: names), targets: images.targets?.values ?? none,
      source: images.source)
  }

  /// The test part is what is held out.
  static func split(_ labels: [Int], testShare: Double) throws -> TrainingSplit {
    try TrainingSplit(
      labels: labels, validation: Int((Double(labels.count) * testShare).rounded()), limit: nil, seed: testSeed)
  }

  /// A share of the training images, class by class, is the test part; the others are the training part.
  private func share(_ part: DatasetPart) throws -> LabelledImages {
    let all = try labelled(.train)
    let split = try Self.split(all.labels, testShare: settings.testShare)
    return try all.selected(part == .train ? split.training : split.validation)
  }
}

extension LabelledImages {
  /// Some of the images, in the order of `places`.
  func selected(_ places: [Int]) throws -> LabelledImages {
    let size = shape.size * pixelType.size
    var bytes: [UInt8] = []
    bytes.reserveCapacity(places.count * size)
    for place in places { bytes += pixels[place * size..<(place + 1) * size] }
    return try LabelledImages(
      shape: shape, classes: classes, pixels: ByteStore(bytes), pixelType: pixelType, labels: places.map { labels[$0] },
      targets: targets.isEmpty ? [] : places.flatMap { targets[$0 * classes..<($0 + 1) * classes] }, source: "selected images")
  }
}
