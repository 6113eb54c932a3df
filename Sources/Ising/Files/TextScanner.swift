/// Reads numbers and words from a text, and knows its line.
///
/// It reads bytes, since a file of millions of edges is read for as long as its numbers take to convert.
struct TextScanner {
  let file: String
  /// Of the next byte, counted from 1.
  private(set) var line = 1
  private let bytes: [UInt8]
  private var position = 0

  /// More digits than these may not fit into 64 bits.
  private static let exactDigits = 18
  /// What is shown of a word that is wrong.
  private static let shownLength = 40

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    // Some editors begin a file with a byte order mark, which is no part of the text.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  var isAtEnd: Bool { position == bytes.count }
  /// Bytes not yet read: a bound on what can still come.
  var remaining: Int { bytes.count - position }
  /// The next byte, `nil` at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ reason: String, line: Int? = nil) -> ProblemFileError {
    ProblemFileError(file: file, line: line ?? self.line, reason: reason)
  }

  /// Passes over spaces, tabs and carriage returns; then tells whether the line or the text ends here.
  mutating func isAtLineEnd() -> Bool {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    return position == bytes.count || bytes[position] == UInt8(ascii: "\n")
  }

  /// Passes over blanks and ends of lines.
  mutating func skipSpace() {
    while isAtLineEnd(), position < bytes.count { nextLine() }
  }

  /// Passes over the rest of the line.
  mutating func nextLine() {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    if position < bytes.count {
      position += 1
      line += 1
    }
  }

  /// Passes over one byte, unless the text has ended.
  mutating func advance() {
    guard position < bytes.count else { return }
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  /// The next bytes as they are, `nil` where there are not so many.
  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// Ends the line.
  /// - Throws: if anything but blanks is left of it.
  mutating func expectLineEnd() throws {
    guard isAtLineEnd() else { throw failure("found \(quotedWord()), expected the end of the line") }
    nextLine()
  }

  /// - Throws: if anything but blanks is left of the line, which stays the present one.
  mutating func requireLineEnd() throws {
    guard isAtLineEnd() else { throw failure("found \(quotedWord()), expected the end of the line") }
  }

  /// What is left of the line, as text; it remains to be read.
  func restOfLine() -> String {
    var end = position
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    return String(decoding: bytes[position..<min(end, position + 4096)], as: UTF8.self)
  }

  /// The next word of the line, as it would be shown in a message; it remains to be read.
  mutating func quotedWord() -> String {
    if isAtLineEnd() { return position == bytes.count ? "the end of the file" : "the end of the line" }
    let word = bytes[position..<wordEnd()]
    let shown = String(decoding: word.prefix(Self.shownLength), as: UTF8.self)
    return "`\(shown)\(word.count > Self.shownLength ? "…" : "")`"
  }

  /// The next word of the line.
  mutating func word(_ what: String) throws -> String {
    guard !isAtLineEnd() else { throw failure("found \(quotedWord()), expected \(what)") }
    let end = wordEnd()
    defer { position = end }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  /// The next word of the line as an integer.
  mutating func integer(_ what: String) throws -> Int {
    guard !isAtLineEnd() else { throw failure("found \(quotedWord()), expected \(what)") }
    if let value = scanInteger() { return value }
    throw failure("found \(quotedWord()), expected \(what)")
  }

  /// The next word of the line as a number.
  ///
  /// - Throws: if it is none, is not finite or an integer beyond 2⁵³, which would not be kept exactly.
  mutating func number(_ what: String) throws -> Double {
    guard !isAtLineEnd() else { throw failure("found \(quotedWord()), expected \(what)") }
    let start = position
    guard let value = scanInteger() else { return try generalNumber(what) }
    guard value.magnitude <= UInt(IsingProblem.greatestExactInteger) else {
      position = start
      throw inexact()
    }
    return Double(value)
  }

  private mutating func inexact() -> ProblemFileError {
    failure("\(quotedWord()) is too great, expected an integer of at most 2^53, up to which sums are exact")
  }

  /// A number with a point or an exponent, or one that is wrong.
  private mutating func generalNumber(_ what: String) throws -> Double {
    let end = wordEnd()
    let text = bytes[position..<end]
    let isDecimal = text.allSatisfy { Self.isDigit($0) || "+-.eE".utf8.contains($0) }
    guard isDecimal, let value = Double(String(decoding: text, as: UTF8.self)) else {
      throw failure("found \(quotedWord()), expected \(what)")
    }
    guard value.isFinite else { throw failure("\(quotedWord()) is too great, expected \(what) that a 64-bit number can hold") }
    let isInteger = !text.contains { ".eE".utf8.contains($0) }
    guard !isInteger || value.magnitude <= IsingProblem.greatestExactInteger else { throw inexact() }
    position = end
    return value
  }

  /// A whole word of an optional sign and at most eighteen digits; anything else is left to be read.
  private mutating func scanInteger() -> Int? {
    var place = position
    var isNegative = false
    if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") {
      isNegative = bytes[place] == UInt8(ascii: "-")
      place += 1
    }
    let first = place
    var value = 0
    while place < bytes.count, Self.isDigit(bytes[place]), place - first < Self.exactDigits {
      value = 10 &* value &+ Int(bytes[place] &- UInt8(ascii: "0"))
      place += 1
    }
    guard place > first, place == bytes.count || Self.isSpace(bytes[place]) else { return nil }
    position = place
    return isNegative ? -value : value
  }

  private func wordEnd() -> Int {
    var end = position
    while end < bytes.count, !Self.isSpace(bytes[end]) { end += 1 }
    return end
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 13 }
  private static func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == UInt8(ascii: "\n") }
}
