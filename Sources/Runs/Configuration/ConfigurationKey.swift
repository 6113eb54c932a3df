import Yams

/// One key of a section: its name, what it means, how it is read and how it is written.
///
/// A section is a table of these; nothing else knows the keys.
struct ConfigurationKey<Section> {
  let name: String
  /// The name that older configurations and checkpoints have for it.
  var formerName: String? = nil
  let documentation: String
  let form: String
  let isRequired: Bool
  /// The default as the reference states it; `nil` for a section, whose keys have their own.
  let defaultText: (Section) -> String?
  let reference: (_ path: String, Section) -> [ReferenceRow]
  let read: (inout Section, ConfigurationReader) throws -> Void
  /// `nil` where the resolved configuration says the same by another key.
  let write: (Section) -> Node?
}

extension ConfigurationKey {
  /// A key whose value is stored as it is read.
  ///
  /// - Parameter standard: the default in words, where the stored value does not say it.
  init<Value: ConfigurationValue>(
    _ name: String, _ path: WritableKeyPath<Section, Value>, required: Bool = false, standard: String? = nil,
    _ documentation: String
  ) {
    self.init(name, path, form: Value.form, required: required, standard: standard, documentation, check: { _, _ in })
  }

  /// A key that may be absent; its default is told in words.
  init<Value: ConfigurationValue>(
    _ name: String, _ path: WritableKeyPath<Section, Value?>, standard: String, _ documentation: String
  ) {
    self.init(name, path, form: Value.form, required: false, standard: standard, documentation, check: { _, _ in })
  }

  /// A number within limits.
  init<Value: ConfigurationValue & Comparable>(
    _ name: String, _ path: WritableKeyPath<Section, Value>, _ limit: Limit<Value>, required: Bool = false,
    standard: String? = nil, _ documentation: String
  ) {
    let form = "\(Value.form) \(limit.description)"
    self.init(name, path, form: form, required: required, standard: standard, documentation) { value, reader in
      guard limit.contains(value) else { throw reader.failure(expected: form) }
    }
  }

  /// A number within limits, or `null`.
  init<Value: ConfigurationValue & Comparable>(
    _ name: String, _ path: WritableKeyPath<Section, Value?>, _ limit: Limit<Value>, standard: String? = nil,
    _ documentation: String
  ) {
    // A key with a default in words is left out to get it; any other takes `null` for none.
    let form = "\(Value.form) \(limit.description)" + (standard == nil ? ", or `null`" : "")
    self.init(name, path, form: form, required: false, standard: standard, documentation) { value, reader in
      guard value.map(limit.contains) ?? true else { throw reader.failure(expected: form) }
    }
  }

  private init<Value: ConfigurationValue>(
    _ name: String, _ path: WritableKeyPath<Section, Value>, form: String, required: Bool, standard: String?,
    _ documentation: String, check: @escaping (Value, ConfigurationReader) throws -> Void
  ) {
    self.name = name
    self.documentation = documentation
    self.form = form
    self.isRequired = required
    self.defaultText = { section in
      standard ?? (section[keyPath: path].yaml.scalar.map { "`\($0.string)`" })
    }
    self.reference = { Value.reference(under: $0, base: $1[keyPath: path]) }
    self.read = { section, reader in
      var reader = reader
      reader.form = form
      let value = try Value.read(reader, base: section[keyPath: path])
      try check(value, reader)
      section[keyPath: path] = value
    }
    self.write = { $0[keyPath: path].yaml }
  }

  /// The same key, of a section that holds this one.
  func lifted<Outer>(to path: WritableKeyPath<Outer, Section>) -> ConfigurationKey<Outer> {
    ConfigurationKey<Outer>(
      name: name, formerName: formerName, documentation: documentation, form: form, isRequired: isRequired,
      defaultText: { defaultText($0[keyPath: path]) },
      reference: { reference($0, $1[keyPath: path]) },
      read: { try read(&$0[keyPath: path], $1) },
      write: { write($0[keyPath: path]) })
  }

  /// The same key, left out of a written section where its value is `null`, for those that only some sections have.
  var omittingNull: ConfigurationKey {
    // A text of these letters is written in quotes.
    written { section in
      let scalar = write(section)?.scalar
      return scalar?.string != "null" || scalar?.style != .plain
    }
  }

  /// The same key, left out of a written section when `condition` does not hold.
  func written(when condition: @escaping (Section) -> Bool) -> ConfigurationKey {
    ConfigurationKey(
      name: name, formerName: formerName, documentation: documentation, form: form, isRequired: isRequired,
      defaultText: defaultText, reference: reference, read: read, write: { condition($0) ? write($0) : nil })
  }

  /// The same key, read under a former name too.
  func formerly(_ name: String) -> ConfigurationKey {
    var key = self
    key.formerName = name
    return key
  }

  func isNamed(_ name: String) -> Bool { name == self.name || name == formerName }
}
