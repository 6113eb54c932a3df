import Kernels

/// The data sets that can be read, under the names that a configuration uses.
///
/// To add one: a case here, an entry in `DatasetDescription.of`, and a `DatasetReader` if its format is new.
public enum DatasetName: String, CaseIterable, Sendable {
  /// 32×32 colour photographs of 10 classes (Krizhevsky 2009).
  case cifar10
  /// 32×32 colour photographs, with the 100 fine labels (Krizhevsky 2009).
  case cifar100
  /// 28×28 grey handwritten digits (LeCun, Bottou, Bengio & Haffner 1998).
  case mnist
  /// 28×28 grey photographs of clothing, 10 classes (Xiao, Rasul & Vollgraf 2017).
  case fashionMNIST = "fashion-mnist"
  /// The user's own, in files that `FilesSettings` names.
  case files
  /// Patterns drawn by the program itself, for tests and dry runs: see `SyntheticSettings`.
  case synthetic
}

/// The two published halves of a data set.
public enum DatasetPart: String, CaseIterable, Sendable {
  /// What may be learned from (and a validation set held out of).
  case train
  /// What chooses nothing and is reported once.
  case test
}

/// What is known of a data set without reading its files, and how to find and read them.
public struct DatasetDescription: Sendable {
  /// The name by which a configuration asks for it.
  public let name: DatasetName
  /// Of every image.
  public let shape: ImageShape
  /// The number of classes; labels are 0 … `classes` − 1.
  public let classes: Int
  /// One a class, in the order of the labels.
  public let classNames: [String]
  /// How its pixels are normalised unless the configuration says otherwise.
  public let normalisation: Normalisation
  /// The folder names under which copies of it are found: this project's, and those of torchvision.
  public let folders: [String]
  /// The system package that installs it, if there is one.
  public let package: String?
  /// Of the form in which the data set is published.
  public let reader: any DatasetReader
  /// Of other forms in which people have the data set.
  var otherReaders: [any DatasetReader] = []

  /// The description of `name`; a synthetic data set is described by its settings.
  ///
  /// - Parameters:
  ///   - files, size: of data in the user's own files, and to what they are brought.
  public static func of(
    _ name: DatasetName, synthetic: SyntheticSettings = SyntheticSettings(), files: FilesSettings = FilesSettings(train: ""),
    size: ImageSize? = nil
  ) -> DatasetDescription {
    switch name {
    case .cifar10: cifar10
    case .cifar100: cifar100
    case .mnist: mnist
    case .fashionMNIST: fashionMNIST
    case .files: own(files, size: size)
    case .synthetic: drawn(synthetic)
    }
  }

  /// How to get the data, for messages.
  public var remedy: String {
    let script = "get it with: scripts/fetch-data \(name.rawValue)"
    return package.map { "\(script)\nor: apt-get install \($0)" } ?? script
  }

  private static let cifar10 = DatasetDescription(
    name: .cifar10, shape: ImageShape(channels: 3, rows: 32, columns: 32), classes: 10,
    classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    normalisation: .cifar10, folders: ["cifar-10-batches-bin", "cifar-10-batches-py"], package: nil, reader: CIFARReader.cifar10,
    otherReaders: [PythonBatchReader.cifar10])

  private static let cifar100 = DatasetDescription(
    name: .cifar100, shape: ImageShape(channels: 3, rows: 32, columns: 32), classes: 100, classNames: cifar100ClassNames,
    normalisation: .cifar100, folders: ["cifar-100-binary", "cifar-100-python"], package: nil, reader: CIFARReader.cifar100,
    otherReaders: [PythonBatchReader.cifar100])

  private static let mnist = DatasetDescription(
    name: .mnist, shape: ImageShape(channels: 1, rows: 28, columns: 28), classes: 10, classNames: (0...9).map(String.init),
    normalisation: .unit(channels: 1), folders: ["mnist", "MNIST/raw", "MNIST"], package: nil, reader: IdxReader(),
    otherReaders: [TableReader(train: "mnist_train.csv", test: "mnist_test.csv")])

  private static let fashionMNIST = DatasetDescription(
    name: .fashionMNIST, shape: ImageShape(channels: 1, rows: 28, columns: 28), classes: 10,
    classNames: [
      "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ],
    normalisation: .unit(channels: 1), folders: ["fashion-mnist", "FashionMNIST/raw", "FashionMNIST", "fashionmnist"],
    package: "dataset-fashion-mnist", reader: IdxReader(),
    otherReaders: [TableReader(train: "fashion-mnist_train.csv", test: "fashion-mnist_test.csv")])

  private static func own(_ settings: FilesSettings, size: ImageSize?) -> DatasetDescription {
    let shape = settings.shape ?? ImageShape(channels: 1, rows: 1, columns: 1)
    return DatasetDescription(
      name: .files, shape: shape, classes: settings.classNames.count, classNames: settings.classNames,
      normalisation: .unit(channels: shape.channels), folders: [], package: nil, reader: FilesReader(settings, size: size))
  }

  private static func drawn(_ settings: SyntheticSettings) -> DatasetDescription {
    DatasetDescription(
      name: .synthetic, shape: settings.shape, classes: settings.classes,
      classNames: (0..<max(settings.classes, 0)).map { "pattern \($0)" },
      normalisation: .unit(channels: max(settings.shape.channels, 0)), folders: [], package: nil,
      reader: SyntheticReader(settings))
  }
}
