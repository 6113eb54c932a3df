import Files
import Host
import Kernels

/// A problem's file, plain, gzipped or alone in a ZIP archive.
public enum ProblemFile {
  /// Programs whose files are told of, and how those begin.
  private static let otherPackers: [(name: String, magic: [UInt8])] = [
    ("gzip", [0x1F, 0x8B]), ("bzip2", [0x42, 0x5A, 0x68]), ("xz", [0xFD, 0x37, 0x7A, 0x58]), ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
  ]

  /// Reads a problem.
  ///
  /// - Parameters:
  ///   - path: a regular file; if it is gzipped, whatever its name, its content is read.
  ///   - format: the form; by default that of the name's ending, or that which the content looks like.
  /// - Throws: `ProblemFileError`, which names the file, the line and what was expected.
  public static func read(_ path: String, format: ProblemFormat? = nil) throws -> ProblemContent {
    try parse(try bytes(of: path), file: path, format: format)
  }

  /// Reads a problem from what came by another way, as on standard input.
  ///
  /// - Parameter name: what messages call it.
  /// - Throws: `ProblemFileError`, which names the line and what was expected.
  public static func read(_ bytes: [UInt8], named name: String, format: ProblemFormat? = nil) throws -> ProblemContent {
    try parse(bytes, file: name, format: format)
  }

  /// Reads a problem from a text.
  static func parse(_ bytes: [UInt8], file: String, format: ProblemFormat? = nil) throws -> ProblemContent {
    for (name, magic) in otherPackers where bytes.starts(with: magic) {
      throw ProblemFileError(
        file: file, line: nil, reason: "is compressed by \(name); pass it on by `\(name) -dc FILE | equilibria solve -`")
    }
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
      let limit = MemoryLimit.hostBytes / 2
      let bytes = try GzipFile.content(of: path, atMost: limit)
      if ZipArchive.begins(bytes) { return try single(ZipArchive(path: path), path: path, atMost: limit) }
      return bytes
    } catch let error as FileError { throw failure(error.reason) }
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

/// States as files: one spin a line, −1 or 1; of variables 0 or 1. A label may follow it.
public enum StateFile {
  /// Reads a state; 0 is −1.
  ///
  /// - Throws: `ProblemFileError` if the file is not a state of so many spins.
  public static func read(_ path: String, spinCount: Int) throws -> [Int8] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var spins = [Int8]()
    spins.reserveCapacity(min(spinCount, scanner.remaining))
    scanner.skipSpace()
    while !scanner.isAtEnd {
      guard spins.count < spinCount else { throw scanner.failure("found another spin, expected \(spinCount)") }
      var place = scanner
      let value = try scanner.integer("a spin, -1 or 1")
      guard (-1...1).contains(value) else { throw scanner.failure("found \(place.quotedWord()), expected a spin, -1 or 1") }
      spins.append(value > 0 ? 1 : -1)
      scanner.nextLine()
      scanner.skipSpace()
    }
    guard spins.count == spinCount else {
      throw scanner.failure("the file ends after \(spins.count) spins, expected \(spinCount)")
    }
    return spins
  }

  /// A number a line, and its label behind it where there are labels.
  public static func text(_ values: some Sequence<Int>, labels: [String] = []) -> String {
    var text = ""
    for (place, value) in values.enumerated() {
      text += labels.indices.contains(place) ? "\(value) \(labels[place])\n" : "\(value)\n"
    }
    return text
  }
}

/// Spins that are held fixed, as files: lines of a spin, counted from 0, and its state, −1 or 1; of variables 0 or 1.
public enum ClampFile {
  /// - Throws: `ProblemFileError` if a line is wrong, or a spin stands twice with different states.
  public static func read(_ path: String, spinCount: Int) throws -> [Int: Int8] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var fixed = [Int: Int8]()
    scanner.skipSpace()
    while !scanner.isAtEnd {
      let spin = try scanner.integer("a spin, 0 to \(spinCount - 1)")
      guard (0..<spinCount).contains(Int(spin)) else {
        throw scanner.failure("spin \(spin) is clamped, expected 0 to \(spinCount - 1)")
      }
      let value = try scanner.integer("a state, -1 or 1")
      guard (-1...1).contains(value) else { throw scanner.failure("found the state \(value), expected -1 or 1") }
      let state: Int8 = value > 0 ? 1 : -1
      if let other = fixed[Int(spin)], other != state {
        throw scanner.failure("spin \(spin) is clamped to \(state), and to \(other) above")
      }
      fixed[Int(spin)] = state
      try scanner.expectLineEnd()
      scanner.skipSpace()
    }
    return fixed
  }
}

/// Pairs of spins as files: lines of two spins, counted from 0.
public enum PairFile {
  /// - Throws: `ProblemFileError` if a line is wrong.
  public static func read(_ path: String, spinCount: Int) throws -> [SpinPair] {
    var scanner = TextScanner(try ProblemFile.bytes(of: path), file: path)
    var pairs: [SpinPair] = []
    scanner.skipSpace()
    while !scanner.isAtEnd {
      let spins = try (0..<2).map { _ in
        let spin = Int(try scanner.integer("a spin, 0 to \(spinCount - 1)"))
        guard (0..<spinCount).contains(spin) else { throw scanner.failure("found spin \(spin), expected 0 to \(spinCount - 1)") }
        return spin
      }
      guard spins[0] != spins[1] else { throw scanner.failure("found spin \(spins[0]) twice, expected two spins") }
      pairs.append(SpinPair(spins[0], spins[1]))
      try scanner.expectLineEnd()
      scanner.skipSpace()
    }
    return pairs
  }
}
