import Files
import Foundation

/// `test-predictions.csv`: what each image of the test set is, and what it was taken for.
package struct TestPredictions: Equatable {
  package static let header = "image,label,prediction"

  /// One an image, in the order of the data set.
  package var labels: [Int]
  package var predictions: [Int]

  /// How often images of a class (row) were taken for a class (column).
  package func confusion(classes: Int) -> [[Int]] {
    var counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    for (label, prediction) in zip(labels, predictions) where label < classes && 0..<classes ~= prediction {
      counts[label][prediction] += 1
    }
    return counts
  }

  package var accuracy: Double {
    Double(zip(labels, predictions).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }) / Double(max(labels.count, 1))
  }

  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    let rows = zip(labels, predictions).enumerated().map { "\($0),\($1.0),\($1.1)\n" }
    try AtomicFile.write(Self.header + "\n" + rows.joined(), to: path)
  }

  package init(labels: [Int], predictions: [Int]) {
    self.labels = labels
    self.predictions = predictions
  }

  /// - Throws: `FileError` naming the line that is wrong.
  package init(contentsOf path: String) throws {
    let text = String(decoding: try FileBytes.read(path, atMost: 1 << 28), as: UTF8.self)
    let lines = text.split(separator: "\n")
    guard lines.first.map(String.init) == Self.header else {
      throw FileError(path: path, reason: "line 1: expected `\(Self.header)`")
    }
    labels = []
    predictions = []
    for (index, line) in lines.dropFirst().enumerated() {
      let numbers = line.split(separator: ",").compactMap { Int($0) }
      guard numbers.count == 3, numbers[0] == index, numbers[1] >= 0 else {
        throw FileError(
          path: path, reason: "line \(index + 2): found `\(line)`, expected image \(index), its label and a prediction")
      }
      labels.append(numbers[1])
      predictions.append(numbers[2])
    }
  }
}
