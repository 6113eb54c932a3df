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
  /// Numbers to predict in the place of classes: the names of their columns or arrays; empty where there are classes.
  public var targets: [String]
  /// How they are normalised, one number a target; nil for mean 0 and deviation 1 over the training part.
  public var targetNormalisation: TargetScale?
  /// Of an image; nil for that of the files.
  public var shape: ImageShape?
  /// In the order of the network's outputs; empty for those found in the training part. Of numbers to predict, what they are called.
  public var classNames: [String]
  /// By which the files' numbers are divided; nil for 255 where they are bytes or look so, else 1.
  public var scale: Float?
  /// Whether the images have labels or targets; without, all are of the first class, or to be 0.
  package var isLabelled = true
  /// Whether arrays of the file may be called as they like, as long as it is clear which is meant: those of images to be evaluated.
  package var takesAnyName = false
  /// What the array of images is called in the training file, where its name is not a usual one.
  var trainedImages: String?

  /// Everything else as it is by default: found in the files.
  public init(train: String, test: String? = nil) {
    (self.train, self.test) = (train, test)
    (trainLabels, testLabels, images, labels, shape, scale) = (nil, nil, nil, nil, nil, nil)
    testShare = 0
    classNames = []
    targets = []
    targetNormalisation = nil
  }

  /// Whether everything is known without reading the files.
  var isSurveyed: Bool {
    shape != nil && !classNames.isEmpty && scale != nil && (targetNormalisation != nil || !predictsNumbers)
  }

  /// Whether there are numbers to predict, and no classes.
  public var predictsNumbers: Bool { !targets.isEmpty }

  /// What the features of a table are called, in the order in which a network sees them; none where nothing is known of that.
  package var featureNames: [String] { TableFile.featureNames(self) }

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
    guard predictsNumbers else {
      return try require(classNames.count >= 2, "classNames", "expected two classes or more, found \(classNames)")
    }
    try require(Set(targets).count == targets.count, "targets", "a name occurs twice")
    try require(labels == nil, "labels", "names a column of classes, and data.files.targets numbers to predict; leave one out")
    let scale = targetNormalisation ?? TargetScale(mean: [], deviation: [])
    try require(
      scale.mean.count == classNames.count && scale.deviation.count == classNames.count, "targetNormalisation",
      "expected \(classNames.count) numbers for mean and deviation, one a target, found \(scale.mean.count) and "
        + "\(scale.deviation.count)")
    try require(
      scale.mean.allSatisfy(\.isFinite) && scale.deviation.allSatisfy { $0 > 0 && $0.isFinite }, "targetNormalisation",
      "expected finite means, and deviations above 0")
  }
}

/// `(y − mean) / deviation`, number by number: what a network sees of the numbers that it is to predict.
public struct TargetScale: Equatable, Sendable {
  /// One a number, in its own units.
  public var mean: [Double]
  /// One a number, in its own units, greater than zero.
  public var deviation: [Double]

  /// One mean and one deviation for each number.
  public init(mean: [Double], deviation: [Double]) {
    self.mean = mean
    self.deviation = deviation
  }
}

extension DatasetSettings {
  /// The same preparation of other images, which become the test part.
  ///
  /// - Parameters:
  ///   - images: a file or a folder, as `FilesSettings.test`.
  ///   - labels: a file for their labels alone.
  ///   - isLabelled: whether they have labels; without, all are of the first class.
  ///   - array, labelArray: the names of the arrays, or of the column of labels.
  package func with(
    test images: String, labels: String? = nil, isLabelled: Bool = true, array: String? = nil, labelArray: String? = nil
  ) -> DatasetSettings {
    var result = self
    let known = description
    result.files = FilesSettings(train: name == .files ? files.train : "", test: images)
    result.files.testLabels = labels
    result.files.isLabelled = isLabelled
    result.files.classNames = known.classNames
    result.files.scale = name == .files ? files.scale : 255
    result.files.takesAnyName = true
    (result.files.images, result.files.trainedImages) = (array, name == .files ? files.images : nil)
    result.files.labels = labelArray ?? (name == .files ? files.labels : nil)
    if predictsNumbers {
      (result.files.targets, result.files.targetNormalisation) = (files.targets, files.targetNormalisation)
      result.files.labels = nil
      if let labelArray { result.files.targets = [labelArray] }
    }
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
    if files.predictsNumbers {
      guard let targets = survey.targets else {
        throw DatasetError.setting(key: "files.targets", reason: "\(survey.source) has no targets")
      }
      let all = Array(repeating: 0, count: targets.count)
      let rows = try files.testShare > 0 ? FilesReader.split(all, testShare: files.testShare).training : Array(all.indices)
      if files.classNames.isEmpty { result.files.classNames = targets.names }
      result.files.targetNormalisation = files.targetNormalisation ?? targets.scale(over: rows)
    } else if files.classNames.isEmpty {
      result.files.classNames = try survey.labels.classNames()
    }
    result.files.scale = files.scale ?? survey.values.scale(shape: survey.shape)
    return result
  }
}
