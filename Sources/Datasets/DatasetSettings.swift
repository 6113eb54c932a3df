import Kernels

/// Rows and columns of an image.
public struct ImageSize: Equatable, Sendable {
  /// Pixels from top to bottom.
  public var rows: Int
  /// Pixels from left to right.
  public var columns: Int
  /// A size in pixels.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// Which images of a class are taken where not all are.
public enum ImageSelection: String, CaseIterable, Sendable {
  /// Drawn by the seed.
  case random
  /// The first in the order of the file, and for validation the last: the sets of many publications.
  case first
}

/// Which data a run uses and how they are prepared: the `data` section of a configuration.
public struct DatasetSettings: Equatable, Sendable {
  /// Which data set is read, or drawn.
  public var name: DatasetName
  /// The only folder to look in; nil takes the search path.
  public var folder: String?
  /// The classes that are kept, by their labels in the files, and counted anew in this order; none: all.
  public var only: [Int] = []
  /// At most this many training images, after the validation images are held out; nil takes all.
  public var limit: Int?
  /// Exactly this many training images of every class, after the validation images are held out; nil takes all.
  public var limitPerClass: Int? = nil
  /// Exactly this many test images of every class; nil takes all.
  public var testPerClass: Int? = nil
  /// Which of a class `limit`, `limitPerClass`, `testPerClass` and `validation` take.
  public var selection: ImageSelection = .random
  /// Images are averaged down, or framed in zeros, to so many pixels; nil leaves them as they are.
  public var size: ImageSize? = nil
  /// How many training images are held out for validation.
  public var validation: Int
  /// nil takes the data set's own, `DatasetDescription.normalisation`.
  public var normalisation: Normalisation?
  /// Applied to training images only.
  public var augmentation: Augmentation
  /// What to draw if `name` is `synthetic`; no matter else.
  public var synthetic: SyntheticSettings
  /// Where the data are if `name` is `files`; no matter else.
  public var files = FilesSettings(train: "")

  /// All images of `name` from the search path, unless arguments say otherwise.
  public init(
    name: DatasetName, folder: String? = nil, limit: Int? = nil, validation: Int = 0, normalisation: Normalisation? = nil,
    augmentation: Augmentation = Augmentation(), synthetic: SyntheticSettings = SyntheticSettings()
  ) {
    self.name = name
    self.folder = folder
    self.limit = limit
    self.validation = validation
    self.normalisation = normalisation
    self.augmentation = augmentation
    self.synthetic = synthetic
  }

  /// What is known of the data set without reading its files, of the classes that are kept.
  public var description: DatasetDescription { fileDescription.keeping(only) }

  /// The same of all that the files hold.
  var fileDescription: DatasetDescription { DatasetDescription.of(name, synthetic: synthetic, files: files, size: size) }

  /// The shape of its images, known without reading its files.
  public var shape: ImageShape {
    let shape = description.shape
    return size.map { ImageShape(channels: shape.channels, rows: $0.rows, columns: $0.columns) } ?? shape
  }

  /// Whether the network predicts numbers, and no classes.
  public var predictsNumbers: Bool { name == .files && files.predictsNumbers }

  /// The number of its classes, or of the numbers to predict, known without reading its files.
  public var classes: Int { description.classes }

  /// Checks what can be checked without reading the files.
  /// - Throws: `DatasetError.setting`.
  public func validate() throws {
    if name == .synthetic { try synthetic.validate() }
    if name == .files { try files.validate() }
    guard name != .files || folder == nil else {
      throw DatasetError.setting(key: "folder", reason: "data.files names each file with its folder; leave this out")
    }
    try fileDescription.checkSelection(only)
    if validation < 0 {
      throw DatasetError.setting(key: "validation", reason: "expected 0 or more, found \(validation)")
    }
    if let limit, limit < 1 {
      throw DatasetError.setting(key: "limit", reason: "expected 1 or more, found \(limit)")
    }
    for (key, number) in [("limitPerClass", limitPerClass), ("testPerClass", testPerClass)] {
      if let number, number < 1 { throw DatasetError.setting(key: key, reason: "expected 1 or more, found \(number)") }
    }
    if predictsNumbers, limitPerClass != nil || testPerClass != nil {
      throw DatasetError.setting(
        key: limitPerClass != nil ? "limitPerClass" : "testPerClass",
        reason: "there are no classes, but numbers to predict (data.files.targets); use data.limit")
    }
    if limit != nil, limitPerClass != nil {
      throw DatasetError.setting(key: "limitPerClass", reason: "expected either limit or limitPerClass, found both")
    }
    if let size, !(1...4096).contains(size.rows) || !(1...4096).contains(size.columns) {
      throw DatasetError.setting(key: "size", reason: "expected 1 to 4096 a side, found \(size.rows)×\(size.columns)")
    }
    try normalisation?.validate(channels: shape.channels)
    try augmentation.validate(for: shape)
  }
}
