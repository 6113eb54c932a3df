import Files

/// What a checkpoint must hold for a run to go on, read by name. Everything throws a `TensorError` that names the file, the field and what
/// was expected.
struct CheckpointFields {
  let file: TensorFile
  /// What a message calls the file.
  let source: String

  init(_ file: TensorFile, in source: String) { (self.file, self.source) = (file, source) }

  /// A whole number of the metadata, from 0.
  func number(_ key: String, upTo greatest: Int) throws -> Int {
    guard let value = file.metadata[key].flatMap({ Int($0) }), (0...greatest).contains(value) else {
      throw TensorError("\(source): `\(key)` is \(file.metadata[key] ?? "missing"), expected 0 to \(greatest)")
    }
    return value
  }

  func doubles(_ name: String, _ count: Int) throws -> [Double] {
    try file.tensor(name, shape: [count], in: source).doubles()
  }

  func bytes(_ name: String, _ count: Int) throws -> [UInt8] {
    try file.tensor(name, shape: [count], in: source).bytes
  }

  func integers(_ name: String, _ count: Int, _ range: ClosedRange<Int64>) throws -> [Int64] {
    let values = try file.integers(name, shape: [count], in: source)
    guard values.allSatisfy({ range.contains($0) }) else {
      throw TensorError("\(source): tensor `\(name)` has numbers outside \(range.lowerBound) to \(range.upperBound)")
    }
    return values
  }
}
