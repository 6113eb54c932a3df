/// A mistake in a configuration: one message that names the place, the key, what was found and what is allowed.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  package var message: String
  /// Whether the mistake is in a `--set` of the command line, and not in a file.
  package var isOfCommandLine: Bool

  package init(_ message: String, isOfCommandLine: Bool = false) {
    self.message = message
    self.isOfCommandLine = isOfCommandLine
  }

  /// "PLACE: message".
  init(at place: Place, _ message: String) {
    self.init("\(place): \(message)", isOfCommandLine: place.isOfCommandLine)
  }

  package var description: String { message }
}

/// A value of a configuration together with its key path: what the reading of a type sees.
struct ConfigurationReader {
  let node: ConfigurationNode
  let path: [String]
  /// What the key allows, where that is narrower than the type.
  var form: String?

  init(_ node: ConfigurationNode, path: [String] = []) {
    self.node = node
    self.path = path
  }

  /// The readers of a section's values by key, in the order of the file.
  func members() throws -> [(key: String, reader: ConfigurationReader)] {
    switch node.content {
    case .null: []
    case .mapping(let members): members.map { ($0.key, ConfigurationReader($0.value, path: path + [$0.key])) }
    default: throw failure(expected: "a section of keys and values")
    }
  }

  /// The readers of a list's elements.
  func elements() throws -> [ConfigurationReader] {
    guard case .sequence(let elements) = node.content else { throw failure(expected: "a list") }
    return elements.enumerated().map { index, element in
      ConfigurationReader(element, path: path + [element.handle ?? String(index)])
    }
  }

  /// The text of a scalar.
  func scalar(expected: String) throws -> String {
    guard case .scalar(let text) = node.content else { throw failure(expected: expected) }
    return text
  }

  var isNull: Bool {
    if case .null = node.content { true } else { false }
  }

  /// "FILE:LINE: key.path: found X, expected Y"; the key's own words go before `expected`.
  func failure(expected: String) -> ConfigurationError {
    failure("found \(node.found), expected \(form ?? expected)")
  }

  /// "FILE:LINE: key.path: message".
  func failure(_ message: String) -> ConfigurationError {
    let key = path.isEmpty ? "" : path.joined(separator: ".") + ": "
    return ConfigurationError(at: node.place, "\(key)\(message)")
  }
}
