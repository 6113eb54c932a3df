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

  /// For each image its number, its label and what it was taken for, by name too; or, where the path ends in `.npz`, arrays `labels`,
  /// `predictions` and `confusion` (rows: labels).
  ///
  /// - Parameter isLabelled: without, there is nothing but predictions.
  /// - Throws: `FileError`.
  package func write(to path: String, classNames: [String], isLabelled: Bool) throws {
    guard !path.hasSuffix(".npz") else {
      var arrays = ["predictions": Tensor(predictions.map { Int64($0) })]
      if isLabelled {
        let size = classNames.count
        arrays["labels"] = Tensor(labels.map { Int64($0) })
        arrays["confusion"] = Tensor(confusion(classes: size).joined().map { Int64($0) }, shape: [size, size])
      }
      try NumpyArchive.write(arrays, to: path)
      return
    }
    func cells(_ label: Int) -> String { "\(label),\(Self.quoted(classNames.indices.contains(label) ? classNames[label] : ""))" }
    var text = isLabelled ? "image,label,labelName,prediction,predictionName\n" : "image,prediction,predictionName\n"
    for (image, prediction) in predictions.enumerated() {
      text += "\(image)," + (isLabelled ? cells(labels[image]) + "," : "") + cells(prediction) + "\n"
    }
    try AtomicFile.write(text, to: path)
  }

  /// How often each class (row) was taken for each (column), with the classes' names on both sides.
  ///
  /// - Throws: `FileError`.
  package func writeConfusion(to path: String, classNames: [String]) throws {
    let header = "label," + classNames.map(Self.quoted).joined(separator: ",")
    let rows = zip(classNames, confusion(classes: classNames.count)).map { name, counts in
      Self.quoted(name) + "," + counts.map(String.init).joined(separator: ",")
    }
    try AtomicFile.write(([header] + rows).joined(separator: "\n") + "\n", to: path)
  }

  /// A cell of a table (RFC 4180).
  static func quoted(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
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
