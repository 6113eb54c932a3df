import Foundation
import TestSupport
import Testing

@testable import Ising

/// Files of edges that ranks read in parts hold what they hold as a whole.
@Suite struct EdgeFileTests {
  private static let header = "# a graph\n\n6 7\n"
  private static let lines = [
    "1 2 3", "2 3", "% between edges", "4 3 -1.5", "", "  5 6\t2 ", "1 6 4\r", "// the last ones", "2 5 1e3", "6 3 7",
  ]

  private func edges(_ path: String, parts: Int, pieceLength: Int) throws -> [[Double]] {
    let file = try #require(EdgeFile(path, format: nil))
    var found: [[Double]] = []
    for part in 0..<parts {
      var reader = try EdgeReader(file, part: part, of: parts, pieceLength: pieceLength)
      while let piece = try reader.next() {
        for (edge, weight) in piece.weights.enumerated() {
          found.append([Double(piece.ends[2 * edge]), Double(piece.ends[2 * edge + 1]), weight])
        }
      }
    }
    return found
  }

  /// Whatever the parts and pieces, each edge comes once and in order.
  @Test(arguments: 1...12, [16, 23, 64, 1 << 20]) func partsAreTheWhole(_ parts: Int, _ pieceLength: Int) throws {
    let folder = try TemporaryFolder()
    for end in ["", "\n", "\n# over\n\n"] {
      let path = try folder.write(Self.header + Self.lines.joined(separator: "\n") + end, "f.rud")
      let graph = try ProblemFile.read(path).graph
      let whole = graph.weights.indices.map { [Double(graph.sources[$0]), Double(graph.targets[$0]), graph.weights[$0]] }
      #expect(whole.count == 7)
      #expect(try edges(path, parts: parts, pieceLength: pieceLength) == whole)
    }
  }

  /// Packed files have no length that could be divided: each part has every so many-th piece.
  @Test(arguments: 1...5, [16, 64, 1 << 20]) func partsOfPackedFiles(_ parts: Int, _ pieceLength: Int) throws {
    let folder = try TemporaryFolder()
    for end in ["", "\n", "\n# over\n\n"] {
      let text = Self.header + Self.lines.joined(separator: "\n") + end
      let plain = try edges(try folder.write(text, "f.rud"), parts: 1, pieceLength: 1 << 20)
      let packed = try edges(try folder.writeGzipped(Array(text.utf8), "f.rud.gz"), parts: parts, pieceLength: pieceLength)
      #expect(packed.sorted { $0.lexicographicallyPrecedes($1) } == plain.sorted { $0.lexicographicallyPrecedes($1) })
    }
    let wrong = (Self.header + Self.lines.joined(separator: "\n")).replacingOccurrences(of: "2 5 1e3", with: "2 5 x")
    let path = try folder.writeGzipped(Array(wrong.utf8), "f.rud.gz")
    let error = try #require(throws: ProblemFileError.self) { try edges(path, parts: parts, pieceLength: max(pieceLength, 32)) }
    #expect(error.line == 12, "\(error)")
  }

