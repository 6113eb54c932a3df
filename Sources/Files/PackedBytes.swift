import CPackers

/// What gzip, bzip2 or xz have packed, in memory.
///
/// A file may be of several streams one after the other, as parallel packers write them. Memory grows with the bytes that really come,
/// and no stream is believed what it claims of its size.
package enum PackedBytes {
  /// Programs whose streams are read, and how those begin.
  package enum Packer: String, CaseIterable {
    case gzip, bzip2, xz

    var magic: [UInt8] {
      switch self {
      case .gzip: [0x1F, 0x8B]
      case .bzip2: [0x42, 0x5A, 0x68]
      case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
      }
    }

    var number: Int32 {
      switch self {
      case .gzip: Int32(equilibria_packed_gzip)
      case .bzip2: Int32(equilibria_packed_bzip2)
      case .xz: Int32(equilibria_packed_xz)
      }
    }

    /// The packer of a content, `nil` if none of these has packed it.
    package static func of(_ bytes: some Collection<UInt8>) -> Packer? { allCases.first { bytes.starts(with: $0.magic) } }
  }

  private static let chunk = 1 << 20
  /// A stream of xz that takes more than this for its dictionary is refused (`xz -9` takes 65 MB).
  private static let greatestDictionary: UInt64 = 1 << 28

  /// The content.
  ///
  /// - Parameters:
  ///   - path: what messages call the file.
  ///   - limit: the most bytes that it may have.
  /// - Throws: `FileError` if it is damaged, ends too early or is larger than `limit`.
  package static func unpack(_ bytes: [UInt8], by packer: Packer, path: String, atMost limit: Int) throws -> [UInt8] {
    func failure(_ reason: String) -> FileError { FileError(path: path, reason: reason) }
    var content: [UInt8] = []
    var place = 0
    while place < bytes.count {
      guard bytes[place...].starts(with: packer.magic) else {
        // Padding between and after streams is zeros.
        guard place > 0, bytes[place...].allSatisfy({ $0 == 0 }) else {
          throw failure("the \(packer.rawValue) stream is followed by other bytes, expected the end of the file")
        }
        break
      }
      let end = try stream(bytes, from: place, by: packer, into: &content, limit: limit, failure)
      place = end
    }
    return content
  }

  /// One stream.
  /// - Returns: where it ends.
  private static func stream(
    _ bytes: [UInt8], from start: Int, by packer: Packer, into content: inout [UInt8], limit: Int,
    _ failure: (String) -> FileError
  ) throws -> Int {
    guard let unpacker = equilibria_unpacker_new(packer.number, greatestDictionary) else {
      throw failure("there is no memory to unpack it")
    }
    defer { equilibria_unpacker_free(unpacker) }
    var part = [UInt8](repeating: 0, count: chunk)
    var place = start
    while true {
      // A piece at a time, since what is passed on is copied.
      let piece = Array(bytes[place..<min(place + chunk, bytes.count)])
      var (taken, given) = (0, 0)
      let code = equilibria_unpack(unpacker, piece, piece.count, &taken, &part, chunk, &given)
      guard content.count + given <= limit else {
        throw failure("has more than \(limit) bytes, which is more of this machine's memory than a file may take")
      }
      content += part.prefix(given)
      place += taken
      switch Int(code) {
      case Int(equilibria_packed_end): return place
      case Int(equilibria_packed_damaged): throw failure("corrupt \(packer.rawValue) stream")
      case Int(equilibria_packed_memory): throw failure("the \(packer.rawValue) stream takes too much memory to unpack")
      default:
        guard taken > 0 || given > 0 else { throw failure("the \(packer.rawValue) stream ends too early") }
      }
    }
  }
}
