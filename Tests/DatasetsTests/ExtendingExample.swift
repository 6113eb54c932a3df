import Foundation
import Kernels

@testable import Datasets

/// Text files of grey images: a line an image, its label and then its pixels, with spaces between them.
struct PlainTextReader: DatasetReader {
  func files(_ part: DatasetPart) -> [String] { ["\(part.rawValue).txt"] }

  func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    let path = "\(folder)/\(files(part)[0])"
    let file = try DatasetFile(path: path)
    let text = String(decoding: try file.read(file.sizeOnDisk, what: "text"), as: UTF8.self)
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for (number, line) in text.split(separator: "\n").enumerated() {
      let words = line.split(separator: " ")
      let bytes = words.compactMap { UInt8($0) }
      guard bytes.count == words.count, bytes.count == 1 + shape.size else {
        throw DatasetError.malformed(
          file: path, place: "line \(number + 1)", reason: "expected a label and \(shape.size) pixels from 0 to 255")
      }
      labels.append(bytes[0])
      pixels += bytes[1...]
    }
    return try LabelledImages(shape: shape, classes: classes, pixels: pixels, labels: labels, source: path)
  }
}
