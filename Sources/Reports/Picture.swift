import CZlib
import Foundation

/// A small picture in red, green and blue, as a PNG file.
struct Picture {
  let width: Int
  let height: Int
  /// Rows from the top, three bytes a pixel.
  private(set) var bytes: [UInt8]

  init(width: Int, height: Int, background: (UInt8, UInt8, UInt8) = (255, 255, 255)) {
    self.width = width
    self.height = height
    bytes = (0..<width * height).flatMap { _ in [background.0, background.1, background.2] }
  }

  mutating func set(row: Int, column: Int, to colour: (UInt8, UInt8, UInt8)) {
    let place = 3 * (row * width + column)
    bytes[place] = colour.0
    bytes[place + 1] = colour.1
    bytes[place + 2] = colour.2
  }

  /// Draws another picture with its top left corner at a place; all of it must fit.
  mutating func draw(_ other: Picture, row: Int, column: Int) {
    for line in 0..<other.height {
      let from = 3 * line * other.width
      let to = 3 * ((row + line) * width + column)
      bytes.replaceSubrange(to..<to + 3 * other.width, with: other.bytes[from..<from + 3 * other.width])
    }
  }

  /// Pictures of one size in rows of `columns`, with a line of background between them.
  static func tiled(_ pictures: [Picture], columns: Int, gap: Int = 1) -> Picture {
    guard let first = pictures.first else { return Picture(width: 1, height: 1) }
    let columns = max(1, min(columns, pictures.count))
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Picture(width: columns * (first.width + gap) - gap, height: rows * (first.height + gap) - gap)
    for (index, picture) in pictures.enumerated() {
      sheet.draw(picture, row: index / columns * (first.height + gap), column: index % columns * (first.width + gap))
    }
    return sheet
  }

  // MARK: - PNG (ISO/IEC 15948)

  func dataAddress() throws -> String { "data:image/png;base64," + Data(try png()).base64EncodedString() }

  func png() throws -> [UInt8] {
    let size = UInt32(width).bigEndianBytes + UInt32(height).bigEndianBytes
    // Eight bits, true colour, deflate, the only method of filters, not interlaced.
    let header = Self.chunk("IHDR", size + [8, 2, 0, 0, 0])
    var rows: [UInt8] = []
    for row in 0..<height {
      // Each row begins with its filter: none.
      rows.append(0)
      rows += bytes[3 * row * width..<3 * (row + 1) * width]
    }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + header + Self.chunk("IDAT", try Self.deflated(rows)) + Self.chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return UInt32(content.count).bigEndianBytes + body + UInt32(crc32(0, body, UInt32(body.count))).bigEndianBytes
  }

  private static func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    let code = compress2(&packed, &length, bytes, UInt(bytes.count), Z_BEST_COMPRESSION)
    guard code == Z_OK else { throw ReportError("zlib cannot compress a picture of \(bytes.count) bytes: code \(code)") }
    return Array(packed[..<Int(length)])
  }
}

/// A report that cannot be made.
package struct ReportError: Error, Equatable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

extension UInt32 {
  fileprivate var bigEndianBytes: [UInt8] { littleEndianBytes.reversed() }
}
