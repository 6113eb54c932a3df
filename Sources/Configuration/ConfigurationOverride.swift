/// One `--set key.path=value` of the command line.
///
/// The value is YAML. An element of a list is named by its index or, where it has one, by its name:
/// `network.layers.0.gain=0.7`, `network.layers.conv1.gain=0.7`. The index behind the last one adds an element.
package struct ConfigurationOverride: Equatable, Sendable, CustomStringConvertible {
  package var path: [String]
  /// YAML text.
  package var value: String

  /// - Throws: `ConfigurationError` if `text` is not of the form `key.path=value`.
  package init(_ text: String) throws {
    guard let sign = text.firstIndex(of: "=") else {
      throw ConfigurationError("--set \(text): expected key.path=value, for example learning.epochs=5", isOfCommandLine: true)
    }
    let path = text[..<sign].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !path.contains("") else {
      throw ConfigurationError(
        "--set \(text): the key path has an empty part; expected for example learning.epochs=5", isOfCommandLine: true)
    }
    self.path = path
    self.value = String(text[text.index(after: sign)...])
  }

  package var description: String { "\(path.joined(separator: "."))=\(value)" }
}

extension ConfigurationNode {
  /// Replaces or adds the value that `override` names.
  mutating func apply(_ override: ConfigurationOverride) throws {
    let place = Place.override(override.description)
    let value = try ConfigurationNode(yaml: override.value) { _ in place }
    try set(value, at: override.path[...], place: place)
  }

  private mutating func set(_ value: ConfigurationNode, at path: ArraySlice<String>, place: Place) throws {
    guard let head = path.first else {
      self = value
      return
    }
    switch content {
    case .null:
      var child = ConfigurationNode(content: .null, place: place)
      try child.set(value, at: path.dropFirst(), place: place)
      // What this section lacks besides is missing where it stands.
      content = .mapping([Member(key: head, place: place, value: child)])
    case .mapping(var members):
      // Emptied so that the members are changed in place.
      content = .null
      let index = members.firstIndex { $0.key == head } ?? members.endIndex
      if index == members.endIndex {
        members.append(Member(key: head, place: place, value: ConfigurationNode(content: .null, place: place)))
      }
      try members[index].value.set(value, at: path.dropFirst(), place: place)
      content = .mapping(members)
    case .sequence(var elements):
      // The element behind the last one is a new one.
      if head == String(elements.count) { elements.append(ConfigurationNode(content: .null, place: place)) }
      let index = try Self.index(of: head, in: elements, place: place)
      try elements[index].set(value, at: path.dropFirst(), place: place)
      content = .sequence(elements)
    case .scalar:
      throw ConfigurationError(at: place, "`\(head)` cannot be set inside \(found), which is a single value")
    }
  }

  private static func index(of name: String, in elements: [ConfigurationNode], place: Place) throws -> Int {
    if let index = Int(name), elements.indices.contains(index) { return index }
    if let index = elements.firstIndex(where: { $0.handle == name }) { return index }
    let handles = elements.compactMap(\.handle)
    let names = handles.isEmpty ? "" : ", or one of \(handles.joined(separator: ", "))"
    throw ConfigurationError(
      at: place,
      elements.isEmpty
        ? "the list is empty, so there is no element `\(name)`; expected 0 for a new one"
        : "no element `\(name)` in the list; expected an index from 0 to \(elements.count - 1), \(elements.count) for a new one\(names)"
    )
  }
}
