import Foundation

/// Files that are replaced whole or not at all, also when the disk is full or the machine stops.
///
/// A named pipe, a character device or an open file such as `/dev/stdout` is written to as it is; a disk never is. Of a symbolic link the target
/// is replaced.
package enum AtomicFile {
  /// Of the name of a file that is being written.
  package static let partialSuffix = ".partial"

  /// Writes `PATH.partial`, brings it to the disk and renames it to `PATH`.
  ///
  /// - Parameter body: calls its argument with one piece of the file after the other.
  /// - Throws: `FileError`; the older file, if there is one, is intact and nothing is left beside it.
  package static func write(to path: String, _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void) throws {
    if isWrittenThrough(path) { return try writeThrough(path, body) }
    let path = target(of: path)
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
  /// - Parameter inputs: files that are read, which a result must not take the place of.
  /// - Throws: `FileError` if a path is a folder or an input, or there is no folder for it.
  package static func check(_ paths: [String?], inputs: [String] = []) throws {
    for path in paths.compactMap(\.self) {
      if UserPath.isFolder(path) { throw FileError(path: path, reason: "is a folder, expected a file to write", writing: true) }
      if isWrittenThrough(path) {
        try refuseDisk(path)
        continue
      }
      let path = target(of: path)
      if inputs.contains(where: { isSame(path, $0) }) {
        throw FileError(path: path, reason: "is read by this command, expected another file to write", writing: true)
      }
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw FileError(
          path: path, reason: "cannot be written: there is no folder \(folder) that may be written to", writing: true)
      }
    }
  }

  /// Whether two paths lead to one file.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }

  /// Whether there is something at the path that no file can take the place of.
  package static func isWrittenThrough(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    // Standard output may be a regular file, to which whoever redirected it adds more.
    let isOpenAlready = ["/dev/stdout", "/dev/stderr"].contains(path) || ["/dev/fd/", "/proc/"].contains(where: path.hasPrefix)
    return [S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK].contains(status.st_mode & S_IFMT) || isOpenAlready
  }

  /// The file that a path names in the end: behind symbolic links, also where it is yet to be made.
  package static func target(of path: String) -> String {
    var path = path
    // As many links as Linux follows.
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      path = next.hasPrefix("/") ? next : URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(next).path
    }
    return path
  }

  /// No result is worth a file system.
  private static func refuseDisk(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFBLK else { return }
    throw FileError(path: path, reason: "is a disk, expected a file to write", writing: true)
  }

  private static func writeThrough(_ path: String, _ body: (([UInt8]) throws -> Void) throws -> Void) throws {
    try refuseDisk(path)
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(path: path, reason: "cannot be written: \(FileError.systemReason())", writing: true)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { try? handle.close() }
    do {
      try body { try handle.write(contentsOf: Data($0)) }
    } catch let error as FileError {
      throw error
    } catch {
      // A reader that has seen enough, such as `head`, is no fault.
      let reason = FileError.reason(error)
      guard reason != String(cString: strerror(EPIPE)) else { return }
      throw FileError(path: path, reason: "cannot be written: \(reason)", writing: true)
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
