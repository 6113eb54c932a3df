import Files
import Kernels

/// A table of text, CSV for example: a row for each image, a column for the label, the others for pixels or features.
struct TableFile {
  let path: String
  private let text: DelimitedText
  private let first: [DelimitedText.Cell]
  /// The names of the columns; empty where the table has none.
  let names: [String]

  /// What a column of labels is called.
  private static let usualLabels = ["label", "labels", "class", "target", "y", "category", "species"]

  /// - Parameters:
  ///   - labels: the column of labels, where the settings name it.
  ///   - targets: the columns of numbers to predict.
  ///   - bytes: the content; `nil`: all of the file's.
  /// - Throws: `FileError`, or `DatasetError.malformed` where there is nothing in it.
  init(_ path: String, labels: String?, targets: [String] = [], bytes: [UInt8]? = nil) throws {
    self.path = path
    text = DelimitedText(try bytes ?? OwnFile.content(of: path), path: path)
    var (start, cells) = (text, [DelimitedText.Cell]())
    guard try start.next(into: &cells) else {
      throw DatasetError.malformed(file: path, place: "line 1", reason: "the table is empty, expected a row for each image")
    }
    first = cells
    // Programs that count columns name some by numbers, but not that of the labels.
    let words = cells.map(start.text)
    let wanted = Set((targets + [labels].compactMap(\.self)).filter { Int($0) == nil })
    let namesLabels = words.contains { Self.usualLabels.contains($0.lowercased()) || wanted.contains($0) }
    // A row of a single word is one of labels, unless it is what people call them.
    let isHeader = namesLabels || (cells.count > 1 && cells.allSatisfy { start.number($0) == nil })
    names = isHeader ? words : []
  }

  /// A table as far as its first row; `nil` where the file is no table, or is not there any more.
  private static func head(of path: String, _ settings: FilesSettings) -> TableFile? {
    guard !path.isEmpty, !UserPath.isFolder(path), (try? OwnFile.isTable(path)) == true,
      let start = try? OwnFile.start(of: path, bytes: 1 << 20)
    else { return nil }
    return try? TableFile(path, labels: settings.labels, targets: settings.targets, bytes: start)
  }

  /// What the columns of the features are called, in the order in which a network sees them; none where the training part is no table with
  /// a header, or is not there any more.
  static func featureNames(_ settings: FilesSettings) -> [String] {
    guard let table = head(of: settings.train, settings), !table.names.isEmpty,
      let columns = try? table.columns(settings, hasOwnLabels: settings.trainLabels == nil)
    else { return [] }
    return columns.features.map { table.names[$0] }
  }

  /// The columns of features, of the label and of the targets, as far as they are in this table.
  private func columns(_ settings: FilesSettings, hasOwnLabels: Bool) throws -> (features: [Int], label: Int?, targets: [Int]) {
    let label = try hasOwnLabels && !settings.predictsNumbers ? labelColumn(settings.labels) : nil
    let targets = try hasOwnLabels ? targetColumns(settings) : settings.targets.filter(hasColumn).map { try column($0) }
    // Pandas writes the numbers of its rows into a first column without a name.
    return (first.indices.filter { $0 != label && !targets.contains($0) && !($0 == 0 && names.first == "") }, label, targets)
  }

  /// The columns of the features in the order of the training table, where both tables name theirs.
  ///
  /// - Throws: `DatasetError.malformed` where a column of the training table is missing.
  private func arranged(_ features: [Int], _ part: DatasetPart, _ settings: FilesSettings) throws -> [Int] {
    guard part != .train, !names.isEmpty else { return features }
    let trained = Self.head(of: settings.train, settings)?.names ?? []
    guard !trained.isEmpty, trained != names else { return features }
    let places = Dictionary(features.map { (names[$0], $0) }) { first, _ in first }
    let wanted = trained.compactMap { places[$0] }
    let missing = trained.enumerated().first { column, name in
      places[name] == nil && name != ""
        && !(settings.predictsNumbers
          ? settings.targets.contains(name) || settings.targets.contains("\(column)")
          : Self.usualLabels.contains(name.lowercased()) || name == settings.labels)
    }?.element
    guard missing == nil, wanted.count == features.count, Set(wanted).count == features.count else {
      let other = features.first { !trained.contains(names[$0]) }.map { "column `\(names[$0])`" } ?? "other columns"
      throw failure(
        1,
        missing.map { "there is no column `\($0)`, which \(settings.train) has; expected the same columns, in any order" }
          ?? "\(other), which \(settings.train) does not have; expected the same columns, in any order")
    }
    return wanted
  }

