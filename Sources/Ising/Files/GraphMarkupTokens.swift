/// Keys, values and lists of a GML text.
struct GraphMarkupTokens {
  private enum Token: Equatable {
    case word(String)
    case string(String)
    case open
    case close
    case end

    var description: String {
      switch self {
      case .word(let word): "`\(word)`"
      case .string(let text): "\"\(text)\""
      case .open: "`[`"
      case .close: "`]`"
      case .end: "the end of the file"
      }
    }
  }

  private var scanner: TextScanner
  /// Where the last token began.
  private(set) var line = 1

  /// Lists within lists that nobody reads.
  private static let greatestDepth = 64

  init(_ scanner: TextScanner) { self.scanner = scanner }

  func failure(_ reason: String, line: Int? = nil) -> ProblemFileError { scanner.failure(reason, line: line ?? self.line) }

  /// The next key, `nil` at the end of the file.
  mutating func key() throws -> String? {
    let token = next()
    if token == .end { return nil }
    guard case .word(let key) = token else { throw failure("found \(token.description), expected a key") }
    return key
  }

  /// The next key of a list, `nil` at the list's end.
  mutating func key(inList list: String) throws -> String? {
    let token = next()
    if token == .close { return nil }
    guard case .word(let key) = token else {
      throw failure("found \(token.description), expected a key or `]`, the end of the \(list)")
    }
    return key
  }

  mutating func expectList(of key: String) throws {
    let token = next()
    guard token == .open else { throw failure("found \(token.description), expected `[` after `\(key)`") }
  }

  mutating func integer(_ what: String) throws -> Int {
    let token = next()
    guard case .word(let word) = token, let value = Int(word) else {
      throw failure("found \(token.description), expected \(what)")
    }
    return value
  }

  mutating func number(_ what: String) throws -> Double {
    let token = next()
    guard case .word(let word) = token, let value = Double(word) else {
      throw failure("found \(token.description), expected \(what)")
    }
    guard value.isFinite else { throw failure("found \(token.description), expected a finite number") }
    return value
  }

  /// A string or a number as text.
  mutating func text(_ what: String) throws -> String {
    let token = next()
    switch token {
    case .word(let text), .string(let text): return text
    default: throw failure("found \(token.description), expected \(what)")
    }
  }

  /// Passes over a value, which may be a list.
  mutating func skipValue() throws {
    var depth = 0
    repeat {
      switch next() {
      case .open:
        depth += 1
        guard depth <= Self.greatestDepth else {
          throw failure("lists within lists beyond \(Self.greatestDepth), expected fewer")
        }
      case .close:
        guard depth > 0 else { throw failure("found `]`, expected a value") }
        depth -= 1
      case .end: throw failure("the file ends, expected a value")
      case .word, .string: break
      }
    } while depth > 0
  }

  private mutating func next() -> Token {
    scanner.skipSpace()
    while scanner.next == UInt8(ascii: "#") {
      scanner.nextLine()
      scanner.skipSpace()
    }
    line = scanner.line
    switch scanner.next {
    case nil: return .end
    case UInt8(ascii: "["):
      scanner.advance()
      return .open
    case UInt8(ascii: "]"):
      scanner.advance()
      return .close
    case UInt8(ascii: "\""): return .string(quoted())
    default: return .word(word())
    }
  }

  private mutating func quoted() -> String {
    var text = [UInt8]()
    scanner.advance()
    while let byte = scanner.next, byte != UInt8(ascii: "\"") {
      text.append(byte)
      scanner.advance()
    }
    scanner.advance()
    return String(decoding: text, as: UTF8.self)
  }

  /// At least one byte, so that bytes which no text has end nothing and delay nothing.
  private mutating func word() -> String {
    var text = [UInt8]()
    repeat {
      text.append(scanner.next ?? 0)
      scanner.advance()
    } while scanner.next.map { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") } ?? false
    return String(decoding: text, as: UTF8.self)
  }
}
