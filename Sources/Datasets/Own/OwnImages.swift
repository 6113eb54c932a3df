import Files
import Foundation
import Host
import Kernels

/// One part of the user's own data as its files hold it, before the labels are numbered.
struct OwnImages {
  /// Pixels or numbers, image after image, plane after plane.
  enum Values {
    case bytes([UInt8])
    case numbers([Float])
    /// Known to be bytes, and not read yet.
    case none
  }

  var shape: ImageShape
  var values: Values
  var labels: OwnLabels
  /// Numbers to predict in the place of labels.
  var targets: OwnTargets? = nil
  /// The file of the images, for messages.
  var source: String

  var count: Int { labels.words.count }

  /// What the training part is, without reading more pictures than one.
  static func survey(_ settings: FilesSettings) throws -> OwnImages {
    let path = settings.train
    if UserPath.isFolder(path), settings.trainLabels == nil, !settings.predictsNumbers {
      return try PictureFolder(path).survey(settings)
    }
    return try read(.train, settings)
  }

  /// A part, whole.
  ///
  /// - Parameter size: to which pictures are brought.
  static func read(_ part: DatasetPart, _ settings: FilesSettings, size: ImageSize? = nil) throws -> OwnImages {
    let path = part == .train ? settings.train : settings.test ?? settings.train
    guard !path.isEmpty else { throw DatasetError.setting(key: "files.\(part.rawValue)", reason: "names no file") }
    let labels = part == .train ? settings.trainLabels : settings.testLabels
    if UserPath.isFolder(path) {
      guard !settings.predictsNumbers || !settings.isLabelled else {
        throw DatasetError.setting(
          key: "files.targets",
          reason: "\(path) is a folder of pictures, which has classes and no numbers; write pixels and targets into an .npz file")
      }
      guard labels == nil else {
        throw DatasetError.setting(
          key: "files.\(part.rawValue)Labels",
          reason:
            "\(path) is a folder of pictures, whose classes are the names of the folders in it; leave the file of labels out")
      }
      return try PictureFolder(path, isLabelled: settings.isLabelled).read(settings, size: size)
    }
    return try unwrapped(path) {
      if try OwnFile.isTable(path) {
        return try TableFile(path, labels: settings.labels, targets: settings.targets).images(part, settings, labels: labels)
      }
      return try ArrayFile(path).images(part, settings, labels: labels)
    }
  }

  /// Whether the test part is in the training file.
  static func holdsTest(_ settings: FilesSettings) throws -> Bool {
    guard settings.test == nil, !UserPath.isFolder(settings.train) else { return false }
    return try unwrapped(settings.train) {
      guard try !OwnFile.isTable(settings.train) else { return false }
      return try ArrayFile(settings.train).holdsTest(settings)
    }
  }

  /// What the readers of single formats throw, as an error of data.
  private static func unwrapped<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as FileError {
      throw DatasetError.unreadable(file: error.path, reason: error.reason)
    }
  }
}

extension OwnImages.Values {
  /// What the numbers are to be divided by: bytes by 255, and so numbers that can only be the pixels of images.
  func scale(shape: ImageShape) -> Float {
    switch self {
    case .bytes, .none: 255
    case .numbers(let numbers): shape.planeSize > 1 && areBytes && numbers.contains { $0 > 1 } ? 255 : 1
    }
  }

  /// Whether all are whole numbers from 0 to 255.
  private var areBytes: Bool {
    guard case .numbers(let numbers) = self else { return true }
    return numbers.allSatisfy { $0 >= 0 && $0 <= 255 && $0 == $0.rounded() }
  }

  /// Divided by `scale`: bytes where they can stay bytes, 32-bit numbers elsewhere.
  func store(scale: Float) -> (pixels: ByteStore, type: LabelledImages.PixelType) {
    switch self {
    case .bytes(let bytes) where scale == 255: (ByteStore(bytes), .byte)
    case .bytes(let bytes): (ByteStore(floats: bytes.map { Float($0) / scale }), .float)
    case .numbers(let numbers) where scale == 255 && areBytes: (ByteStore(numbers.map { UInt8($0) }), .byte)
    case .numbers(let numbers): (ByteStore(floats: scale == 1 ? numbers : numbers.map { $0 / scale }), .float)
    case .none: (ByteStore([]), .byte)
    }
  }
}

/// The label of every image, as words.
struct OwnLabels {
  var words: [String]
  /// The file they are in, for messages.
  var source: String
  /// Where the label of an image stands in it.
  var place: @Sendable (Int) -> String = { "record \($0)" }

  /// Those of images without labels: all of the first class.
  static func none(_ count: Int, _ settings: FilesSettings, source: String) -> OwnLabels {
    OwnLabels(words: Array(repeating: settings.classNames.first ?? "0", count: count), source: source)
  }

  /// Every word once: by size where all are whole numbers, else by their letters.
  func classNames() throws -> [String] {
    let names = Set(words)
    guard names.count <= FilesSettings.greatestClasses else {
      throw DatasetError.malformed(
        file: source, place: "the labels",
        reason: "\(names.count) different ones, expected at most \(FilesSettings.greatestClasses) classes")
    }
    guard names.count >= 2 else {
      throw DatasetError.malformed(
        file: source, place: "the labels", reason: "all are `\(words.first ?? "")`, expected two classes or more")
    }
    let numbers = names.compactMap { Int($0) }
    return numbers.count == names.count
      ? numbers.sorted().map(String.init) : names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The place of each label among `names`. Whole numbers count names that are none, from 0.
  func numbered(by names: [String]) throws -> [Int] {
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let counts = !names.contains { Int($0) != nil }
    return try words.enumerated().map { record, word in
      if let place = places[word] { return place }
      if counts, let number = Int(word), names.indices.contains(number) { return number }
      let list = names.prefix(12).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 12 ? " …" : "")
      throw DatasetError.malformed(
        file: source, place: place(record),
        reason: "the label `\(word.prefix(40))` is no class of the training images, expected \(list)")
    }
  }
}

/// What every reader of own files needs.
enum OwnFile {
  /// Bytes that the content of a file may have: beside it there will be its array, the numbers of it and their planes.
  static var greatestSize: Int { MemoryLimit.bytesLeft / 4 }

  /// The content, inflated where it is gzipped.
  ///
  /// - Throws: `FileError`.
  static func content(of path: String) throws -> [UInt8] {
    try PackedReader.content(of: path, unpacking: [.gzip], atMost: greatestSize)
  }

  /// The beginning of the content, inflated where it is gzipped; empty where it is damaged, which is reported when all of it is read.
  ///
  /// - Throws: `FileError`.
  static func start(of path: String, bytes: Int) throws -> [UInt8] {
    var start = [UInt8](repeating: 0, count: bytes)
    let reader = try PackedReader(path: path, unpacking: [.gzip], chunk: 1 << 16)
    let found = (try? reader.read(into: &start, count: bytes)) ?? 0
    return Array(start.prefix(found))
  }

  /// Whether a file is a table of text: none of the forms of arrays.
  static func isTable(_ path: String) throws -> Bool {
    let start = try start(of: path, bytes: 8)
    return !(ZipArchive.begins(start) || NumpyArray.begins(start) || IdxArray.begins(start) || path.hasSuffix(".safetensors"))
  }
}
