import Kernels

/// Data in files of the user's own: the `data.files` section of a configuration.
///
/// What is not said of them, shape, class names and scale, a survey finds in the training part (`surveyed`), and the resolved configuration
/// says it from then on.
public struct FilesSettings: Equatable, Sendable {
  /// A file of arrays (`.npz`, `.npy`, `.safetensors`, idx), a table (CSV), or a folder with a folder of pictures for each class.
  public var train: String
  /// A file for the labels alone; nil where they are with the images.
  public var trainLabels: String?
  /// The test part; nil where the training file holds it too, or a share is held out.
  public var test: String?
  /// A file for the labels of the test part alone.
  public var testLabels: String?
  /// The share of the training file that is the test part where there is no other.
  public var testShare: Double
  /// The name of the array of images; nil for the usual names.
  public var images: String?
  /// The name of the array, or the column, of labels; nil for the usual names.
  public var labels: String?
  /// Of an image; nil for that of the files.
  public var shape: ImageShape?
  /// In the order of the network's outputs; empty for those found in the training part.
  public var classNames: [String]
  /// By which the files' numbers are divided; nil for 255 where they are bytes or look so, else 1.
  public var scale: Float?
  /// Whether the images have labels; without, all are of the first class.
  package var isLabelled = true

  /// Everything else as it is by default: found in the files.
  public init(train: String, test: String? = nil) {
    (self.train, self.test) = (train, test)
    (trainLabels, testLabels, images, labels, shape, scale) = (nil, nil, nil, nil, nil, nil)
    testShare = 0
    classNames = []
  }

  /// Whether everything is known without reading the files.
  var isSurveyed: Bool { shape != nil && !classNames.isEmpty && scale != nil }

  /// The most classes that a data set may have.
  static let greatestClasses = 1 << 16

  /// - Throws: `DatasetError.setting` if a setting cannot be.
  func validate() throws {
    func require(_ condition: Bool, _ key: String, _ reason: @autoclosure () -> String) throws {
      guard condition else { throw DatasetError.setting(key: key.isEmpty ? "files" : "files.\(key)", reason: reason()) }
    }
    try require(!train.isEmpty || (test != nil && isSurveyed), "train", "names no file, expected the training images")
    try require(test == nil || testShare == 0, "testShare", "expected 0 beside files.test, found \(testShare)")
    try require(testShare >= 0 && testShare < 1, "testShare", "expected 0 to below 1, found \(testShare)")
    try require(scale.map { $0 > 0 && $0.isFinite } ?? true, "scale", "expected a number above 0")
    try require(Set(classNames).count == classNames.count, "classNames", "a name occurs twice")
    try require(classNames.count <= Self.greatestClasses, "classNames", "expected at most \(Self.greatestClasses) names")
    try require(isSurveyed, "", "shape, class names and scale are not known yet; train with it once, or write them here")
    try require(classNames.count >= 2, "classNames", "expected two classes or more, found \(classNames)")
  }
}

extension DatasetSettings {
  /// The same preparation of other images, which become the test part.
  ///
  /// - Parameters:
  ///   - images: a file or a folder, as `FilesSettings.test`.
  ///   - labels: a file for their labels alone.
  ///   - isLabelled: whether they have labels; without, all are of the first class.
  package func with(test images: String, labels: String? = nil, isLabelled: Bool = true) -> DatasetSettings {
    var result = self
    let known = description
    result.files = FilesSettings(train: name == .files ? files.train : "", test: images)
    result.files.testLabels = labels
    result.files.isLabelled = isLabelled
    result.files.classNames = known.classNames
    result.files.scale = name == .files ? files.scale : 255
    result.files.images = name == .files ? files.images : nil
    result.files.labels = name == .files ? files.labels : nil
    // Arrays have the shape that the network sees; pictures are brought to it.
    result.files.shape = shape
    result.size = ImageSize(rows: shape.rows, columns: shape.columns)
    result.normalisation = normalisation ?? known.normalisation
    (result.name, result.folder, result.limit, result.limitPerClass, result.testPerClass) = (.files, nil, nil, nil, nil)
    return result
  }

  /// The same settings with what the training files say of shape, classes and scale. Reads them unless all of it is known.
  ///
  /// - Throws: `DatasetError`, as reading them does.
  package func surveyed() throws -> DatasetSettings {
    guard name == .files, !files.isSurveyed else { return self }
    guard !files.train.isEmpty else {
      throw DatasetError.setting(key: "files.train", reason: "names no file, expected the training images")
    }
    var result = self
    let survey = try OwnImages.survey(files)
    result.files.shape = files.shape ?? survey.shape
    if files.classNames.isEmpty { result.files.classNames = try survey.labels.classNames() }
    result.files.scale = files.scale ?? survey.values.scale(shape: survey.shape)
    return result
  }
}
