import Files
import Foundation

/// A file read from front to back, plain or gzipped.
///
/// Memory grows with the bytes that really arrive, never with a number that the file claims.
final class DatasetFile {
  /// The path that was opened.
  let path: String
  /// By the content, since people keep gzipped files under plain names too.
  let isCompressed: Bool
  private let content: PackedReader

  /// The bytes on disk: compressed ones if `isCompressed`.
  var sizeOnDisk: Int { content.packedSize }

  /// Bytes delivered so far: the place of the next one in the uncompressed content.
  var position: Int { content.position }

  /// Deflate cannot shrink further than this (RFC 1951: 258 bytes take at least two bits), so a compressed file bounds its
  /// content.
  static let greatestCompression = 1032

  private static let chunk = 1 << 18

  /// Opens `path`, or what stands for it (`existing`).
  init(path: String) throws {
    guard let found = Self.existing(path) else {
      throw DatasetError.unreadable(file: path, reason: "no such file (nor \(path).gz)")
    }
    self.path = found
    guard (try? FileBytes.regularSize(found)) != nil else {
      throw DatasetError.unreadable(file: found, reason: "not a regular file")
    }
    do {
      content = try PackedReader(path: found, unpacking: [.gzip], chunk: Self.chunk)
    } catch let error as FileError {
      throw DatasetError.unreadable(file: found, reason: error.reason)
    }
    isCompressed = content.packer != nil
    // Any file may be plain, but one that is called .gz.
    if found.hasSuffix(".gz"), !isCompressed {
      throw DatasetError.malformed(file: found, place: "byte 0", reason: "expected a gzip header (1f 8b)")
    }
  }

  /// `path` if there is such a file, else the first of what stands for it, else nil: the same gzipped (`.gz`); for idx with a point before
  /// `idx`; in a folder of its own name. Archives of other sites, such as Kaggle's, hold the files so.
  static func existing(_ path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent().path
    let name = url.lastPathComponent
    let pointed = name.replacing("-idx", with: ".idx", maxReplacements: 1)
    let names = [name, "\(name)/\(name)"] + (pointed == name ? [] : [pointed, "\(pointed)/\(pointed)", "\(name)/\(pointed)"])
    let found = names.flatMap { ["\(folder)/\($0)", "\(folder)/\($0).gz"] }.first(where: UserPath.isFile)
    // A folder in the place of a file is told of when it is opened.
    return found ?? (FileManager.default.fileExists(atPath: path) ? path : nil)
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
    do {
      return try content.read(into: &buffer, count: count)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ damage: PackedReader.Damage) -> DatasetError {
    switch damage {
    case .isUnreadable(let message): .unreadable(file: path, reason: message)
    case .isTruncated: .malformed(file: path, place: "byte \(position)", reason: "truncated: \(damage.reason)")
    default: .malformed(file: path, place: "byte \(position)", reason: damage.reason)
    }
  }
}
