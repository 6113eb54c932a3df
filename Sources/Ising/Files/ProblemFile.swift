import Files
import Host

/// A problem's file, plain, packed by gzip, bzip2 or xz, or alone in a ZIP archive.
public enum ProblemFile {
  /// Reads a problem.
  ///
  /// - Parameters:
  ///   - path: a regular file; if it is packed, whatever its name, its content is read.
  ///   - format: the form; by default that of the name's ending, or that which the content looks like.
  ///   - instance: which problem of a file of several, from 1.
  /// - Throws: `ProblemFileError`, which names the file, the line and what was expected.
  public static func read(_ path: String, format: ProblemFormat? = nil, instance: Int? = nil) throws -> ProblemContent {
    try parse(try bytes(of: path), file: path, format: format, instance: instance)
  }

  /// Reads a problem from what came by another way, as on standard input.
  ///
  /// - Parameter name: what messages call it.
  /// - Throws: `ProblemFileError`, which names the line and what was expected.
  public static func read(
    _ bytes: [UInt8], named name: String, format: ProblemFormat? = nil, instance: Int? = nil
  ) throws -> ProblemContent {
    try parse(try unpacked(bytes, file: name), file: name, format: format, instance: instance)
  }

  /// Reads a problem from a text.
  static func parse(
    _ bytes: [UInt8], file: String, format: ProblemFormat? = nil, instance: Int? = nil
  ) throws -> ProblemContent {
    if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      throw ProblemFileError(
        file: file, line: nil, reason: "is packed by zstd; pass it on by `zstd -dc FILE | equilibria solve -`")
    }
    // No text begins like dimod's binary files, which have no ending of their own.
    let promised = bytes.starts(with: BinaryModelReader.magic) ? .dimod : ProblemFormat.promised(by: file)
    guard let format = format ?? promised ?? ProblemFormat.detected(in: bytes) else {
      let reason =
        bytes.allSatisfy { $0 <= UInt8(ascii: " ") }
        ? "the file is empty, expected a problem"
        : "the content looks like none of the forms, expected one of "
          + ProblemFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProblemFileError(file: file, line: 1, reason: reason)
    }
    if instance != nil, format != .orLibrary {
      throw ProblemFileError(
        file: file, line: nil,
        reason: "--instance is for files of several problems, as OR-Library's; this one is read as "
          + "\(format.rawValue)")
    }
    var scanner = TextScanner(bytes, file: file)
    do {
      return try format.reader(instance: instance).read(&scanner)
    } catch let error as ProblemError {
      throw ProblemFileError(file: file, line: nil, reason: error.description)
    }
  }

  /// Bytes that a content may have: the problem that it becomes takes as much again.
  package static var greatestSize: Int { MemoryLimit.bytesLeft / 2 }

  /// The content, unpacked if need be. Memory grows with the bytes that really come.
  static func bytes(of path: String) throws -> [UInt8] {
    func failure(_ reason: String) -> ProblemFileError { ProblemFileError(file: path, line: nil, reason: reason) }
    do {
      let bytes = try PackedReader.content(of: path, unpacking: Packer.allCases, atMost: greatestSize)
      return try ZipArchive.begins(bytes) ? single(ZipArchive(path: path), path: path, atMost: greatestSize) : bytes
    } catch let error as FileError { throw failure(error.reason) }
  }

  /// The content of bytes that may be packed.
  private static func unpacked(_ bytes: [UInt8], file: String) throws -> [UInt8] {
    let reader = PackedReader(bytes)
    guard reader.packer != nil else { return bytes }
    do {
      return try reader.content(named: file, atMost: greatestSize)
    } catch let error as FileError { throw ProblemFileError(file: file, line: nil, reason: error.reason) }
  }
}

extension ProblemFile {
  /// The one file of an archive.
  private static func single(_ archive: ZipArchive, path: String, atMost limit: Int) throws -> [UInt8] {
    let files = archive.entries.filter { !$0.name.hasSuffix("/") && !$0.name.hasPrefix("__MACOSX") }
    guard files.count == 1 else {
      throw ProblemFileError(file: path, line: nil, reason: "is an archive of \(files.count) files, expected one: the problem")
    }
    return try archive.read(files[0], atMost: limit)
  }
}

/// Why a file holds no problem: where, what was found and what was expected, as `FILE:LINE: what, expected what`.
public struct ProblemFileError: Error, Equatable, CustomStringConvertible {
  /// The path as it was given.
  public var file: String
  /// Counted from 1; `nil` if no line is to blame.
  public var line: Int?
  /// What was found and what was expected.
  public var reason: String

  /// - Parameter line: counted from 1; `nil` if no line is to blame.
  public init(file: String, line: Int?, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public var description: String {
    let text = file + (line.map { ":\($0)" } ?? "") + ": \(reason)"
    // What a file holds is shown, and not obeyed by a terminal.
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
      let isControl = scalar.value < 32 && scalar != "\n" || (127..<160).contains(scalar.value)
      shown += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
  }
}
