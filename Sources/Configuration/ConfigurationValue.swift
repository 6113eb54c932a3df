import Files
import Yams

/// A type that can be a value of a configuration.
protocol ConfigurationValue {
  /// What may be written, in words: "an integer", "`sgd`, `adam` or `adamW`".
  static var form: String { get }

  /// - Parameter base: the value that stands if nothing is written; a section takes from it what the file leaves out.
  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self

  var yaml: Node { get }

  /// What others call some of the values, for the guess after a word that is none.
  static var otherNames: [String: String] { get }

  /// The rows of the reference table for the keys inside, none for a single value.
  static func reference(under path: String, base: Self?) -> [ReferenceRow]
}

extension ConfigurationValue {
  static var otherNames: [String: String] { [:] }

  static func reference(under path: String, base: Self?) -> [ReferenceRow] { [] }
}

// MARK: - Single values

extension ConfigurationValue where Self: LosslessStringConvertible {
  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    guard let value = Self(try reader.scalar(expected: form)) else { throw reader.failure(expected: form) }
    return value
  }

  var yaml: Node { Node(description, .implicit, .plain) }
}

extension ConfigurationValue where Self: FixedWidthInteger & LosslessStringConvertible {
  /// A whole number in any form that YAML 1.2 has for numbers: `10000`, `1e4`, `0x2710`, `0o23420`.
  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    let text = try reader.scalar(expected: form)
    let bases = [(prefix: "0x", radix: 16), (prefix: "0o", radix: 8)]
    let value =
      if let base = bases.first(where: { text.hasPrefix($0.prefix) }) {
        Self(text.dropFirst(2), radix: base.radix)
      } else {
        Self(text) ?? (text.allSatisfy { "+-.eE0123456789".contains($0) } ? Double(text).flatMap { Self(exactly: $0) } : nil)
      }
    guard let value else { throw reader.failure(expected: form) }
    return value
  }
}

extension Int: ConfigurationValue {
  static var form: String { "an integer" }
}

extension UInt64: ConfigurationValue {
  static var form: String { "an integer from 0" }
}

extension Bool: ConfigurationValue {
  static var form: String { "`true` or `false`" }

  /// In the forms of YAML 1.2: `true`, `True` and `TRUE`.
  static func read(_ reader: ConfigurationReader, base: Bool?) throws -> Bool {
    switch try reader.scalar(expected: form) {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: throw reader.failure(expected: form)
    }
  }
}

extension ConfigurationValue where Self: BinaryFloatingPoint & LosslessStringConvertible {
  static var form: String { "a number" }

  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    // Swift reads hexadecimal numbers, infinities and NaN too; none of them is meant in a configuration.
    let text = try reader.scalar(expected: form)
    guard text.allSatisfy({ "+-.eE0123456789".contains($0) }), let value = Self(text), value.isFinite else {
      throw reader.failure(expected: form)
    }
    return value
  }

  var yaml: Node { Node(briefly(self), .implicit, .plain) }
}

extension Float: ConfigurationValue {}
extension Double: ConfigurationValue {}

extension String: ConfigurationValue {
  static var form: String { "text" }

  static func read(_ reader: ConfigurationReader, base: String?) throws -> String {
    try reader.scalar(expected: form)
  }

  var yaml: Node {
    let isPlain = !isEmpty && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
    let isNull = ["null", "Null", "NULL"].contains(self)
    return Node(self, .implicit, isPlain && !isNull && first != "-" ? .plain : .doubleQuoted)
  }
}

extension ConfigurationValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  static var form: String {
    let names = allCases.map { "`\($0.rawValue)`" }
    guard names.count > 1, let last = names.last else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  static func read(_ reader: ConfigurationReader, base: Self?) throws -> Self {
    let text = try reader.scalar(expected: form)
    if let value = Self(rawValue: text) { return value }
    let guess =
      (otherNames[text.lowercased()] ?? nearest(to: text, among: allCases.map(\.rawValue)))
      .map { "; did you mean `\($0)`?" } ?? ""
    throw reader.failure("found `\(text)`, expected \(form)\(guess)")
  }

  var yaml: Node { Node(rawValue, .implicit, .plain) }
}

// MARK: - Optional values and lists

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
  static var form: String { "\(Wrapped.form), or `null`" }

  static func read(_ reader: ConfigurationReader, base: Wrapped??) throws -> Wrapped? {
    reader.isNull ? nil : try Wrapped.read(reader, base: base ?? nil)
  }

  var yaml: Node { map(\.yaml) ?? Node("null", .implicit, .plain) }

  static func reference(under path: String, base: Wrapped??) -> [ReferenceRow] {
    Wrapped.reference(under: path, base: base ?? nil)
  }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  static var form: String { "a list" }

  static func read(_ reader: ConfigurationReader, base: [Element]?) throws -> [Element] {
    try reader.elements().map { try Element.read($0, base: nil) }
  }

  var yaml: Node {
    let elements = map { element -> Node in
      // A row of plain values reads best on one line.
      guard case .mapping(var mapping) = element.yaml, mapping.values.allSatisfy({ $0.scalar != nil }) else {
        return element.yaml
      }
      mapping.style = .flow
      return .mapping(mapping)
    }
    return Node(elements, .implicit, elements.allSatisfy { $0.scalar != nil } ? .flow : .block)
  }

  static func reference(under path: String, base: [Element]?) -> [ReferenceRow] {
    Element.reference(under: path + ".*", base: nil)
  }
}
