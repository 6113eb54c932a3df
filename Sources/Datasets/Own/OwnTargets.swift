import Files

/// Numbers that a network is to predict, in the place of labels: as many of each image.
struct OwnTargets {
  /// One a column.
  var names: [String]
  /// Image after image.
  var values: [Double]
  /// The file they are in, for messages.
  var source: String

  var count: Int { names.isEmpty ? 0 : values.count / names.count }

  /// How the numbers of a table are normalised unless the settings say otherwise: to mean 0 and deviation 1, and where all are the same by
  /// the mean alone.
  ///
  /// - Parameter rows: the images that count.
  func scale(over rows: [Int]) -> TargetScale {
    var scale = TargetScale(mean: [], deviation: [])
    for column in names.indices {
      let numbers = rows.map { values[$0 * names.count + column] }
      let mean = numbers.reduce(0, +) / Double(max(numbers.count, 1))
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(numbers.count, 1))
      scale.mean.append(mean)
      scale.deviation.append(variance > 0 ? variance.squareRoot() : 1)
    }
    return scale
  }

  /// - Throws: `DatasetError.malformed` where there are not as many as images, or other columns than in the training part.
  func checked(images: Int, names wanted: [String], of file: String) throws -> OwnTargets {
    guard count == images else {
      throw DatasetError.malformed(
        file: source, place: "record \(count)", reason: "\(count) rows of targets for \(images) images in \(file)")
    }
    guard wanted.isEmpty || wanted.count == names.count else {
      throw DatasetError.malformed(
        file: source, place: "the targets",
        reason: "\(names.count) numbers an image, expected \(wanted.count) as in the training part")
    }
    return self
  }
}

// MARK: - In arrays

extension ArrayFile {
  /// The arrays that `data.files.targets` names, column beside column.
  ///
  /// A name stands for itself, or with the part before or behind it: `energy` is also `energy_train`, `train_energy`. A file with a single
  /// array has the columns in it.
  ///
  /// - Parameter images: the array of the images, which holds no targets.
  /// - Throws: `DatasetError`.
  func targets(_ part: DatasetPart, _ settings: FilesSettings, beside images: String? = nil) throws -> OwnTargets {
    var parts: [OwnTargets] = []
    if holdsOneArray {
      parts = [try Self.columns(of: single(), name: nil, settings.targets, source: path)]
    } else {
      for name in settings.targets {
        let candidates = ["\(name)_#", "#_\(name)"].map { $0.replacing("#", with: part.rawValue) } + [name]
        let (tensor, found) = try array(
          nil, among: candidates, key: "files.targets", what: "target `\(name)`", settings, beside: images)
        parts.append(try Self.columns(of: tensor, name: name, settings.targets, source: "\(path): array `\(found)`"))
      }
    }
    guard parts.count > 1 else { return parts[0] }
    if let other = parts.first(where: { $0.count != parts[0].count }) {
      throw DatasetError.malformed(
        file: other.source, place: "record \(other.count)",
        reason: "\(other.count) rows of targets, expected \(parts[0].count) as in \(parts[0].source)")
    }
    let values = (0..<parts[0].count).flatMap { row in
      parts.flatMap { part in part.values[row * part.names.count..<(row + 1) * part.names.count] }
    }
    return OwnTargets(names: parts.flatMap(\.names), values: values, source: path)
  }

  /// Targets in a file of their own, an array or a table.
  static func targets(in path: String, _ part: DatasetPart, _ settings: FilesSettings) throws -> OwnTargets {
    if try OwnFile.isTable(path) { return try TableFile(path, labels: nil, targets: settings.targets).targets(settings) }
    return try ArrayFile(path).targets(part, settings)
  }

  /// The numbers of an array: a row for each image.
  ///
  /// - Parameters:
  ///   - name: the array's; `nil` where the file has one alone, whose columns `all` names.
  private static func columns(of tensor: Tensor, name: String?, _ all: [String], source: String) throws -> OwnTargets {
    func failure(_ place: String, _ reason: String) -> DatasetError { .malformed(file: source, place: place, reason: reason) }
    let width = tensor.shape.dropFirst().reduce(1, *)
    guard let count = tensor.shape.first, count >= 1, width >= 1 else {
      throw failure("the targets", "of shape \(tensor.shape), expected [images] or [images, numbers]")
    }
    guard width <= FilesSettings.greatestClasses else {
      throw failure("the targets", "\(width) numbers an image, expected at most \(FilesSettings.greatestClasses)")
    }
    let values: [Double]
    do { values = try tensor.doubleNumbers() } catch let error as TensorError { throw failure("the targets", "\(error)") }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw failure("record \(place / width), number \(place % width)", "found \(values[place]), expected a finite number")
    }
    let names: [String]
    if (name == nil || all.count == 1) && all.count == width {
      names = all
    } else {
      guard name != nil || all.count == 1 else {
        throw failure("the targets", "\(width) numbers an image, expected the \(all.count) that data.files.targets names")
      }
      let name = name ?? all[0]
      names = width == 1 ? [name] : (0..<width).map { "\(name) \($0)" }
    }
    return OwnTargets(names: names, values: values, source: source)
  }
}

// MARK: - In tables

extension TableFile {
  /// The columns of the targets, by name or by number from 0.
  ///
  /// - Throws: `DatasetError.malformed` where there is no such column.
  func targetColumns(_ settings: FilesSettings) throws -> [Int] { try settings.targets.map { try column($0) } }

  /// Targets alone: the columns that the settings name, or where there are as many columns as targets, all.
  func targets(_ settings: FilesSettings) throws -> OwnTargets {
    let isWhole = width == settings.targets.count && !settings.targets.allSatisfy(hasColumn)
    let columns = try isWhole ? Array(0..<width) : targetColumns(settings)
    var values: [Double] = []
    try forEachRow { text, cells in
      for column in columns { values.append(try number(text, cells, column)) }
    }
    return OwnTargets(names: targetNames(settings), values: values, source: path)
  }

  /// What the targets are called: columns that are given by their number, by the name in the header.
  func targetNames(_ settings: FilesSettings) -> [String] {
    settings.targets.map { name in
      guard let column = Int(name), names.indices.contains(column), !names.contains(name) else { return name }
      return names[column]
    }
  }
}
