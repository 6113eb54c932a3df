import Kernels

/// The idx format of MNIST: a big-endian header (magic number, then the extent of each dimension), then the bytes.
///
/// The magic number is `00 00 type dimensions`; type 8 is an unsigned byte. Source: LeCun, Cortes & Burges, "The MNIST database".
public struct IdxReader: DatasetReader {
  /// A reader of the four files of MNIST and of the data sets that took over its names.
  public init() {}

  public func files(_ part: DatasetPart) -> [String] {
    switch part {
    case .train: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
    case .test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    }
  }

  public func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    let paths = files(part).map { "\(folder)/\($0)" }
    let images = try Self.readArray(paths[0], itemShape: [shape.rows, shape.columns], what: "images")
    let labels = try Self.readArray(paths[1], itemShape: [], what: "labels")
    guard images.count == labels.count else {
      throw DatasetError.malformed(
        file: labels.path, place: "byte 4",
        reason: "\(labels.count) labels for \(images.count) images in \(images.path)")
    }
    if let record = labels.bytes.firstIndex(where: { Int($0) >= classes }) {
      throw DatasetError.malformed(
        file: labels.path, place: "byte \(8 + record), record \(record)",
        reason: "label \(labels.bytes[record]) out of range, expected 0 to \(classes - 1)")
    }
    return try LabelledImages(
      shape: shape, classes: classes, pixels: images.bytes, labels: labels.bytes, source: images.path)
  }

  /// Reads a file of `count` items, each of `itemShape` bytes.
  private static func readArray(
    _ path: String, itemShape: [Int], what: String
  ) throws -> (path: String, count: Int, bytes: [UInt8]) {
    let file = try DatasetFile(path: path)
    let dimensions = 1 + itemShape.count
    let magic = bigEndian(try file.read(4, what: "the idx magic number")[...])
    let expected = 0x0800 + dimensions
    guard magic == expected else {
      throw DatasetError.malformed(
        file: file.path, place: "byte 0", reason: "magic number \(hex(magic)), expected \(hex(expected)) (idx, \(what))")
    }
    let header = try file.read(4 * dimensions, what: "the idx dimensions")
    let extents = (0..<dimensions).map { bigEndian(header[4 * $0..<4 * $0 + 4]) }
    guard Array(extents.dropFirst()) == itemShape else {
      throw DatasetError.malformed(
        file: file.path, place: "byte 8",
        reason: "items of \(extents.dropFirst().map(String.init).joined(separator: "×")), "
          + "expected \(itemShape.map(String.init).joined(separator: "×"))")
    }
    guard (1...LabelledImages.greatestCount).contains(extents[0]) else {
      throw DatasetError.malformed(
        file: file.path, place: "byte 4",
        reason: "the header claims \(extents[0]) \(what), expected 1 to \(LabelledImages.greatestCount)")
    }
    let size = extents[0] * itemShape.reduce(1, *)
    try checkSize(of: file, content: size, header: 4 + header.count, what: "\(extents[0]) \(what)")
    let bytes = try file.read(size, what: what)
    try file.expectEnd()
    return (file.path, extents[0], bytes)
  }

  /// Compares what the header claims with the size of the file, before memory is taken.
  private static func checkSize(of file: DatasetFile, content: Int, header: Int, what: String) throws {
    let claimed = header + content
    if file.isCompressed ? claimed <= file.greatestSize : claimed == file.sizeOnDisk { return }
    let kind = claimed > file.greatestSize ? "truncated" : "too long"
    throw DatasetError.malformed(
      file: file.path, place: "byte 4",
      reason: "\(kind): the header claims \(what), \(claimed) bytes in all, the file has \(file.sizeOnDisk)"
        + (file.isCompressed ? " compressed" : ""))
  }

  /// A 32-bit big-endian number. It fits an `Int`, and so does the product of one with the size of an image.
  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  private static func hex(_ value: Int) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: max(8 - digits.count, 0)) + digits
  }
}
