import Yams

/// A type that is read from and written to a YAML section by its table of keys.
protocol ConfigurationSection: ConfigurationValue {
  /// What stands for a section of which nothing is written.
  static var standard: Self { get }
  /// In the order in which they are read and written.
  static var keys: [ConfigurationKey<Self>] { get }
}

extension ConfigurationSection {
  static var form: String { "a section" }

  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    try readKeys(reader, base: base)
  }

  /// Reads by the table alone; a section with rules between its keys checks them after this.
  static func readKeys(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    let keys = keys
    let members = try reader.members()
    for (key, value) in members where !keys.contains(where: { $0.isNamed(key) }) {
      throw value.failure(unknownKey(key, among: keys.map(\.name)))
    }
    var section = base ?? standard
    for key in keys {
      let given = members.filter { key.isNamed($0.key) }
      if given.count > 1, let former = given.first(where: { $0.key == key.formerName }) {
        throw former.reader.failure("this is the former name of `\(key.name)`, which is given too; keep one of them")
      }
      if let member = given.first {
        try key.read(&section, member.reader)
      } else if key.isRequired {
        throw reader.failure("the key `\(key.name)` is missing: \(key.documentation)")
      }
    }
    return section
  }

  var yaml: Node {
    let pairs = Self.keys.compactMap { key in
      key.write(self).map { (Node(key.name, .implicit, .plain), $0) }
    }
    return Node(pairs, .implicit, .block)
  }

  static func reference(under path: String, base: Self?) -> [ReferenceRow] {
    let base = base ?? standard
    return keys.flatMap { key -> [ReferenceRow] in
      let name = path.isEmpty ? key.name : "\(path).\(key.name)"
      let standard = key.isRequired ? "required" : key.defaultText(base) ?? ""
      return [ReferenceRow(path: name, form: key.form, standard: standard, documentation: key.documentation)]
        + key.reference(name, base)
    }
  }

  private static func unknownKey(_ key: String, among known: [String]) -> String {
    if let guess = nearest(to: key, among: known) { return "unknown key; did you mean `\(guess)`?" }
    return "unknown key; expected one of \(known.joined(separator: ", "))"
  }
}
