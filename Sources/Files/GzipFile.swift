import CZlib
import Foundation

/// A regular file read from front to back, plain or gzipped, whatever its name.
///
/// zlib reads both through one interface and checks a gzip member's length and CRC-32.
package final class GzipFile {
  /// Why the content cannot be read on.
  package enum Damage: Error, Equatable {
    /// The gzip stream ends too early.
    case isTruncated
    /// It is no gzip stream from here on, in zlib's words.
    case isCorrupt(String)
    case isUnreadable(String)

    /// One clause for a message.
    package var reason: String {
      switch self {
      case .isTruncated: "the gzip stream ends too early"
      case .isCorrupt(let message): "corrupt gzip stream (\(message))"
      case .isUnreadable(let message): "cannot be read: \(message)"
      }
    }
  }

  /// Bytes on the disk: compressed ones of a gzipped file.
  package let sizeOnDisk: Int
  /// Bytes delivered so far: the place of the next one in the uncompressed content.
  package private(set) var position = 0
  private let handle: gzFile

  /// - Parameter chunk: bytes that zlib reads at a time.
  /// - Throws: `FileError` if the file cannot be opened or is not a regular file.
  package init(path: String, chunk: Int) throws {
    sizeOnDisk = try FileBytes.regularSize(path)
    guard let handle = gzopen(path, "rb") else { throw FileError(path: path, reason: FileError.systemReason()) }
    self.handle = handle
    gzbuffer(handle, UInt32(chunk))
  }

  deinit { gzclose(handle) }

  /// Whether the file begins as gzip files do; zlib hands any other through unchanged.
  package var isCompressed: Bool { gzdirect(handle) == 0 }

  /// Reads up to `count` bytes into the front of `buffer`, which has as many, and returns how many; fewer at the end of the content
  /// alone.
  ///
  /// - Throws: `Damage`.
  package func read(into buffer: inout [UInt8], count: Int) throws -> Int {
    let found = Int(gzread(handle, &buffer, UInt32(count)))
    // A short read is either the end or damage, which only the state of the handle tells apart.
    var code: Int32 = Z_OK
    let message = gzerror(handle, &code).map { String(cString: $0) } ?? ""
    position += max(found, 0)
    guard found >= 0, code == Z_OK || code == Z_STREAM_END else {
      switch code {
      case Z_BUF_ERROR: throw Damage.isTruncated
      case Z_DATA_ERROR: throw Damage.isCorrupt(message)
      default: throw Damage.isUnreadable(message)
      }
    }
    return found
  }

  /// The whole content of a file, inflated where it is gzipped. Memory grows with the bytes that really come.
  ///
  /// - Parameter limit: the most bytes that it may have.
  /// - Throws: `FileError`.
  package static func content(of path: String, atMost limit: Int) throws -> [UInt8] {
    let chunk = 1 << 20
    let file = try GzipFile(path: path, chunk: chunk)
    var content: [UInt8] = []
    if !file.isCompressed { content.reserveCapacity(min(file.sizeOnDisk, limit)) }
    var part = [UInt8](repeating: 0, count: chunk)
    do {
      while case let found = try file.read(into: &part, count: chunk), found > 0 {
        guard content.count + found <= limit else {
          throw FileError(
            path: path, reason: "has more than \(limit) bytes, which is more of this machine's memory than a file may take")
        }
        content += part.prefix(found)
      }
    } catch let damage as Damage { throw FileError(path: path, reason: damage.reason) }
    return content
  }
}
