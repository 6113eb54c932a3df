import Files
import Foundation
import Host

/// A file of the G-set's form (`RudyReader`) that several ranks read, each the edges of some of its bytes.
package struct EdgeFile: Sendable {
  /// The path as it was given.
  package let path: String
  /// What the header says.
  package let vertexCount: Int
  /// What the header says: no more than the file has room for.
  package let edgeCount: Int
  fileprivate let headerLine: Int
  /// Where the lines of edges begin and end.
  fileprivate let body: Range<Int>

  /// Comments and header have to be within so many bytes.
  private static let headLength = 1 << 20

  /// The header of a file; `nil` if it is packed, has another form, or something is wrong with its header: the reader of whole files says
  /// what.
  ///
  /// - Parameter format: the form; `nil` for that of the name's ending, or that which the content looks like.
  package init?(_ path: String, format: ProblemFormat?) {
    guard let size = try? FileBytes.regularSize(path), let handle = FileHandle(forReadingAtPath: path),
      let head = (try? handle.read(upToCount: Self.headLength)).map({ [UInt8]($0) }),
      Packer.of(head) == nil, !ZipArchive.begins(head),
      format ?? ProblemFormat.promised(by: path) ?? ProblemFormat.detected(in: head) == .rudy
    else { return nil }
    try? handle.close()
    var scanner = TextScanner(head, file: path)
    scanner.skipSpaceAndComments()
    headerLine = scanner.line
    guard let vertices = try? scanner.count("vertices", in: 1...IsingProblem.greatestSpinCount),
      // The shortest edge takes four bytes: `1 2` and the end of the line.
      let edges = try? scanner.count("edges", in: 0...size / 4 + 1), (try? scanner.expectLineEnd()) != nil
    else { return nil }
    (self.path, vertexCount, edgeCount) = (path, vertices, edges)
    body = head.count - scanner.remaining..<size
  }

  /// Whether a rank has too little memory to read the whole file, or for the problem that it holds: its text, 64 bytes of lists for each vertex
  /// and edge, and as much again for METIS.
  package var isTooLarge: Bool {
    body.upperBound > ProblemFile.greatestSize
      || 2 * Double(body.upperBound) + 128 * (Double(vertexCount) + Double(edgeCount)) > Double(MemoryLimit.bytesLeft)
  }

  /// What is wrong with so many edges in all; `nil` if that is what the header says.
  package func refusal(ofEdges count: Int) -> ProblemFileError? {
    guard count != edgeCount else { return nil }
    return ProblemFileError(
      file: path, line: nil, reason: "the file has \(count) edges, expected \(edgeCount) as line \(headerLine) says")
  }
}

/// Reads the edges of those lines that begin in one of several equal parts of a file, piece by piece.
package struct EdgeReader {
  private let file: EdgeFile
  private let handle: FileHandle
  /// Lines that begin before it are read.
  private let end: Int
  /// Bytes that were read beyond the last whole line, and where the first of them stands in the file.
  private var rest: [UInt8] = []
  private var place: Int
  private var isAtEnd: Bool

  /// Bytes of a piece, and the most that a line may have.
  private let pieceLength: Int

  /// Some edges: their ends in pairs, counted from 0, and their weights.
  package struct Piece {
    package var ends: [Int32] = []
    package var weights: [Double] = []
  }

  /// - Throws: `ProblemFileError` if the file cannot be read.
  package init(_ file: EdgeFile, part: Int, of parts: Int, pieceLength: Int = 4 << 20) throws {
    let length = file.body.count
    let start = file.body.lowerBound + part * length / parts
    self.file = file
    self.pieceLength = pieceLength
    end = file.body.lowerBound + (part + 1) * length / parts
    isAtEnd = start == end
    guard let handle = FileHandle(forReadingAtPath: file.path) else {
      throw ProblemFileError(file: file.path, line: nil, reason: FileError.systemReason())
    }
    self.handle = handle
    place = start
    guard part > 0, !isAtEnd else {
      try seek(to: start)
      return
    }
    // The line that the byte before belongs to is another part's.
    try seek(to: start - 1)
    place = start - 1
    while try more() {
      if let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
        place += newline + 1
        rest.removeFirst(newline + 1)
        break
      }
    }
    if place >= end { isAtEnd = true }
  }

  /// The next edges; `nil` at the end of the part.
  ///
  /// - Throws: `ProblemFileError` with the line that is wrong.
  package mutating func next() throws -> Piece? {
    guard !isAtEnd else { return nil }
    let hasMore = try more()
    var length = rest.count
    // Behind the part's end its last line may go on.
    if place + length >= end, let last = rest[max(end - 1 - place, 0)...].firstIndex(of: UInt8(ascii: "\n")) {
      length = last + 1
      isAtEnd = true
    } else if hasMore {
      length = rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      guard length > 0 || rest.count < 2 * pieceLength else { throw try failure("a line has more than \(pieceLength) bytes") }
    } else {
      isAtEnd = true
    }
    let piece = try parse(Array(rest.prefix(length)))
    rest.removeFirst(length)
    place += length
    return piece
  }

  private func parse(_ bytes: [UInt8]) throws -> Piece {
    var scanner = TextScanner(bytes, file: file.path)
    var piece = Piece()
    piece.ends.reserveCapacity(bytes.count / 5)
    piece.weights.reserveCapacity(bytes.count / 10)
    do {
      scanner.skipSpaceAndComments()
      while !scanner.isAtEnd {
        let (source, target, weight) = try scanner.weightedEdge(vertices: file.vertexCount)
        guard !weight.isSubnormal else { throw scanner.failure("a weight of \(weight) is too small to compute with") }
        piece.ends.append(Int32(truncatingIfNeeded: source))
        piece.ends.append(Int32(truncatingIfNeeded: target))
        piece.weights.append(weight)
        try scanner.expectLineEnd()
        scanner.skipSpaceAndComments()
      }
    } catch let error as ProblemFileError { throw try failure(error.reason, line: error.line ?? 1) }
    return piece
  }

  /// - Parameter line: of those that begin at `place`, from 1.
  private func failure(_ reason: String, line: Int = 1) throws -> ProblemFileError {
    try seek(to: 0)
    var (before, left) = (0, place)
    while left > 0, let data = try? handle.read(upToCount: min(left, pieceLength)), !data.isEmpty {
      before += data.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      left -= data.count
    }
    return ProblemFileError(file: file.path, line: before + line, reason: reason)
  }

  /// - Returns: whether the file had more bytes.
  private mutating func more() throws -> Bool {
    do {
      let data = try handle.read(upToCount: pieceLength) ?? Data()
      rest += data
      return !data.isEmpty
    } catch { throw ProblemFileError(file: file.path, line: nil, reason: FileError.reason(error)) }
  }

  private func seek(to offset: Int) throws {
    do { try handle.seek(toOffset: UInt64(offset)) } catch {
      throw ProblemFileError(file: file.path, line: nil, reason: FileError.reason(error))
    }
  }
}
