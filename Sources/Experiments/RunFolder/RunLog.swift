import Files
import Foundation
import Host

/// `log.txt`: plain lines with time stamps.
public final class RunLog {
  public let path: String
  private let handle: FileHandle

  /// Opens the file for more lines.
  ///
  /// - Throws: `FileError`.
  public init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, reason: "cannot be written: \(AtomicFile.systemReason())") }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Adds a message; one of several lines gets a time stamp on each.
  ///
  /// A log that cannot be written, on a full disk for one, does not end a run: what matters is said by the files that must be
  /// written.
  public func write(_ message: String, at time: Date = Date()) {
    let stamp = TimeStamp.readable(time)
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { "\(stamp)  \($0)\n" }
    try? handle.write(contentsOf: Data(lines.joined().utf8))
  }
}
