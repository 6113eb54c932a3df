import Foundation

/// Content read from front to back, unpacked where a packer has packed it, whatever the file's name.
///
/// It may be of several streams one after the other, as parallel packers write them, with zeros between and after them. No stream is
/// believed what it claims of its size, and its checksum is compared at its end.
package final class PackedReader {
  /// Why the content cannot be read on.
  package enum Damage: Error, Equatable {
    /// A stream ends too early.
    case isTruncated(Packer)
    /// It is no such stream from here on, in the library's words, which may be empty.
    case isCorrupt(Packer, String)
    /// Something else comes behind the last stream.
    case isFollowed(Packer)
    case takesTooMuchMemory(Packer)
    case isUnreadable(String)

    /// One clause for a message.
    package var reason: String {
      switch self {
      case .isTruncated(let packer): "the \(packer.rawValue) stream ends too early"
      case .isCorrupt(let packer, let words): "corrupt \(packer.rawValue) stream" + (words.isEmpty ? "" : " (\(words))")
      case .isFollowed(let packer): "the \(packer.rawValue) stream is followed by other bytes, expected the end of the file"
      case .takesTooMuchMemory(let packer): "the \(packer.rawValue) stream takes too much memory to unpack"
      case .isUnreadable(let message): "cannot be read: \(message)"
      }
    }
  }

  /// Bytes before they are unpacked.
  package let packedSize: Int
  /// Who has packed the content; `nil` if it is read as it is.
  package let packer: Packer?
  /// Bytes delivered so far: the place of the next one in the unpacked content.
  package private(set) var position = 0
  /// `nil` if all bytes are in `piece` from the beginning.
  private let handle: FileHandle?
  private let chunk: Int
  /// What has been read and not yet unpacked, from `place` on.
  private var piece: [UInt8]
  private var place = 0
  /// `nil` between two streams.
  private var stream: Unpacker?

  /// A file.
  ///
  /// - Parameters:
  ///   - packers: whose streams are unpacked.
  ///   - chunk: bytes that are read at a time.
  /// - Throws: `FileError` if the file cannot be read or is not a regular file.
  package init(path: String, unpacking packers: [Packer], chunk: Int = 1 << 18) throws {
    packedSize = try FileBytes.regularSize(path)
    self.chunk = chunk
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      self.handle = handle
      piece = [UInt8](try handle.read(upToCount: max(chunk, 8)) ?? Data())
    } catch { throw FileError(path: path, reason: FileError.reason(error)) }
    packer = Packer.of(piece).flatMap { packers.contains($0) ? $0 : nil }
  }

  /// Bytes in memory.
  package init(_ bytes: [UInt8]) {
    (packedSize, handle, chunk, piece) = (bytes.count, nil, 0, bytes)
    packer = Packer.of(bytes)
  }

  /// Reads up to `count` bytes into the front of `buffer`, which has as many, and returns how many; fewer at the end of the content
  /// alone.
  ///
  /// - Throws: `Damage`.
  package func read(into buffer: inout [UInt8], count: Int) throws(Damage) -> Int {
    var given = 0
    let start = position
    while given < count, try readOn(into: &buffer, &given, count) { position = start + given }
    return given
  }

  /// - Returns: `false` at the end of the content.
  private func readOn(into buffer: inout [UInt8], _ given: inout Int, _ count: Int) throws(Damage) -> Bool {
    guard let packer else {
      try require(1)
      let part = min(count - given, piece.count - place)
      buffer.replaceSubrange(given..<given + part, with: piece[place..<place + part])
      place += part
      given += part
      return part > 0
    }
    if stream == nil { stream = try nextStream(packer) }
    guard let stream else { return false }
    try require(1)
    let before = (place, given)
    switch stream.step(piece, &place, into: &buffer, &given, end: count) {
    case .end: self.stream = nil
    case .damaged(let words): throw .isCorrupt(packer, words)
    case .takesTooMuchMemory: throw .takesTooMuchMemory(packer)
    case .more: if (place, given) == before { throw .isTruncated(packer) }
    }
    return true
  }

  /// Begins the stream that comes next; `nil` if none does.
  private func nextStream(_ packer: Packer) throws(Damage) -> Unpacker? {
    repeat {
      place = piece[place...].firstIndex { $0 != 0 } ?? piece.count
      try require(packer.magic.count)
    } while place < piece.count && piece[place] == 0
    guard place < piece.count else { return nil }
    guard piece[place...].starts(with: packer.magic) else { throw .isFollowed(packer) }
    guard let next = Unpacker(packer) else { throw .takesTooMuchMemory(packer) }
    return next
  }

  /// Reads on until so many bytes are in `piece` from `place` on, or all that are left.
  private func require(_ count: Int) throws(Damage) {
    guard let handle else { return }
    while piece.count - place < count {
      do {
        guard let more = try handle.read(upToCount: chunk), !more.isEmpty else { return }
        piece = place < piece.count ? piece[place...] + [UInt8](more) : [UInt8](more)
        place = 0
      } catch { throw .isUnreadable(FileError.reason(error)) }
    }
  }
}

extension PackedReader {
  /// The whole content of a file. Memory grows with the bytes that really come.
  ///
  /// - Parameter limit: the most bytes that it may have.
  /// - Throws: `FileError`.
  package static func content(of path: String, unpacking packers: [Packer], atMost limit: Int) throws -> [UInt8] {
    try PackedReader(path: path, unpacking: packers, chunk: 1 << 20).content(named: path, atMost: limit)
  }

  /// What is still to come.
  ///
  /// - Parameters:
  ///   - path: what messages call the file.
  ///   - limit: the most bytes that it may be.
  /// - Throws: `FileError` if it is damaged or more.
  package func content(named path: String, atMost limit: Int) throws -> [UInt8] {
    let chunk = 1 << 20
    var content: [UInt8] = []
    if packer == nil { content.reserveCapacity(min(packedSize, limit)) }
    var part = [UInt8](repeating: 0, count: chunk)
    do {
      while case let found = try read(into: &part, count: chunk), found > 0 {
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
