import Files
import Host

/// A problem's file, plain or gzipped.
public enum ProblemFile {
  private static let chunk = 1 << 20

  /// Reads a problem.
  ///
  /// - Parameters:
  ///   - path: a regular file; if it is gzipped, whatever its name, its content is read.
  ///   - format: the form; by default that of the name's ending, or that which the content looks like.
  /// - Throws: `ProblemFileError`, which names the file, the line and what was expected.
  public static func read(_ path: String, format: ProblemFormat? = nil) throws -> ProblemContent {
    try parse(try bytes(of: path), file: path, format: format)
  }

  /// Reads a problem from a text.
  static func parse(_ bytes: [UInt8], file: String, format: ProblemFormat? = nil) throws -> ProblemContent {
    guard let format = format ?? ProblemFormat.promised(by: file) ?? ProblemFormat.detected(in: bytes) else {
      let reason =
        bytes.allSatisfy { $0 <= UInt8(ascii: " ") }
        ? "the file is empty, expected a problem"
        : "the content looks like none of the forms, expected one of "
          + ProblemFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProblemFileError(file: file, line: 1, reason: reason)
    }
    var scanner = TextScanner(bytes, file: file)
    do {
      return try format.reader.read(&scanner)
    } catch let error as ProblemError {
      throw ProblemFileError(file: file, line: nil, reason: error.description)
    }
  }

  /// The content, inflated if need be. Memory grows with the bytes that really come, up to half of the machine's.
  static func bytes(of path: String) throws -> [UInt8] {
    func failure(_ reason: String) -> ProblemFileError { ProblemFileError(file: path, line: nil, reason: reason) }
    do {
      let file = try GzipFile(path: path, chunk: chunk)
      let limit = MemoryLimit.hostBytes / 2
      var bytes = [UInt8]()
      if !file.isCompressed { bytes.reserveCapacity(min(file.sizeOnDisk, limit)) }
      var buffer = [UInt8](repeating: 0, count: chunk)
      while true {
        let count = try file.read(into: &buffer, count: chunk)
        if count == 0 { return bytes }
        guard bytes.count + count <= limit else { throw failure("has more than \(limit) bytes, half of this machine's memory") }
        bytes += buffer.prefix(count)
      }
    } catch let error as FileError {
      throw failure(error.reason)
    } catch GzipFile.Damage.isTruncated {
      throw failure("the gzip stream ends too early")
    } catch GzipFile.Damage.isCorrupt(let message), GzipFile.Damage.isUnreadable(let message) {
      throw failure("cannot be read: \(message)")
    }
  }
}
