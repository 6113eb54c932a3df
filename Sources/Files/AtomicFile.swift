import Foundation

/// Files that are replaced whole or not at all, also when the disk is full or the machine stops.
package enum AtomicFile {
  /// Of the name of a file that is being written.
  package static let partialSuffix = ".partial"

  /// Writes `PATH.partial`, brings it to the disk and renames it to `PATH`.
  ///
  /// - Parameter body: calls its argument with one piece of the file after the other.
  /// - Throws: `FileError`; the older file, if there is one, is intact and nothing is left beside it.
  package static func write(to path: String, _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void) throws {
    let partial = path + partialSuffix
    do {
      try writePartial(partial, body)
      try rename(partial, to: path)
      try synchroniseFolder(of: path)
    } catch {
      unlink(partial)
      throw error is FileError
        ? error : FileError(path: path, reason: "cannot be written: \(FileError.reason(error))", writing: true)
    }
  }

  package static func write(_ text: String, to path: String) throws {
    try write(to: path) { try $0([UInt8](text.utf8)) }
  }

  /// Says before the work, not after it, that its result cannot be written.
  ///
  /// - Throws: `FileError` if a path is a folder, or there is no folder for it.
  package static func check(_ paths: [String?]) throws {
    for path in paths.compactMap(\.self) {
      if UserPath.isFolder(path) { throw FileError(path: path, reason: "is a folder, expected a file to write", writing: true) }
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw FileError(
          path: path, reason: "cannot be written: there is no folder \(folder) that may be written to", writing: true)
      }
    }
  }

  private static func writePartial(_ partial: String, _ body: (([UInt8]) throws -> Void) throws -> Void) throws {
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(path: partial, reason: "cannot be written: \(FileError.systemReason())", writing: true)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? handle.close() }
    try body { try handle.write(contentsOf: Data($0)) }
    try handle.synchronize()
  }

  private static func rename(_ old: String, to new: String) throws {
    guard Foundation.rename(old, new) == 0 else {
      throw FileError(path: new, reason: "cannot be replaced: \(FileError.systemReason())", writing: true)
    }
  }

  /// A rename is on the disk once its folder is.
  private static func synchroniseFolder(of path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(path: folder, reason: "cannot be opened: \(FileError.systemReason())", writing: true)
    }
    defer { close(descriptor) }
    // Some network file systems have no such thing for folders, and say so with EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw FileError(path: folder, reason: "cannot be flushed to disk: \(FileError.systemReason())", writing: true)
    }
  }
}