  /// Beyond the header, which is read at once.
  @Test func damagedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let lines = (1..<90_000).map { "\($0) \($0 + 1) \($0 * 7919 % 1000)" }.joined(separator: "\n")
    let path = try folder.writeGzipped(Array("90000 89999\n\(lines)".utf8), "f.rud.gz")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    try Data(bytes.dropLast(40)).write(to: URL(fileURLWithPath: path))
    #expect(throws: ProblemFileError.self) { try edges(path, parts: 2, pieceLength: 1 << 16) }
  }

  /// The message of a wrong line names it, whichever part and piece it is in.
  @Test(arguments: [1, 3, 7]) func messagesNameTheLine(_ parts: Int) throws {
    let folder = try TemporaryFolder()
    for (line, text) in Self.lines.enumerated() where text.first?.isNumber == true {
      for wrong in ["7 1 2", "2 2 1", "1 2 x", "1 2 3 4", "1", "1 2 1e-310"] {
        var lines = Self.lines
        lines[line] = wrong
        let path = try folder.write(Self.header + lines.joined(separator: "\n") + "\n", "f.rud")
        let error = try #require(throws: ProblemFileError.self) { try edges(path, parts: parts, pieceLength: 32) }
        #expect(error.line == line + 4, "\(error)")
      }
    }
  }

  @Test func longLinesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("2 1\n1 2 1" + String(repeating: " ", count: 1000) + "\n", "f.rud")
    #expect(throws: ProblemFileError.self) { try edges(path, parts: 1, pieceLength: 100) }
  }

  /// Archives, other forms and wrong headers are left to the reader of whole files.
  @Test func otherFilesAreNone() throws {
    let folder = try TemporaryFolder()
    #expect(EdgeFile(try folder.writeGzipped(Array("3 1\n1 2\n".utf8), "f.rud.gz"), format: nil) != nil)
    #expect(EdgeFile(try folder.write("3 1\n1 2\n", "f.edges"), format: nil) == nil)
    #expect(EdgeFile(try folder.write("3 1\n1 2\n", "f.edges"), format: .rudy) != nil)
    for header in ["x 1", "0 1", "3 x", "3 99999", "3 1 1"] {
      #expect(EdgeFile(try folder.write("\(header)\n1 2\n", "g.rud"), format: nil) == nil, "\(header)")
    }
    #expect(EdgeFile("\(folder.path)/none.rud", format: nil) == nil)
    let file = try #require(EdgeFile(try folder.write("3 2\n1 2\n", "h.rud"), format: nil))
    #expect(file.refusal(ofEdges: 2) == nil && file.refusal(ofEdges: 1)?.reason.contains("expected 2 as line 1 says") == true)
    #expect(!file.isTooLarge)
  }

  /// Rows of a run of vertices, from edges in any order.
  @Test(arguments: [1.0, 0.1]) func rowsAreThoseOfTheProblem(_ unit: Double) throws {
    let edges = [(0, 3), (3, 1), (2, 3), (4, 2), (1, 0), (4, 3)]
    let weights = edges.indices.map { unit * Double($0 + 1) }
    let whole = try IsingProblem(
      graph: WeightedGraph(
        vertexCount: 5, sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) }, weights: weights.map { -$0 }))
    for own in [0..<5, 1..<4, 3..<5, 2..<2] {
      var made = EdgeRows(vertexCount: 5, own: own, entries: 4, file: "f")
      for (edge, ends) in edges.enumerated() {
        for (end, other) in [ends, (ends.1, ends.0)] where own.contains(end) {
          made.append(ends: [Int32(end), Int32(other)], weights: [weights[edge]])
        }
      }
      var again = made
      let rows = try made.made(times: -1)
      #expect(rows is ListedRows<Float> == (unit == 1 || own.isEmpty) && rows.isInteger == (unit == 1 || own.isEmpty))
      for spin in own {
        var row: [(Int, Double)] = []
        rows.forEach(in: spin) { row.append(($0, $1)) }
        #expect(row.map(\.0) == whole.row(spin).map { Int(whole.neighbours[$0]) })
        #expect(row.map(\.1) == whole.row(spin).map { whole.couplings[$0] })
      }
      guard own.contains(3) else { continue }
      again.append(ends: [3, 0], weights: [1])
      #expect(throws: ProblemFileError.self) { try again.made(times: 1) }
    }
  }

  @Test func cutsFollowFromEnergies() throws {
    let cut = try MaxCut(WeightedGraph(vertexCount: 3, sources: [0, 1], targets: [1, 2], weights: [3, -1]))
    let part = PartCut(vertexCount: 3, edgeCount: 2, totalWeight: .integer(2))
    for spins in states(3) {
      let energy = try cut.problem.integerEnergy(of: spins)
      #expect(try part.total(atEnergy: .integer(energy)) == cut.measure(of: spins))
      #expect(part.measure(atEnergy: Double(energy)) == cut.measure(atEnergy: Double(energy)))
      #expect(part.energy(atMeasure: part.measure(atEnergy: Double(energy))) == Double(energy))
    }
  }
}
