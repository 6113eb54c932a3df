import CZlib
import Foundation

/// The files in a ZIP archive, stored or deflated, also beyond 4 GB (ZIP64).
///
/// Source: PKWARE's APPNOTE.TXT, 4.3 and 4.5.3. What an archive says of sizes is compared with its own size before memory is taken.
package final class ZipArchive {
  /// A file in the archive.
  package struct Entry: Equatable {
    package let name: String
    /// Its bytes once it is unpacked.
    package let size: Int
    let packedSize: Int
    let method: Int
    let isEncrypted: Bool
    let checksum: UInt32
    let offset: Int
  }

  /// In the order of the archive's directory.
  package let entries: [Entry]
  private let path: String
  private let handle: FileHandle
  private let sizeOnDisk: Int

  /// Deflate cannot shrink further than this (RFC 1951: 258 bytes take at least two bits).
  private static let greatestCompression = 1032

  /// Whether a file begins as ZIP archives do.
  package static func begins(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x50, 0x4b, 3, 4]) }

  /// - Throws: `FileError` if the file cannot be read or has no directory of an archive.
  package init(path: String) throws {
    self.path = path
    sizeOnDisk = try FileBytes.regularSize(path)
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw FileError(path: path, reason: FileError.reason(error))
    }
    entries = try Self.directory(of: handle, size: sizeOnDisk, path: path)
  }

  deinit { try? handle.close() }

  /// The unpacked bytes of a file in the archive.
  ///
  /// - Parameter limit: bytes that may be taken.
  /// - Throws: `FileError` if it is damaged, packed by another method or larger than `limit`.
  package func read(_ entry: Entry, atMost limit: Int) throws -> [UInt8] {
    func failure(_ reason: String) -> FileError { FileError(path: path, reason: "`\(entry.name)` in the archive \(reason)") }
    guard !entry.isEncrypted else { throw failure("is encrypted, expected plain files") }
    guard entry.method == 0 || entry.method == 8 else {
      throw failure("is packed by method \(entry.method), expected 0 (stored) or 8 (deflated)")
    }
    guard entry.packedSize <= sizeOnDisk, entry.size / Self.greatestCompression <= entry.packedSize,
      entry.method == 8 || entry.size == entry.packedSize
    else { throw failure("claims \(entry.size) bytes, packed \(entry.packedSize), in a file of \(sizeOnDisk)") }
    guard entry.size <= limit else { throw failure("has \(entry.size) bytes, expected at most \(limit)") }
    let header = try Self.bytes(30, at: entry.offset, of: handle, path: path)
    guard Self.number(header, 0, 4) == 0x0403_4b50 else { throw failure("has no header at byte \(entry.offset)") }
    let start = entry.offset + 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
    let packed = try Self.bytes(entry.packedSize, at: start, of: handle, path: path)
    var content = packed
    if entry.method == 8 {
      content = [UInt8](repeating: 0, count: entry.size)
      guard equilibria_inflate(packed, packed.count, &content, content.count) == Z_OK else {
        throw failure("is damaged: its content does not inflate to the \(entry.size) bytes that it claims")
      }
    }
    var checksum = Checksum()
    checksum.update(content)
    guard UInt32(truncatingIfNeeded: checksum.value) == entry.checksum else {
      throw failure("is damaged: its checksum is not the one that the archive states")
    }
    return content
  }

  // MARK: - Directory

  private static func directory(of handle: FileHandle, size: Int, path: String) throws -> [Entry] {
    func failure(_ reason: String) -> FileError { FileError(path: path, reason: "is not a complete ZIP archive: \(reason)") }
    // The end of the directory is followed by a comment of at most 65,535 bytes.
    let tailSize = min(size, 22 + 65_535)
    guard tailSize >= 22 else { throw failure("it has \(size) bytes") }
    let tail = try bytes(tailSize, at: size - tailSize, of: handle, path: path)
    guard let end = (0...tailSize - 22).last(where: { number(tail, $0, 4) == 0x0605_4b50 }) else {
      throw failure("it has no directory at its end")
    }
    var (length, offset) = (number(tail, end + 12, 4), number(tail, end + 16, 4))
    if offset == 0xFFFF_FFFF || length == 0xFFFF_FFFF || number(tail, end + 10, 2) == 0xFFFF {
      let place = size - tailSize + end - 20
      guard place >= 0, case let locator = try bytes(20, at: place, of: handle, path: path), number(locator, 0, 4) == 0x0706_4b50,
        case let wide = try bytes(56, at: number(locator, 8, 8), of: handle, path: path), number(wide, 0, 4) == 0x0606_4b50
      else { throw failure("its directory of more than 4 GB is not where it says") }
      (length, offset) = (number(wide, 40, 8), number(wide, 48, 8))
    }
    guard length <= size, offset <= size - length else {
      throw failure("a directory of \(length) bytes at byte \(offset) in a file of \(size)")
    }
    let directory = try bytes(length, at: offset, of: handle, path: path)
    var entries: [Entry] = []
    var place = 0
    while place + 46 <= length, number(directory, place, 4) == 0x0201_4b50 {
      let (name, extra) = (number(directory, place + 28, 2), number(directory, place + 30, 2))
      let next = place + 46 + name + extra + number(directory, place + 32, 2)
      guard next <= length else { throw failure("its directory ends within a file's entry") }
      entries.append(entry(directory, at: place, name: name, extra: extra))
      place = next
    }
    guard place == length else { throw failure("byte \(place) of its directory is no file's entry") }
    return entries
  }

  private static func entry(_ directory: [UInt8], at place: Int, name nameLength: Int, extra extraLength: Int) -> Entry {
    let name = String(decoding: directory[place + 46..<place + 46 + nameLength], as: UTF8.self)
    var sizes = [number(directory, place + 24, 4), number(directory, place + 20, 4), number(directory, place + 42, 4)]
    // The field of ZIP64 holds, in this order, those of the three that do not fit into 32 bits.
    var field = place + 46 + nameLength
    let end = field + extraLength
    while field + 4 <= end {
      let (kind, length) = (number(directory, field, 2), number(directory, field + 2, 2))
      if kind == 1 {
        var value = field + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF && value + 8 <= min(field + 4 + length, end) {
          sizes[index] = number(directory, value, 8)
          value += 8
        }
      }
      field += 4 + length
    }
    return Entry(
      name: name, size: sizes[0], packedSize: sizes[1], method: number(directory, place + 10, 2),
      isEncrypted: number(directory, place + 8, 2) & 1 == 1,
      checksum: UInt32(truncatingIfNeeded: number(directory, place + 16, 4)), offset: sizes[2])
  }

  private static func bytes(_ count: Int, at offset: Int, of handle: FileHandle, path: String) throws -> [UInt8] {
    guard count > 0 else { return [] }
    do {
      guard offset >= 0 else { throw CocoaError(.fileReadCorruptFile) }
      try handle.seek(toOffset: UInt64(offset))
      let data = try handle.read(upToCount: count) ?? Data()
      guard data.count == count else {
        throw FileError(path: path, reason: "is truncated: expected \(count) bytes from byte \(offset), found \(data.count)")
      }
      return [UInt8](data)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(path: path, reason: "cannot be read from byte \(offset): \(FileError.reason(error))")
    }
  }

  /// Little-endian; what does not fit is greater than any file.
  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    Int(clamping: (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << (8 * $1) })
  }
}
