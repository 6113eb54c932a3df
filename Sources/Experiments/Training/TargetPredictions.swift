import Files
import Foundation

/// `test-predictions.csv` of a network that predicts numbers: what was measured of each image, and what was predicted.
package struct TargetPredictions: Equatable {
  /// One a column.
  package var names: [String]
  /// `names.count` numbers an image, in the order of the data set; none where nothing was measured.
  package var measured: [Double]
  /// The same of the network.
  package var predicted: [Double]

  package init(names: [String], measured: [Double], predicted: [Double]) {
    (self.names, self.measured, self.predicted) = (names, measured, predicted)
  }

  /// Images.
  package var count: Int { predicted.count / max(names.count, 1) }

  /// Measured and predicted numbers of a column, image by image.
  package func pairs(_ column: Int) -> [(measured: Double, predicted: Double)] {
    stride(from: column, to: min(measured.count, predicted.count), by: names.count).map { (measured[$0], predicted[$0]) }
  }

  /// A row for each image: its number, and for each target what was measured and what was predicted (`NAME`, `NAME predicted`). Or, where the
  /// path ends in `.npz`, arrays `targets` and `predictions`, a row for each image.
  ///
  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    let (width, isMeasured) = (names.count, !measured.isEmpty)
    guard !path.hasSuffix(".npz") else {
      var arrays = ["predictions": Tensor(predicted, shape: [count, width])]
      if isMeasured { arrays["targets"] = Tensor(measured, shape: [count, width]) }
      return try NumpyArchive.write(arrays, to: path)
    }
    let head = names.flatMap { (isMeasured ? [$0] : []) + ["\($0) predicted"] }.map(TestPredictions.quoted)
    var text = "image," + head.joined(separator: ",") + "\n"
    for image in 0..<count {
      text += "\(image)"
      for place in image * width..<(image + 1) * width {
        if isMeasured { text += ",\(measured[place])" }
        text += ",\(String(format: "%.9g", predicted[place]))"
      }
      text += "\n"
    }
    try AtomicFile.write(text, to: path)
  }

  /// The table of a run folder, whose columns are known.
  ///
  /// - Throws: `FileError` naming the line that is wrong.
  package init(contentsOf path: String, names: [String]) throws {
    let text = String(decoding: try FileBytes.read(path, atMost: 1 << 30), as: UTF8.self)
    let width = names.count
    (self.names, measured, predicted) = (names, [], [])
    // Names may hold any character, also ends of lines; numbers do not.
    let head = "image," + names.flatMap { [$0, "\($0) predicted"] }.map(TestPredictions.quoted).joined(separator: ",") + "\n"
    guard text.hasPrefix(head) else { throw FileError(path: path, reason: "line 1: expected `\(head.dropLast())`") }
    for (index, line) in text.dropFirst(head.count).split(separator: "\n").enumerated() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = fields.compactMap { Double($0) }
      guard fields.count == 2 * width + 1, numbers.count == fields.count, numbers[0] == Double(index) else {
        throw FileError(
          path: path,
          reason: "line \(index + 2): found `\(line.prefix(60))`, expected image \(index) and \(2 * width) numbers")
      }
      for column in 0..<width {
        measured.append(numbers[1 + 2 * column])
        predicted.append(numbers[2 + 2 * column])
      }
    }
  }
}