  /// Labels alone: the only column, or the one that the settings name.
  func labels(_ settings: FilesSettings) throws -> OwnLabels {
    let column = try first.count == 1 ? 0 : labelColumn(settings.labels)
    var words: [String] = []
    var lines: [Int32] = []
    try forEachRow { text, cells in
      words.append(Self.label(text.text(cells[column])))
      lines.append(Int32(truncatingIfNeeded: text.line))
    }
    return labels(words, lines)
  }

  func images(_ part: DatasetPart, _ settings: FilesSettings, labels labelPath: String?) throws -> OwnImages {
    let hasOwn = labelPath == nil && settings.isLabelled
    let (all, column, targetColumns) = try columns(settings, hasOwnLabels: hasOwn)
    let features = try arranged(all, part, settings)
    guard !features.isEmpty else {
      throw failure(
        1, "there is no column but the \(settings.predictsNumbers ? "targets" : "labels"), expected pixels or features")
    }
    let shape = try settings.shape ?? shape(of: features)
    guard shape.size == features.count else {
      throw failure(1, "\(features.count) columns of pixels, expected the \(shape.size) of \(shape), data.files.shape")
    }
    var (numbers, words, lines) = ([Float](), [String](), [Int32]())
    var values: [Double] = []
    try forEachRow { text, cells in
      for feature in features {
        guard let number = text.number(cells[feature]) else { throw noNumber(text, cells, feature) }
        numbers.append(number)
      }
      if hasOwn { for column in targetColumns { values.append(try self.number(text, cells, column)) } }
      if let column { words.append(Self.label(text.text(cells[column]))) }
      lines.append(Int32(truncatingIfNeeded: text.line))
    }
    var targets: OwnTargets?
    if settings.predictsNumbers, settings.isLabelled {
      let read =
        try labelPath.map { try ArrayFile.targets(in: $0, part, settings) }
        ?? OwnTargets(names: targetNames(settings), values: values, source: path)
      targets = try read.checked(images: lines.count, names: settings.classNames, of: path)
    }
    let labels =
      try settings.isLabelled && !settings.predictsNumbers
      ? labelPath.map { try ArrayFile.labels(in: $0, part, settings) } ?? labels(words, lines)
      : .none(lines.count, settings, source: path)
    guard labels.words.count == lines.count else {
      throw DatasetError.malformed(
        file: labels.source, place: "record \(labels.words.count)",
        reason: "\(labels.words.count) labels for \(lines.count) rows in \(path)")
    }
    return OwnImages(shape: shape, values: .numbers(numbers), labels: labels, targets: targets, source: path)
  }

  /// The cell of a target.
  func number(_ text: DelimitedText, _ cells: [DelimitedText.Cell], _ column: Int) throws -> Double {
    guard let number = text.double(cells[column]) else { throw noNumber(text, cells, column) }
    return number
  }

  private func noNumber(_ text: DelimitedText, _ cells: [DelimitedText.Cell], _ column: Int) -> DatasetError {
    let name = names.isEmpty ? "column \(column)" : "column `\(names[column])`"
    return failure(text.line, "\(name): found `\(text.text(cells[column]).prefix(40))`, expected a finite number")
  }

  private func labels(_ words: [String], _ lines: [Int32]) -> OwnLabels {
    OwnLabels(words: words, source: path) { lines.indices.contains($0) ? "line \(lines[$0])" : "record \($0)" }
  }

