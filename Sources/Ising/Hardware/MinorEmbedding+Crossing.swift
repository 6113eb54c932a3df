extension MinorEmbedding {
  /// Two layers of which every spin of one is coupled to every spin of the other, on a chip of crossing lines: the first layer's
  /// chains lie along lines of one direction, the second's along those that cross them, each as short as its crossings allow.
  ///
  /// Source: the crossing of lines as of Choi, "Minor-embedding in adiabatic quantum computation: II. Minor-universal graph
  /// design", Quantum Inf. Process. 10 (2011), and of Boothby, King & Roy (2016) for cliques.
  ///
  /// - Parameters:
  ///   - first, second: spins of the layers; `problem` has them one after the other.
  /// - Returns: `nil` if the chip has not enough lines that cross, or none that are known.
  /// - Throws: `ProblemError` if the chip cannot be made or lacks a coupler that the chains need.
  public static func crossing(
    _ first: Int, _ second: Int, of problem: IsingProblem, on chip: HardwareGraph
  ) throws -> MinorEmbedding? {
    guard let lines = chip.lines else { return nil }
    let graph = try chip.graph()
    let rows = AdjacencyRows(graph)
    let across = central(second, of: lines.across.filter { isLine($0, rows) })
    guard across.count == second else { return nil }
    let spans = lines.along.filter { isLine($0, rows) }.compactMap { span(of: $0, touching: across, rows) }
    let along = central(first, of: spans)
    guard along.count == first else { return nil }
    let trimmed = across.compactMap { span(of: $0, touching: along, rows) }
    guard trimmed.count == second else { return nil }
    return try MinorEmbedding(chains: (along + trimmed).map { $0.sorted() }, of: problem, on: graph)
  }

  /// Whether each spin of a line is coupled to the next one.
  private static func isLine(_ line: [Int32], _ rows: AdjacencyRows) -> Bool {
    zip(line, line.dropFirst()).allSatisfy { rows.weight(Int($0), Int($1)) != nil }
      && line.allSatisfy { rows.starts[Int($0) + 1] > rows.starts[Int($0)] }
  }

  /// The middle ones, where lines are longest in use.
  private static func central(_ count: Int, of lines: [[Int32]]) -> [[Int32]] {
    guard lines.count >= count else { return [] }
    let start = (lines.count - count) / 2
    return Array(lines[start..<start + count])
  }

  /// The shortest run of a line that has a coupler to each of `others`; `nil` if the whole line has not.
  private static func span(of line: [Int32], touching others: [[Int32]], _ rows: AdjacencyRows) -> [Int32]? {
    var owner: [Int32: Int] = [:]
    for (index, other) in others.enumerated() {
      for vertex in other { owner[vertex] = index }
    }
    let touched = line.map { vertex in
      rows.neighbours[rows.starts[Int(vertex)]..<rows.starts[Int(vertex) + 1]].compactMap { owner[$0] }
    }
    var counts = [Int](repeating: 0, count: others.count)
    var missing = others.count
    var best: Range<Int>?
    var start = 0
    for end in line.indices {
      for other in touched[end] {
        if counts[other] == 0 { missing -= 1 }
        counts[other] += 1
      }
      while missing == 0 {
        if best.map({ end + 1 - start < $0.count }) ?? true { best = start..<end + 1 }
        for other in touched[start] {
          counts[other] -= 1
          if counts[other] == 0 { missing += 1 }
        }
        start += 1
      }
    }
    return best.map { Array(line[$0]) }
  }
}

extension HardwareGraph {
  /// The chip's lines of coupled spins in its two directions, each in order; `nil` where spins do not lie on such lines.
  fileprivate var lines: (along: [[Int32]], across: [[Int32]])? {
    switch self {
    case .chimera(let size, let side):
      func line(_ index: Int, _ u: Int) -> [Int32] {
        (0..<size).map { place in
          let (row, column) = u == 0 ? (place, index / side) : (index / side, place)
          return Int32(((row * size + column) * 2 + u) * side + index % side)
        }
      }
      return ((0..<size * side).map { line($0, 0) }, (0..<size * side).map { line($0, 1) })
    case .pegasus(let size):
      func line(_ index: Int, _ u: Int) -> [Int32] {
        (0..<size - 1).map { Int32((u * size * 12 + index) * (size - 1) + $0) }
      }
      return ((0..<size * 12).map { line($0, 0) }, (0..<size * 12).map { line($0, 1) })
    case .zephyr: return nil
    }
  }
}
