import Foundation
import Kernels

/// The binary version of CIFAR: records of label bytes followed by the red, green and blue planes, and nothing else.
///
/// Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the data's own page.
public struct CIFARReader: DatasetReader {
  private let train: [String]
  private let test: [String]
  /// The number of classes that each label byte counts; the last label byte is the one used.
  private let labelRanges: [Int]

  /// CIFAR-10: five training batches, one test batch, one label byte.
  public static let cifar10 = CIFARReader(
    train: (1...5).map { "data_batch_\($0).bin" }, test: ["test_batch.bin"], labelRanges: [10])

  /// CIFAR-100: one file a part; the coarse label (20 classes) comes before the fine one (100).
  public static let cifar100 = CIFARReader(train: ["train.bin"], test: ["test.bin"], labelRanges: [20, 100])

  public func files(_ part: DatasetPart) -> [String] { part == .train ? train : test }

  public func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    var pixels = [UInt8]()
    var labels = [UInt8]()
    var countOfFirst: Int?
    for name in files(part) {
      let file = try DatasetFile(path: "\(folder)/\(name)")
      try checkSize(of: file, shape: shape)
      pixels.reserveCapacity(files(part).count * min(file.sizeOnDisk, LabelledImages.greatestCount * recordSize(shape)))
      let before = labels.count
      try appendRecords(of: file, shape: shape, pixels: &pixels, labels: &labels)
      // A batch cut between two records would go unnoticed but for the others: all official batches are of one size.
      let count = labels.count - before
      guard count == countOfFirst ?? count else {
        throw DatasetError.malformed(
          file: file.path, place: "record \(count)",
          reason: "expected as many records as \(files(part)[0]) has, \(countOfFirst ?? 0), found \(count)")
      }
      countOfFirst = count
    }
    return try LabelledImages(shape: shape, classes: classes, pixels: pixels, labels: labels, source: folder)
  }

  private func recordSize(_ shape: ImageShape) -> Int { labelRanges.count + shape.size }

  private func checkSize(of file: DatasetFile, shape: ImageShape) throws {
    let size = recordSize(shape)
    guard file.sizeOnDisk > 0 else {
      throw DatasetError.malformed(file: file.path, place: "byte 0", reason: "empty, expected records of \(size) bytes")
    }
    guard file.isCompressed || file.sizeOnDisk % size == 0 else {
      let whole = file.sizeOnDisk / size
      throw DatasetError.malformed(
        file: file.path, place: "byte \(whole * size), record \(whole)",
        reason: "truncated: expected \(size) bytes, found \(file.sizeOnDisk % size)")
    }
  }

  private func appendRecords(
    of file: DatasetFile, shape: ImageShape, pixels: inout [UInt8], labels: inout [UInt8]
  ) throws {
    var record = [UInt8](repeating: 0, count: recordSize(shape))
    var number = 0
    while true {
      let start = file.position
      let found = try file.readRecord(into: &record)
      if found == 0 { return }
      guard found == record.count else {
        throw DatasetError.malformed(
          file: file.path, place: "byte \(start), record \(number)",
          reason: "truncated: expected \(record.count) bytes, found \(found)")
      }
      guard number < LabelledImages.greatestCount else {
        throw DatasetError.malformed(
          file: file.path, place: "record \(number)", reason: "expected at most \(LabelledImages.greatestCount) records")
      }
      for (place, range) in labelRanges.enumerated() where Int(record[place]) >= range {
        throw DatasetError.malformed(
          file: file.path, place: "byte \(start + place), record \(number)",
          reason: "label \(record[place]) out of range, expected 0 to \(range - 1)")
      }
      labels.append(record[labelRanges.count - 1])
      pixels += record[labelRanges.count...]
      number += 1
    }
  }
}

/// The fine labels of CIFAR-100 in their order, as in `fine_label_names.txt` of the official archive.
let cifar100ClassNames = [
  "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
  "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
  "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
  "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
  "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
  "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
  "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket",
  "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
  "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
  "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
]
