/// Why a data set cannot be used. Every description is one message that names the thing, the place and what was expected.
public enum DatasetError: Error, Equatable, Sendable {
  /// No folder of the search path holds the data set. `looked` are the folders in order, each with what is wrong with it.
  case notFound(name: DatasetName, looked: [String], remedy: String)
  /// The file cannot be opened or read at all.
  case unreadable(file: String, reason: String)
  /// The file's content is not what its format says; `place` is a byte or a record.
  case malformed(file: String, place: String, reason: String)
  /// A setting is impossible; `key` is its name within the data settings.
  case setting(key: String, reason: String)
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let name, let looked, let remedy):
      let list = looked.map { "\n  \($0)" }.joined()
      return "data set \(name.rawValue) not found; looked in:\(list)\n\(remedy)"
    case .unreadable(let file, let reason):
      return "\(file): cannot be read: \(reason)"
    case .malformed(let file, let place, let reason):
      return "\(file): \(place): \(reason)"
    case .setting(let key, let reason):
      return "data.\(key): \(reason)"
    }
  }
}
