import Foundation

/// A file operation that failed: what was being done, to which file, and why.
package struct FileError: Error, Equatable, CustomStringConvertible {
  package var path: String
  package var reason: String
  /// Whether the file, or its folder, was to be written.
  package var isOfWriting: Bool

  package init(path: String, reason: String, writing: Bool = false) {
    self.path = path
    self.reason = reason
    isOfWriting = writing
  }

  package var description: String { "\(path): \(reason)" }
}

// MARK: - Reasons

extension FileError {
  /// The system's words for the last call that failed.
  package static func systemReason() -> String { String(cString: strerror(errno)) }

  private static let foundationCodes: [CocoaError.Code: Int32] = [
    .fileNoSuchFile: ENOENT, .fileReadNoSuchFile: ENOENT, .fileReadNoPermission: EACCES, .fileWriteNoPermission: EACCES,
    .fileWriteFileExists: EEXIST, .fileWriteOutOfSpace: ENOSPC, .fileWriteVolumeReadOnly: EROFS, .fileReadTooLarge: EFBIG,
    .fileReadInvalidFileName: ENAMETOOLONG, .fileWriteInvalidFileName: ENAMETOOLONG,
  ]

  /// The system's words for an error of Foundation.
  package static func reason(_ thrown: any Error) -> String {
    let error = thrown as NSError
    if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError, cause.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(cause.code)))
    }
    if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
    // Foundation's sentences are for windows of other systems; each of its codes for files stands for one of the system's.
    guard error.domain == NSCocoaErrorDomain else { return "\(thrown)" }
    return foundationCodes[CocoaError.Code(rawValue: error.code)].map { String(cString: strerror($0)) }
      ?? "error \(error.code) of \(error.domain)"
  }
}

/// Whole files as bytes, with the limits that untrusted files need.
package enum FileBytes {
  /// Reads a regular file.
  ///
  /// - Throws: `FileError` if it cannot be read, is not a regular file, or has more than `limit` bytes.
  package static func read(_ path: String, atMost limit: Int = .max) throws -> [UInt8] {
    let size = try regularSize(path)
    guard size <= limit else {
      throw FileError(path: path, reason: "has \(size) bytes, expected at most \(limit)")
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      return [UInt8](try handle.read(upToCount: max(size, 1)) ?? Data())
    } catch {
      throw FileError(path: path, reason: FileError.reason(error))
    }
  }

  /// The size of a regular file; a pipe or a device, which might never end, is refused.
  package static func regularSize(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError(path: path, reason: FileError.systemReason()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(path: path, reason: isFolder ? "is a folder, expected a file" : "is not a regular file")
    }
    return Int(status.st_size)
  }

  /// Makes a folder and those above it, unless it is there.
  package static func createFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(path: path, reason: "the folder cannot be made: \(FileError.reason(error))", writing: true)
    }
  }
}

extension FixedWidthInteger {
  /// From the lowest byte to the highest.
  package var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
  }
}
