import CZlib
import Foundation

/// A file read from front to back, plain or gzipped.
///
/// zlib reads both through one interface and checks a gzip member's length and CRC-32. Memory grows with the bytes that really
/// arrive, never with a number that the file claims.
final class DatasetFile {
  /// The path that was opened.
  let path: String
  /// The bytes on disk: compressed ones if `isCompressed`.
  let sizeOnDisk: Int
  let isCompressed: Bool
  /// Bytes delivered so far: the place of the next one in the uncompressed content.
  private(set) var position = 0
  private let handle: gzFile

  /// Deflate cannot shrink further than this (RFC 1951: 258 bytes take at least two bits), so a compressed file bounds its
  /// content.
  static let greatestCompression = 1032

  private static let chunk = 1 << 18

  /// Opens `path`, or `path`.gz if only that exists.
  init(path: String) throws {
    guard let found = Self.existing(path) else {
      throw DatasetError.unreadable(file: path, reason: "no such file (nor \(path).gz)")
    }
    self.path = found
    isCompressed = found.hasSuffix(".gz")
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: found).resolvingSymlinksInPath().path)
    guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular else {
      throw DatasetError.unreadable(file: found, reason: "not a regular file")
    }
    sizeOnDisk = (attributes[.size] as? NSNumber)?.intValue ?? 0
    guard let handle = gzopen(found, "rb") else {
      throw DatasetError.unreadable(file: found, reason: String(cString: strerror(errno)))
    }
    self.handle = handle
    gzbuffer(handle, UInt32(Self.chunk))
    // zlib hands a file without gzip's magic number through unchanged; under the name .gz that is damage.
    if isCompressed, gzdirect(handle) == 1 {
      throw DatasetError.malformed(file: found, place: "byte 0", reason: "expected a gzip header (1f 8b)")
    }
  }

  deinit { gzclose(handle) }

  /// `path` if there is such a file, else `path`.gz if there is that, else nil.
  static func existing(_ path: String) -> String? {
    [path, path + ".gz"].first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The most bytes that the content can have.
  var greatestSize: Int {
    guard isCompressed else { return sizeOnDisk }
    return sizeOnDisk > Int.max / Self.greatestCompression ? .max : sizeOnDisk * Self.greatestCompression
  }

  /// Reads the next `count` bytes.
  /// - Throws: `DatasetError.malformed` if the content ends before; `what` names what was being read.
  func read(_ count: Int, what: String) throws -> [UInt8] {
    let start = position
    var bytes = [UInt8]()
    bytes.reserveCapacity(min(count, greatestSize))
    var buffer = [UInt8](repeating: 0, count: min(count, Self.chunk))
    while bytes.count < count {
      let found = try fill(&buffer, count: min(buffer.count, count - bytes.count))
      if found == 0 {
        throw DatasetError.malformed(
          file: path, place: "byte \(position)",
          reason: "truncated: expected \(count) bytes of \(what) from byte \(start), found \(bytes.count)")
      }
      bytes += buffer.prefix(found)
    }
    return bytes
  }

  /// Reads up to `buffer.count` bytes into `buffer`'s front and returns how many; fewer only at the end of the content.
  func readRecord(into buffer: inout [UInt8]) throws -> Int {
    try fill(&buffer, count: buffer.count)
  }

  /// - Throws: `DatasetError.malformed` unless all of the content has been read. At the end a gzip file's CRC-32 is checked.
  func expectEnd() throws {
    let place = position
    var beyond: [UInt8] = [0]
    if try fill(&beyond, count: 1) > 0 {
      throw DatasetError.malformed(
        file: path, place: "byte \(place)", reason: "expected the end of the file, found further bytes")
    }
  }

  private func fill(_ buffer: inout [UInt8], count: Int) throws -> Int {
    let found = gzread(handle, &buffer, UInt32(count))
    // A short read is either the end or damage, which only the state of the handle tells apart.
    var code: Int32 = Z_OK
    let message = gzerror(handle, &code).map { String(cString: $0) } ?? ""
    position += max(Int(found), 0)
    guard found >= 0, code == Z_OK || code == Z_STREAM_END else {
      throw failure(code: code, message: message)
    }
    return Int(found)
  }

  private func failure(code: Int32, message: String) -> DatasetError {
    switch code {
    case Z_BUF_ERROR:
      return .malformed(file: path, place: "byte \(position)", reason: "truncated: the gzip stream ends too early")
    case Z_DATA_ERROR:
      return .malformed(file: path, place: "byte \(position)", reason: "corrupt gzip stream (\(message))")
    default:
      return .unreadable(file: path, reason: message)
    }
  }
}
