/// Records of cells from a text: comma, semicolon or tab between cells, quotes as RFC 4180 has them.
///
/// It reads bytes: a table of a million numbers is read for as long as its numbers take to convert.
struct DelimitedText {
  /// A cell: its place in the text, without the quotes around it.
  struct Cell {
    var range: Range<Int>
    /// Whether quotes are doubled in it.
    var hasQuotes = false
  }

  private let bytes: [UInt8]
  private let path: String
  private let separator: UInt8
  private var position = 0
  /// Of the record read last, counted from 1.
  private(set) var line = 0
  private var nextLine = 1

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// - Parameter path: what messages call the text.
  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: Self.mark) { position = 3 }
    let first = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let counts = separators.map { separator in first.count { $0 == separator } }
    separator = separators[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
  }

  /// The cells of the next record that is not blank.
  ///
  /// - Returns: false at the end.
  /// - Throws: `DatasetError.malformed` where quotes are not closed, or not at the end of their cell.
  mutating func next(into cells: inout [Cell]) throws -> Bool {
    while position < bytes.count {
      line = nextLine
      cells.removeAll(keepingCapacity: true)
      var ended = false
      while !ended { ended = try readCell(into: &cells) }
      if cells.count > 1 || !(cells.first?.range.isEmpty ?? true) { return true }
    }
    return false
  }

  /// - Returns: whether the record has ended.
  private mutating func readCell(into cells: inout [Cell]) throws -> Bool {
    while position < bytes.count, Self.isBlank(bytes[position]), bytes[position] != separator { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let start = position
      while position < bytes.count, bytes[position] != separator, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      var end = position
      while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
      cells.append(Cell(range: start..<end))
      return endCell()
    }
    position += 1
    let openedOn = nextLine
    var cell = Cell(range: position..<position)
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\"") {
        guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
        cell.hasQuotes = true
        position += 1
      } else if bytes[position] == UInt8(ascii: "\n") {
        nextLine += 1
      }
      position += 1
    }
    guard position < bytes.count else {
      throw DatasetError.malformed(
        file: path, place: "line \(openedOn)", reason: "a quote is opened and never closed, expected another `\"`")
    }
    cell.range = cell.range.lowerBound..<position
    cells.append(cell)
    position += 1
    while position < bytes.count, bytes[position] != separator, Self.isBlank(bytes[position]) { position += 1 }
    guard position == bytes.count || bytes[position] == separator || bytes[position] == UInt8(ascii: "\n") else {
      throw DatasetError.malformed(
        file: path, place: "line \(nextLine)",
        reason: "found more behind a closing quote, expected the next cell; quotes within quotes are doubled")
    }
    return endCell()
  }

  private mutating func endCell() -> Bool {
    guard position < bytes.count else { return true }
    let isEnd = bytes[position] == UInt8(ascii: "\n")
    if isEnd { nextLine += 1 }
    position += 1
    return isEnd
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 13 }

  func text(_ cell: Cell) -> String {
    let text = String(decoding: bytes[cell.range], as: UTF8.self)
    return cell.hasQuotes ? text.replacing("\"\"", with: "\"") : text
  }

  /// The cell as a finite number; nil if it is none.
  func number(_ cell: Cell) -> Float? {
    var value = 0
    var place = cell.range.lowerBound
    guard cell.range.count <= 15 else { return general(cell) }
    while place < cell.range.upperBound {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit < 10 else { return general(cell) }
      value = 10 * value + Int(digit)
      place += 1
    }
    return cell.range.isEmpty ? nil : Float(value)
  }

  /// The same with all digits.
  func double(_ cell: Cell) -> Double? {
    guard isNumber(cell) else { return nil }
    return Double(String(decoding: bytes[cell.range], as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }

  private func isNumber(_ cell: Cell) -> Bool {
    cell.range.count <= 64 && bytes[cell.range].allSatisfy { "+-.eE0123456789".utf8.contains($0) }
  }

  private func general(_ cell: Cell) -> Float? {
    guard isNumber(cell) else { return nil }
    return Float(String(decoding: bytes[cell.range], as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }
}
