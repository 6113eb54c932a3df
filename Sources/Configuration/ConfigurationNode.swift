import Yams

/// Where a value was written: a line of a file, or an override of the command line.
enum Place: Equatable, CustomStringConvertible {
  case line(Int, file: String)
  case override(String)

  var isOfCommandLine: Bool {
    if case .override = self { true } else { false }
  }

  var description: String {
    switch self {
    case .line(let line, let file): "\(file):\(line)"
    case .override(let text): "--set \(text)"
    }
  }
}

/// A YAML value that knows where it was written.
///
/// Scalars keep their text, so that `3e-4`, which YAML 1.1 calls a string, is a number where a number is expected.
struct ConfigurationNode {
  struct Member {
    var key: String
    var place: Place
    var value: ConfigurationNode
  }

  enum Content {
    case null
    case scalar(String)
    case sequence([ConfigurationNode])
    case mapping([Member])
  }

  var content: Content
  var place: Place

  /// What a message says was found.
  var found: String {
    switch content {
    case .null: "nothing"
    case .scalar(let text): text.count <= 60 ? "`\(text)`" : "`\(text.prefix(57))…`"
    case .sequence: "a list"
    case .mapping: "a section (key: value)"
    }
  }

  /// The name by which an element of a list may be addressed instead of its index: a layer's `name`, an edge's `from`.
  var handle: String? {
    guard case .mapping(let members) = content else { return nil }
    for key in ["name", "from"] {
      if let member = members.first(where: { $0.key == key }), case .scalar(let text) = member.value.content { return text }
    }
    return nil
  }
}

extension ConfigurationNode {
  /// Changes the text of the scalar at `path`, if there is one.
  mutating func change(at path: ArraySlice<String>, _ change: (String) -> String) {
    switch content {
    case .scalar(let text) where path.isEmpty:
      content = .scalar(change(text))
    case .mapping(var members):
      guard let index = members.firstIndex(where: { $0.key == path.first }) else { return }
      members[index].value.change(at: path.dropFirst(), change)
      content = .mapping(members)
    default: return
    }
  }
}

// MARK: - Parsing

extension ConfigurationNode {
  /// Far more than any configuration needs; a few lines of YAML aliases can otherwise stand for billions of nodes.
  private static let maximumNodes = 100_000

  /// Parses one YAML document.
  ///
  /// - Parameter place: the place of a 1-based line of `yaml`.
  /// - Throws: `ConfigurationError` with the line of the syntax error or of the duplicate key.
  init(yaml: String, place: (Int) -> Place) throws {
    let root: Node?
    do {
      // Some editors begin a file with a byte order mark, which is no part of the text.
      root = try Yams.compose(yaml: String(yaml.trimmingPrefix("\u{FEFF}")))
    } catch let error as YamlError {
      throw Self.error(for: error, place: place)
    }
    guard let root else {
      self.init(content: .null, place: place(1))
      return
    }
    var budget = Self.maximumNodes
    try self.init(root, under: place(1), place: place, budget: &budget)
  }

  private init(_ node: Node, under parent: Place, place: (Int) -> Place, budget: inout Int) throws {
    let here = node.mark.map { place($0.line) } ?? parent
    budget -= 1
    guard budget > 0 else { throw ConfigurationError(at: here, "more than \(Self.maximumNodes) values") }
    switch node {
    case .scalar(let scalar):
      self.init(content: Self.isNull(scalar) ? .null : .scalar(scalar.string), place: here)
    case .sequence(let sequence):
      var elements: [ConfigurationNode] = []
      for element in sequence {
        elements.append(try ConfigurationNode(element, under: here, place: place, budget: &budget))
      }
      self.init(content: .sequence(elements), place: here)
    case .mapping(let mapping):
      var members: [Member] = []
      var merged: [Member] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else { throw ConfigurationError(at: here, "a key must be a word") }
        let line = key.mark.map { place($0.line) } ?? here
        let value = try ConfigurationNode(value, under: line, place: place, budget: &budget)
        if name.string == "<<", name.style == .plain || name.style == .any {
          merged += try value.membersToMerge()
        } else {
          members.append(Member(key: name.string, place: line, value: value))
        }
      }
      for member in merged where !members.contains(where: { $0.key == member.key }) { members.append(member) }
      self.init(content: .mapping(members), place: here)
    case .alias:
      throw ConfigurationError(at: here, "an alias without an anchor")
    }
  }

  /// What `<<` brings into a section: the keys of another one, or of several, the first of which counts. The section's own go before them.
  private func membersToMerge() throws -> [Member] {
    switch content {
    case .mapping(let members): return members
    case .sequence(let elements): return try elements.flatMap { try $0.membersToMerge() }
    default: throw ConfigurationError(at: place, "`<<` merges a section, or a list of sections; found \(found)")
    }
  }

  private static func isNull(_ scalar: Node.Scalar) -> Bool {
    let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
    return !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func error(for error: YamlError, place: (Int) -> Place) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let reason = context.map { "\(problem) (\($0.text.trimmingSpaces))" } ?? problem
      return ConfigurationError(at: place(mark.line), "not YAML: \(reason)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = Set(duplicates).sorted().map { "`\($0)`" }.joined(separator: ", ")
      return ConfigurationError(at: place(context.mark.line), "\(keys): the key is written twice in one section")
    default:
      return ConfigurationError(at: place(1), "not YAML: \(error)")
    }
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
