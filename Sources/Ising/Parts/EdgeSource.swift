import Files
import Foundation

/// The content of a file of edges, from any place on. Of a packed file places are reached by unpacking all before them.
final class EdgeSource {
  private let path: String
  /// `nil` if the file is packed.
  private let handle: FileHandle?
  private let packed: PackedReader?
  private var buffer: [UInt8] = []

  /// - Throws: `ProblemFileError` if the file cannot be read.
  init(_ path: String, isPacked: Bool) throws {
    self.path = path
    guard isPacked else {
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw ProblemFileError(file: path, line: nil, reason: FileError.systemReason())
      }
      (self.handle, packed) = (handle, nil)
      return
    }
    do {
      (handle, packed) = (nil, try PackedReader(path: path, unpacking: Packer.allCases))
    } catch { throw ProblemFileError(file: path, line: nil, reason: FileError.reason(error)) }
  }

  /// The next bytes; fewer than `count` at the end of the content alone.
  func read(_ count: Int) throws -> [UInt8] {
    guard let packed else {
      do {
        return [UInt8](try handle?.read(upToCount: count) ?? Data())
      } catch { throw ProblemFileError(file: path, line: nil, reason: FileError.reason(error)) }
    }
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
    do throws(PackedReader.Damage) {
      let found = try packed.read(into: &buffer, count: count)
      return Array(buffer.prefix(found))
    } catch { throw ProblemFileError(file: path, line: nil, reason: error.reason) }
  }

  /// Goes to a place, of a packed file one behind those that were read, or to the end of a content that has less.
  func move(to place: Int) throws {
    if let handle {
      do { try handle.seek(toOffset: UInt64(place)) } catch {
        throw ProblemFileError(file: path, line: nil, reason: FileError.reason(error))
      }
    } else if let packed {
      while packed.position < place, try !read(min(place - packed.position, Self.passed)).isEmpty {}
    }
  }

  /// Bytes that are passed over at a time.
  private static let passed = 1 << 20
}
