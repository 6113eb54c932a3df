/// The couplers of an annealer's chip: which pairs of its spins can be coupled.
///
/// The vertices are numbered as D-Wave's tools number them, so that embeddings can be exchanged with those.
public enum HardwareGraph: Sendable, Equatable {
  /// `m × m` cells of two sides of `t` spins; the sides are coupled with each other, and with the same side of the next cell, the
  /// first ones down and the second ones across. Degree 6 for t = 4. Source: Bunyk et al., IEEE Trans. Appl. Supercond. 24
  /// (2014).
  case chimera(size: Int, side: Int = 4)
  /// Degree 15. Source: Boothby, Bunyk, Raymond & Roy, "Next-generation topology of D-Wave quantum processors" (2020), section 3.
  case pegasus(size: Int)
  /// Degree 4t + 4. Source: Boothby, King & Raymond, "Zephyr topology of D-Wave quantum processors" (2021).
  case zephyr(size: Int, side: Int = 4)

  /// The greatest size that is made: more than any chip has.
  static let greatestSize = 64

  /// The graph, every weight 1.
  ///
  /// - Throws: `ProblemError` if a size is out of range.
  public func graph() throws -> WeightedGraph {
    try checkSize()
    var edges = HardwareEdges()
    switch self {
    case .chimera(let size, let side): Self.appendChimera(size, side, to: &edges)
    case .pegasus(let size): Self.appendPegasus(size, to: &edges)
    case .zephyr(let size, let side): Self.appendZephyr(size, side, to: &edges)
    }
    return edges.graph(vertexCount: vertexCount)
  }

  /// All numbers that the chip's spins may have. A few at the rims of Pegasus have no couplers.
  public var vertexCount: Int {
    switch self {
    case .chimera(let size, let side): 2 * side * size * size
    case .pegasus(let size): 24 * size * (size - 1)
    case .zephyr(let size, let side): 4 * side * size * (2 * size + 1)
    }
  }

  private func checkSize() throws {
    let (size, least, side) =
      switch self {
      case .chimera(let size, let side): (size, 1, side)
      case .pegasus(let size): (size, 2, 1)
      case .zephyr(let size, let side): (size, 1, side)
      }
    guard (least...Self.greatestSize).contains(size) else {
      throw ProblemError("a chip of size \(size), expected \(least) to \(Self.greatestSize)")
    }
    guard (1...16).contains(side) else { throw ProblemError("cells of sides of \(side) spins, expected 1 to 16") }
  }

  /// Spin (row, column, side u, k).
  private static func appendChimera(_ size: Int, _ side: Int, to edges: inout HardwareEdges) {
    func spin(_ row: Int, _ column: Int, _ u: Int, _ k: Int) -> Int { ((row * size + column) * 2 + u) * side + k }
    for row in 0..<size {
      for column in 0..<size {
        for k in 0..<side {
          for other in 0..<side { edges.append(spin(row, column, 0, k), spin(row, column, 1, other)) }
          if row + 1 < size { edges.append(spin(row, column, 0, k), spin(row + 1, column, 0, k)) }
          if column + 1 < size { edges.append(spin(row, column, 1, k), spin(row, column + 1, 1, k)) }
        }
      }
    }
  }

  /// How far the crossing loops of the other direction are shifted, for the vertical and the horizontal ones.
  private static let pegasusShifts = (
    vertical: [2, 2, 2, 2, 10, 10, 10, 10, 6, 6, 6, 6], horizontal: [6, 6, 6, 6, 2, 2, 2, 2, 10, 10, 10, 10]
  )

  /// Spin (u vertical 0 or horizontal 1, offset w, track k of 12, place z along the line).
  private static func appendPegasus(_ size: Int, to edges: inout HardwareEdges) {
    func spin(_ u: Int, _ w: Int, _ k: Int, _ z: Int) -> Int { ((u * size + w) * 12 + k) * (size - 1) + z }
    for w in 0..<size {
      for k in 0..<12 {
        // The outermost lines cross none, and so are no part of the chip.
        let isOutside = w == 0 && k < 2 || w == size - 1 && k >= 10
        for z in 0..<size - 1 where !isOutside {
          for u in 0..<2 {
            if z + 1 < size - 1 { edges.append(spin(u, w, k, z), spin(u, w, k, z + 1)) }
            if k % 2 == 0 { edges.append(spin(u, w, k, z), spin(u, w, k + 1, z)) }
          }
          for crossing in 0..<12 {
            let across = z + (crossing < pegasusShifts.vertical[k] ? 1 : 0)
            let along = w - (k < pegasusShifts.horizontal[crossing] ? 1 : 0)
            if along >= 0, along < size - 1 { edges.append(spin(0, w, k, z), spin(1, across, crossing, along)) }
          }
        }
      }
    }
  }

  /// Spin (u vertical 0 or horizontal 1, offset w, track k of t, shift j, place z along the line).
  private static func appendZephyr(_ size: Int, _ side: Int, to edges: inout HardwareEdges) {
    func spin(_ u: Int, _ w: Int, _ k: Int, _ j: Int, _ z: Int) -> Int {
      (((u * (2 * size + 1) + w) * side + k) * 2 + j) * size + z
    }
    for u in 0..<2 {
      for w in 0...2 * size {
        for k in 0..<side {
          for z in 0..<size {
            for j in 0..<2 where z + 1 < size { edges.append(spin(u, w, k, j, z), spin(u, w, k, j, z + 1)) }
            edges.append(spin(u, w, k, 0, z), spin(u, w, k, 1, z))
            if z > 0 { edges.append(spin(u, w, k, 0, z), spin(u, w, k, 1, z - 1)) }
          }
        }
      }
    }
    // A vertical line of place z crosses the horizontal ones of four offsets, two of each shift.
    for (row, column) in pairs(size, size) {
      for (a, b) in pairs(2, 2) {
        for (j, i) in pairs(2, 2) {
          for (k, h) in pairs(side, side) {
            edges.append(
              spin(0, 2 * row + 1 + a * (2 * i - 1), k, j, column), spin(1, 2 * column + 1 + b * (2 * j - 1), h, i, row))
          }
        }
      }
    }
  }

  private static func pairs(_ first: Int, _ second: Int) -> [(Int, Int)] {
    (0..<first).flatMap { one in (0..<second).map { (one, $0) } }
  }
}

extension HardwareGraph: LosslessStringConvertible {
  /// `chimera:16`, `pegasus:16`, `zephyr:15`.
  public init?(_ description: String) {
    let parts = description.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let size = Int(parts[1]) else { return nil }
    switch parts[0] {
    case "chimera": self = .chimera(size: size)
    case "pegasus": self = .pegasus(size: size)
    case "zephyr": self = .zephyr(size: size)
    default: return nil
    }
  }

  /// The name by which the command line asks for the graph, such as `chimera:16`.
  public var description: String {
    switch self {
    case .chimera(let size, _): "chimera:\(size)"
    case .pegasus(let size): "pegasus:\(size)"
    case .zephyr(let size, _): "zephyr:\(size)"
    }
  }
}

/// Couplers as they are laid out.
private struct HardwareEdges {
  private var sources = [Int32]()
  private var targets = [Int32]()

  mutating func append(_ source: Int, _ target: Int) {
    sources.append(Int32(source))
    targets.append(Int32(target))
  }

  func graph(vertexCount: Int) -> WeightedGraph {
    WeightedGraph(
      uncheckedVertexCount: vertexCount, sources: sources, targets: targets,
      weights: [Double](repeating: 1, count: sources.count))
  }
}
