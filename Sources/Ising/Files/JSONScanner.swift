/// Values of a JSON text (RFC 8259), each with its line; an array of numbers takes no more memory than its numbers.
struct JSONScanner {
  struct Value {
    let line: Int
    let content: Content
  }

  enum Content {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case numbers([Double])
    case array([Value])
    case object([String: Value])
  }

  private(set) var scanner: TextScanner

  private static let greatestDepth = 32

  init(_ scanner: TextScanner) { self.scanner = scanner }

  /// The one value that the text is.
  mutating func document() throws -> Value {
    let value = try value(depth: 0)
    scanner.skipSpace()
    guard scanner.isAtEnd else { throw scanner.failure("found \(scanner.quotedWord()), expected the end of the file") }
    return value
  }

  private mutating func value(depth: Int) throws -> Value {
    guard depth < Self.greatestDepth else {
      throw scanner.failure("values within values beyond \(Self.greatestDepth), expected fewer")
    }
    scanner.skipSpace()
    let line = scanner.line
    switch scanner.next {
    case UInt8(ascii: "{"): return Value(line: line, content: .object(try object(depth: depth)))
    case UInt8(ascii: "["): return Value(line: line, content: try array(depth: depth))
    case UInt8(ascii: "\""): return Value(line: line, content: .string(try string()))
    default: return Value(line: line, content: try scalar())
    }
  }

  private mutating func object(depth: Int) throws -> [String: Value] {
    var members = [String: Value]()
    scanner.advance()
    scanner.skipSpace()
    if take("}") { return members }
    repeat {
      scanner.skipSpace()
      guard scanner.next == UInt8(ascii: "\"") else { throw scanner.failure("found \(found()), expected a key in quotes") }
      let key = try string()
      scanner.skipSpace()
      guard take(":") else { throw scanner.failure("found \(found()), expected `:` after \"\(key)\"") }
      let member = try value(depth: depth + 1)
      guard members.updateValue(member, forKey: key) == nil else {
        throw scanner.failure("\"\(key)\" occurs twice, expected every key once", line: member.line)
      }
      scanner.skipSpace()
    } while take(",")
    guard take("}") else { throw scanner.failure("found \(found()), expected `,` or `}`") }
    return members
  }

  /// Stays an array of numbers until something else comes.
  private mutating func array(depth: Int) throws -> Content {
    var numbers = [Double]()
    var values = [Value]()
    scanner.advance()
    scanner.skipSpace()
    if take("]") { return .numbers([]) }
    repeat {
      let element = try value(depth: depth + 1)
      if values.isEmpty, case .number(let number) = element.content {
        numbers.append(number)
      } else {
        if values.isEmpty { values = numbers.map { Value(line: element.line, content: .number($0)) } }
        values.append(element)
      }
      scanner.skipSpace()
    } while take(",")
    guard take("]") else { throw scanner.failure("found \(found()), expected `,` or `]`") }
    return values.isEmpty ? .numbers(numbers) : .array(values)
  }

  private mutating func string() throws -> String {
    var text = [UInt8]()
    scanner.advance()
    while let byte = scanner.next, byte != UInt8(ascii: "\"") {
      guard byte >= UInt8(ascii: " ") else { throw scanner.failure("a string that its line does not end, expected `\"`") }
      scanner.advance()
      if byte == UInt8(ascii: "\\") {
        text += try escape()
      } else {
        text.append(byte)
      }
    }
    guard scanner.next != nil else { throw scanner.failure("the file ends within a string, expected `\"`") }
    scanner.advance()
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape() throws -> [UInt8] {
    let byte = scanner.next
    scanner.advance()
    switch byte {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "u"): return try unicodeEscape()
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte ?? 0]
    default: throw scanner.failure("an escape that JSON does not have, expected one of \\n \\t \\r \\b \\f \\u \\\" \\\\ \\/")
    }
  }

  private mutating func unicodeEscape() throws -> [UInt8] {
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), take("\\"), take("u") { units.append(try codeUnit()) }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func codeUnit() throws -> UInt16 {
    var digits = [UInt8]()
    while digits.count < 4, let byte = scanner.next {
      digits.append(byte)
      scanner.advance()
    }
    guard let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw scanner.failure("found `\\u\(String(decoding: digits, as: UTF8.self))`, expected four hexadecimal digits")
    }
    return unit
  }

  private mutating func scalar() throws -> Content {
    var text = [UInt8]()
    while let byte = scanner.next, !" \t\r\n,]}:".utf8.contains(byte), text.count < 64 {
      text.append(byte)
      scanner.advance()
    }
    let word = String(decoding: text, as: UTF8.self)
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "": throw scanner.failure("found \(found()), expected a value")
    default:
      guard let first = text.first, first == UInt8(ascii: "-") || (48...57).contains(first), let number = Double(word) else {
        throw scanner.failure("found `\(word)`, expected a value")
      }
      guard number.isFinite else { throw scanner.failure("`\(word)` is too great, expected a number that 64 bits can hold") }
      return .number(number)
    }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard scanner.next == character.asciiValue else { return false }
    scanner.advance()
    return true
  }

  private func found() -> String {
    guard let byte = scanner.next else { return "the end of the file" }
    return "`\(Character(UnicodeScalar(byte)))`"
  }
}