  /// Whole numbers in one form: some programs write `3.0` for 3.
  private static func label(_ word: String) -> String {
    guard word.contains("."), let number = Double(word), let whole = Int(exactly: number) else { return word }
    return String(whole)
  }

  func forEachRow(_ body: (DelimitedText, [DelimitedText.Cell]) throws -> Void) throws {
    var (text, cells) = (text, [DelimitedText.Cell]())
    if !names.isEmpty { _ = try text.next(into: &cells) }
    var isEmpty = true
    while try text.next(into: &cells) {
      guard cells.count == first.count else {
        throw failure(text.line, "\(counted(cells.count, "cell")), expected \(first.count) as in the first row")
      }
      try body(text, cells)
      isEmpty = false
    }
    guard !isEmpty else { throw failure(2, "the table has a header alone, expected a row for each image") }
  }

  /// Columns of a row.
  var width: Int { first.count }

  /// The columns' names, for messages.
  private var list: String {
    names.isEmpty
      ? "0 to \(width - 1)" : names.prefix(8).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 8 ? " …" : "")
  }

  /// Whether there is a column of that name, or number from 0.
  func hasColumn(_ wanted: String) -> Bool { (try? column(wanted)) != nil }

  /// - Throws: `DatasetError.malformed` where there is no such column.
  func column(_ wanted: String) throws -> Int {
    if let column = names.firstIndex(of: wanted) { return column }
    if let column = Int(wanted), first.indices.contains(column) { return column }
    throw failure(1, "there is no column `\(wanted)`, expected one of \(list)")
  }

  /// The column that is wanted, by its name or its number from 0; else that with a usual name, or the only one that is not of numbers.
  private func labelColumn(_ wanted: String?) throws -> Int {
    if let wanted { return try column(wanted) }
    if let column = Self.usualLabels.lazy.compactMap({ name in names.firstIndex { $0.lowercased() == name } }).first {
      return column
    }
    let words = names.isEmpty ? first.indices.filter { text.number(first[$0]) == nil } : []
    guard words.count == 1 else {
      throw failure(1, "which column is the label? name it with data.files.labels, one of \(list)")
    }
    return words[0]
  }

  /// Columns `pixel0 …` of a square number, or `1x1 …` up to `ROWSxCOLUMNS`, are an image; others are features.
  private func shape(of features: [Int]) throws -> ImageShape {
    let names = features.compactMap { self.names.indices.contains($0) ? self.names[$0] : nil }
    let side = Int(Double(features.count).squareRoot().rounded())
    if names.count == features.count, names.allSatisfy({ $0.hasPrefix("pixel") }), side * side == features.count, side > 1 {
      return ImageShape(channels: 1, rows: side, columns: side)
    }
    let extents = names.last?.split(separator: "x").compactMap { Int($0) } ?? []
    if extents.count == 2, extents.allSatisfy({ (1...4096).contains($0) }), extents[0] * extents[1] == features.count {
      return ImageShape(channels: 1, rows: extents[0], columns: extents[1])
    }
    guard features.count <= 65_536 else {
      throw failure(1, "\(features.count) features, expected at most 65,536; data.files.shape arranges them as an image")
    }
    return ImageShape(channels: features.count, rows: 1, columns: 1)
  }

  private func failure(_ line: Int, _ reason: String) -> DatasetError {
    .malformed(file: path, place: "line \(line)", reason: reason)
  }
}

/// MNIST and Fashion-MNIST as tables, which Kaggle keeps: a column `label`, then the pixels.
struct TableReader: DatasetReader {
  let train: String
  let test: String

  func files(_ part: DatasetPart) -> [String] { [part == .train ? train : test] }

  func read(_ part: DatasetPart, folder: String, shape: ImageShape, classes: Int) throws -> LabelledImages {
    let file = "\(folder)/\(files(part)[0])"
    var settings = FilesSettings(train: DatasetFile.existing(file) ?? file)
    settings.shape = shape
    settings.classNames = (0..<classes).map(String.init)
    settings.scale = 255
    return try FilesReader(settings, size: nil).read(.train, folder: folder, shape: shape, classes: classes)
  }
}
