import Kernels

/// The Python version of CIFAR, which torchvision keeps: pickles of a dictionary with an array of images and a list of labels.
///
/// Source: Krizhevsky's own page of the data. The pickles are read as data (`Pickle`).
struct PythonBatchReader: DatasetReader {
  private let train: [String]
  private let test: [String]
  /// The key of the labels.
  private let labels: String

  init(train: [String], test: [String], labels: String) {
    (self.train, self.test, self.labels) = (train, test, labels)
  }

  static let cifar10 = PythonBatchReader(train: (1...5).map { "data_batch_\($0)" }, test: ["test_batch"], labels: "labels")
  static let cifar100 = PythonBatchReader(train: ["train"], test: ["test"], labels: "fine_labels")

  /// A batch of the official files has 31 MB, CIFAR-100's training part 155 MB.
  private static let greatestSize = 1 << 29

  func files(_ part: DatasetPart) -> [String] { part == .train ? train : test }

  func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for name in files(part) {
      let file = try DatasetFile(path: "\(folder)/\(name)")
      let batch = try batch(of: file, imageSize: shape.size)
      let range = 0..<classes
      if let record = batch.labels.firstIndex(where: { !range.contains($0) }) {
        throw DatasetError.malformed(
          file: file.path, place: "record \(record)",
          reason: "label \(batch.labels[record]) out of range, expected 0 to \(classes - 1)")
      }
      pixels += batch.pixels
      labels += batch.labels.map { UInt8($0) }
    }
    return try LabelledImages(shape: shape, classes: classes, pixels: pixels, labels: labels, source: folder)
  }

  private func batch(of file: DatasetFile, imageSize: Int) throws -> (pixels: [UInt8], labels: [Int]) {
    func failure(_ place: String, _ reason: String) -> DatasetError { .malformed(file: file.path, place: place, reason: reason) }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 20)
    while case let found = try file.readRecord(into: &part), found > 0 {
      content += part.prefix(found)
      guard content.count <= Self.greatestSize else { throw failure("byte 0", "more than \(Self.greatestSize) bytes") }
    }
    let value: Pickle.Value
    do {
      value = try Pickle.value(of: content)
    } catch let damage as Pickle.Damage {
      throw failure("byte \(damage.place)", "not a pickle of images: \(damage.reason)")
    }
    guard let array = value["data"], case .list(let list)? = value[self.labels] else {
      throw failure("byte 0", "expected a dictionary with `data` and `\(self.labels)`")
    }
    guard let pixels = Self.pixels(of: array, imageSize: imageSize) else {
      throw failure("`data`", "expected an array of bytes, N × \(imageSize) in row-major order")
    }
    let labels = list.items.compactMap(\.integer)
    guard labels.count == list.items.count, labels.count * imageSize == pixels.count, !labels.isEmpty else {
      throw failure(
        "`\(self.labels)`", "\(list.items.count) labels for \(pixels.count / imageSize) images, expected as many whole numbers")
    }
    return (pixels, labels)
  }

  /// The bytes of a NumPy array: what `_reconstruct` would make, with the state (version, shape, type, column-major, bytes).
  private static func pixels(of value: Pickle.Value, imageSize: Int) -> [UInt8]? {
    guard case .object(let array) = value, Pickle.reconstruct.contains(array.global), case .tuple(let state)? = array.state,
      state.count == 5, case .tuple(let shape) = state[1], shape.count == 2, let count = shape[0].integer, count >= 0,
      count <= LabelledImages.greatestCount, shape[1].integer == imageSize, case .object(let type) = state[2],
      type.global == "numpy dtype", type.arguments.first?.bytes == Array("u1".utf8), state[3].integer == 0,
      let bytes = state[4].bytes, bytes.count == count * imageSize
    else { return nil }
    return bytes
  }
}
