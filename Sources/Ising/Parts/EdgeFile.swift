import Files
import Host

/// A file of the G-set's form (`RudyReader`), plain or packed by gzip, bzip2 or xz, that several ranks read, each the edges of some of its bytes.
package struct EdgeFile: Sendable {
  /// The path as it was given.
  package let path: String
  /// What the header says.
  package let vertexCount: Int
  /// What the header says: of a plain file no more than it has room for.
  package let edgeCount: Int
  fileprivate let headerLine: Int
  /// Where the lines of edges begin.
  fileprivate let start: Int
  /// Bytes of the file; `nil` if it is packed, and nobody knows how many there are without it.
  fileprivate let size: Int?

  /// Comments and header have to be within so many bytes.
  private static let headLength = 1 << 20

  /// More edges than these are believed of no packed file.
  private static let greatestPackedCount = 1 << 40

  /// The header of a file; `nil` if it has another form, or something is wrong with its header: the reader of whole files says what.
  ///
  /// - Parameter format: the form; `nil` for that of the name's ending, or that which the content looks like.
  package init?(_ path: String, format: ProblemFormat?) {
    guard let reader = try? PackedReader(path: path, unpacking: Packer.allCases) else { return nil }
    var head = [UInt8](repeating: 0, count: Self.headLength)
    guard let found = try? reader.read(into: &head, count: Self.headLength) else { return nil }
    head.removeLast(Self.headLength - found)
    guard !ZipArchive.begins(head), format ?? ProblemFormat.promised(by: path) ?? ProblemFormat.detected(in: head) == .rudy
    else { return nil }
    size = reader.packer == nil ? reader.packedSize : nil
    var scanner = TextScanner(head, file: path)
    scanner.skipSpaceAndComments()
    headerLine = scanner.line
    guard let vertices = try? scanner.count("vertices", in: 1...IsingProblem.greatestSpinCount),
      // The shortest edge takes four bytes: `1 2` and the end of the line.
      let edges = try? scanner.count("edges", in: 0...(size.map { $0 / 4 + 1 } ?? Self.greatestPackedCount)),
      (try? scanner.expectLineEnd()) != nil
    else { return nil }
    (self.path, vertexCount, edgeCount) = (path, vertices, edges)
    start = head.count - scanner.remaining
  }

  /// Bytes of the text: of a packed file those of so many lines of two vertices and a short weight.
  private var textSize: Double {
    size.map { Double($0) } ?? Double(edgeCount) * Double(2 * "\(vertexCount)".utf8.count + 4)
  }

  /// Whether a rank has too little memory to read the whole file, or for the problem that it holds: its text, 64 bytes of lists for each vertex
  /// and edge, and as much again for METIS.
  package var isTooLarge: Bool {
    textSize > Double(ProblemFile.greatestSize)
      || 2 * textSize + 128 * (Double(vertexCount) + Double(edgeCount)) > Double(MemoryLimit.bytesLeft)
  }

  /// What is wrong with so many edges in all; `nil` if that is what the header says.
  package func refusal(ofEdges count: Int) -> ProblemFileError? {
    guard count != edgeCount else { return nil }
    return ProblemFileError(
      file: path, line: nil, reason: "the file has \(count) edges, expected \(edgeCount) as line \(headerLine) says")
  }
}

/// Reads the edges of those lines that begin in one of several parts of a file, piece by piece: in an equal run of its bytes, or of a packed
/// file, whose length nobody knows, in every so many-th piece.
package struct EdgeReader {
  private let file: EdgeFile
  private let source: EdgeSource
  /// Lines that begin in it are read.
  private var run: Range<Int>
  /// From one run to the next; `nil` if there is one alone.
  private let stride: Int?
  /// Bytes that were read beyond the last whole line, and where the first of them stands in the text.
  private var rest: [UInt8] = []
  private var place = 0
  private var isAtEnd = false

  /// Bytes of a piece, and the most that a line may have.
  private let pieceLength: Int

  /// Some edges: their ends in pairs, counted from 0, and their weights.
  package struct Piece {
    package var ends: [Int32] = []
    package var weights: [Double] = []
  }

  /// - Throws: `ProblemFileError` if the file cannot be read.
  package init(_ file: EdgeFile, part: Int, of parts: Int, pieceLength: Int = 4 << 20) throws {
    self.file = file
    self.pieceLength = pieceLength
    source = try EdgeSource(file.path, isPacked: file.size == nil)
    if let size = file.size {
      let length = size - file.start
      run = file.start + part * length / parts..<file.start + (part + 1) * length / parts
      stride = nil
    } else {
      run = file.start + part * pieceLength..<file.start + (part + 1) * pieceLength
      stride = parts * pieceLength
    }
    try begin()
  }

  /// Goes to the first line that begins in the run.
  private mutating func begin() throws {
    isAtEnd = run.isEmpty
    guard !isAtEnd else { return }
    // The line that the byte before belongs to is another part's, or the last of this part's run before, behind which the next one begins.
    let isFirst = run.lowerBound == file.start
    let start = isFirst ? run.lowerBound : run.lowerBound - 1
    if place <= start {
      try go(to: start)
      while !isFirst {
        if let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
          place += newline + 1
          rest.removeFirst(newline + 1)
          break
        }
        place += rest.count
        rest = []
        isAtEnd = try !more()
        guard !isAtEnd else { return }
      }
    }
    if place >= run.upperBound { try beginNext() }
  }

  /// Goes on to a place in the text that is not before the present one.
  private mutating func go(to start: Int) throws {
    if start <= place + rest.count {
      rest.removeFirst(start - place)
    } else {
      rest = []
      try source.move(to: start)
    }
    place = start
  }

  private mutating func beginNext() throws {
    guard let stride else {
      isAtEnd = true
      return
    }
    run = run.lowerBound + stride..<run.upperBound + stride
    try begin()
  }

  /// The next edges; `nil` at the end of the part.
  ///
  /// - Throws: `ProblemFileError` with the line that is wrong.
  package mutating func next() throws -> Piece? {
    guard !isAtEnd else { return nil }
    let hasMore = try more()
    var (length, isOver) = (rest.count, false)
    // Behind the run's end its last line may go on.
    if place + length >= run.upperBound, let last = rest[max(run.upperBound - 1 - place, 0)...].firstIndex(of: UInt8(ascii: "\n"))
    {
      (length, isOver) = (last + 1, true)
    } else if hasMore {
      length = rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      guard length > 0 || rest.count < 2 * pieceLength else { throw try failure("a line has more than \(pieceLength) bytes") }
    } else {
      isAtEnd = true
    }
    let piece = try parse(Array(rest.prefix(length)))
    rest.removeFirst(length)
    place += length
    if isOver { try beginNext() }
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
    let source = try EdgeSource(file.path, isPacked: file.size == nil)
    var (before, left) = (0, place)
    while left > 0 {
      let bytes = try source.read(min(left, pieceLength))
      guard !bytes.isEmpty else { break }
      before += bytes.count { $0 == UInt8(ascii: "\n") }
      left -= bytes.count
    }
    return ProblemFileError(file: file.path, line: before + line, reason: reason)
  }

  /// - Returns: whether the file had more bytes.
  private mutating func more() throws -> Bool {
    let bytes = try source.read(pieceLength)
    rest += bytes
    return !bytes.isEmpty
  }
}
