/// The entries of a square matrix that must turn out symmetric.
struct MatrixEntries {
  let order: Int
  private let file: String
  private let isSymmetric: Bool
  /// Entries below the diagonal (or above it, if the matrix is stored as symmetric), and those above.
  private var lower: EdgeList
  private var upper: [Entry] = []
  private var diagonal: [Int: Double] = [:]

  private struct Entry {
    var row: Int32
    var column: Int32
    var value: Double
    var line: Int
  }

  /// - Parameter isSymmetric: whether each pair is listed once, for both.
  init(order: Int, file: String, isSymmetric: Bool) {
    self.order = order
    self.file = file
    self.isSymmetric = isSymmetric
    lower = EdgeList(file: file, base: 1)
  }

  mutating func append(row: Int, column: Int, value: Double, line: Int) throws {
    if row == column {
      guard diagonal.updateValue(value, forKey: row) == nil else {
        throw ProblemFileError(
          file: file, line: line, reason: "entry (\(row + 1), \(row + 1)) occurs twice, expected every entry once")
      }
    } else if isSymmetric || row > column {
      lower.append(row, column, value, line: line)
    } else {
      upper.append(Entry(row: Int32(row), column: Int32(column), value: value, line: line))
    }
  }

  /// - Throws: if an entry occurs twice, or one of a general matrix has no equal on the other side.
  ///
  /// - Returns: also whether each pair stands once in a matrix that is not stored as symmetric: above or below the diagonal alone.
  func graph() throws -> (WeightedGraph, diagonal: [Double], isTriangular: Bool) {
    let isTriangular = !isSymmetric && (lower.count == 0) != upper.isEmpty
    var pairs = lower
    if isTriangular {
      for entry in upper { pairs.append(Int(entry.row), Int(entry.column), entry.value, line: entry.line) }
    }
    let graph = try pairs.graph(vertexCount: order)
    if !isSymmetric, !isTriangular { try compare(with: graph) }
    guard !diagonal.isEmpty else { return (graph, [], isTriangular) }
    return (graph, (0..<order).map { diagonal[$0, default: 0] }, isTriangular)
  }

  private func compare(with graph: WeightedGraph) throws {
    let rows = AdjacencyRows(graph)
    var seen = Set<SIMD2<Int32>>()
    for entry in upper {
      let place = "(\(entry.row + 1), \(entry.column + 1))"
      guard seen.insert(SIMD2(entry.row, entry.column)).inserted else {
        throw ProblemFileError(
          file: file, line: entry.line, reason: "entry \(place) occurs twice, expected every entry once")
      }
      let mirrored = rows.weight(Int(entry.row), Int(entry.column))
      guard mirrored == entry.value else {
        let other = "(\(entry.column + 1), \(entry.row + 1))"
        let found = mirrored.map { "is \($0)" } ?? "is missing"
        throw ProblemFileError(
          file: file, line: entry.line,
          reason: "entry \(place) is \(entry.value) and \(other) \(found), expected a symmetric matrix")
      }
    }
    guard upper.count == graph.edgeCount else {
      throw ProblemFileError(
        file: file, line: nil,
        reason: "\(graph.edgeCount) entries below the diagonal and \(upper.count) above it, expected a symmetric matrix")
    }
  }
}
