import Host
import Kernels

/// Drawn problems: the same one for the same size and seed, on any machine and whoever draws which part of it.
public enum SyntheticProblem: Sendable, Equatable {
  /// Sherrington & Kirkpatrick's spin glass: every pair is coupled, with normal couplings of variance 1/N. The energy per spin of
  /// the ground state tends to −0.7632 for great N (Parisi 1980; Oppermann & Schmidt 2008).
  case sherringtonKirkpatrick(spins: Int)
  /// Every pair is coupled, with −1 or 1.
  case dense(spins: Int)
  /// A square lattice that is closed in both directions, with couplings −1 or 1: the ±J spin glass in two dimensions.
  case torus(rows: Int, columns: Int)

  /// Of any size that can be named, also one that no memory holds: `Int.max` at most.
  public var spinCount: Int {
    switch self {
    case .sherringtonKirkpatrick(let spins), .dense(let spins): return spins
    case .torus(let rows, let columns):
      let (spins, overflow) = rows.multipliedReportingOverflow(by: columns)
      return overflow ? .max : spins
    }
  }

  /// Pairs of spins that are coupled.
  public var couplingCount: Double {
    switch self {
    case .sherringtonKirkpatrick(let spins), .dense(let spins): Double(spins) * Double(spins - 1) / 2
    case .torus(let rows, let columns): 2 * Double(rows) * Double(columns)
    }
  }

  /// - Throws: `ProblemError` if there are too few spins or they do not fit into memory.
  public func problem(seed: UInt64) throws -> IsingProblem {
    switch self {
    case .sherringtonKirkpatrick(let spins), .dense(let spins):
      return try IsingProblem.complete(spinCount: spins) { coupling($0, $1, seed: seed) }
    case .torus(let rows, let columns):
      return try IsingProblem(graph: try torus(rows: rows, columns: columns, seed: seed))
    }
  }

  /// `J_ij = J_ji` of two spins that are coupled, by itself: one rank of many can draw its own rows.
  public func coupling(_ i: Int, _ j: Int, seed: UInt64) -> Double {
    coupling(i, j, Philox(seed: seed, stream))
  }

  /// The same from the generator of `stream`, which is made once for many couplings.
  func coupling(_ i: Int, _ j: Int, _ philox: Philox) -> Double {
    let words = philox.block(SIMD4(UInt32(clamping: min(i, j)), UInt32(clamping: max(i, j)), 0, 0))
    guard case .sherringtonKirkpatrick(let spins) = self else { return words.x & 1 == 0 ? 1 : -1 }
    return NormalNumber.draw(words) / Double(spins).squareRoot()
  }

  /// Streams of the seed, so that problems of different kinds are independent.
  var stream: RandomStream {
    switch self {
    case .sherringtonKirkpatrick: .sherringtonKirkpatrick
    case .dense: .dense
    case .torus: .torus
    }
  }

  /// Refuses a torus of too few or too many spins.
  @discardableResult static func checkTorus(rows: Int, columns: Int) throws -> Int {
    guard rows >= 3, columns >= 3 else {
      throw ProblemError("a torus of \(rows) × \(columns) spins, expected 3 or more in each direction")
    }
    let (spins, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, spins <= IsingProblem.greatestSpinCount else {
      throw ProblemError("a torus of \(rows) × \(columns) spins, expected at most \(IsingProblem.greatestSpinCount) in all")
    }
    return spins
  }

  /// Spin `row · columns + column` is coupled with the next one of its row and of its column.
  private func torus(rows: Int, columns: Int, seed: UInt64) throws -> WeightedGraph {
    let spins = try Self.checkTorus(rows: rows, columns: columns)
    try MemoryLimit.require(Double(spins) * 160, for: "a torus of \(spins) spins")
    var (sources, targets, weights) = ([Int32](), [Int32](), [Double]())
    sources.reserveCapacity(2 * spins)
    targets.reserveCapacity(2 * spins)
    weights.reserveCapacity(2 * spins)
    for row in 0..<rows {
      for column in 0..<columns {
        let spin = row * columns + column
        for neighbour in [row * columns + (column + 1) % columns, (row + 1) % rows * columns + column] {
          sources.append(Int32(spin))
          targets.append(Int32(neighbour))
          weights.append(coupling(spin, neighbour, seed: seed))
        }
      }
    }
    return WeightedGraph(uncheckedVertexCount: spins, sources: sources, targets: targets, weights: weights)
  }
}

extension SyntheticProblem {
  /// What `named` understands, without the seed.
  public var name: String {
    switch self {
    case .sherringtonKirkpatrick(let spins): "sk:\(spins)"
    case .dense(let spins): "dense:\(spins)"
    case .torus(let rows, let columns): "torus:\(rows)x\(columns)"
    }
  }

  /// A drawn problem by its name: `sk:1000`, `dense:20000` or `torus:100x200`, and after another colon its seed, 0 if there is
  /// none.
  ///
  /// - Returns: `nil` if the text names none.
  /// - Throws: `ProblemError` if it names one and its numbers are wrong.
  public static func named(_ text: String) throws -> (problem: SyntheticProblem, seed: UInt64)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let kind = parts.first, ["sk", "dense", "torus"].contains(kind), parts.count > 1 else { return nil }
    func failure() -> ProblemError {
      let form = kind == "torus" ? "torus:ROWSxCOLUMNS" : "\(kind):SPINS"
      return ProblemError("`\(text)` is not a drawn problem; expected \(form) or \(form):SEED")
    }
    guard parts.count <= 3, let seed = parts.count == 3 ? UInt64(parts[2]) : 0 else { throw failure() }
    let sizes = parts[1].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    if kind == "torus" {
      guard sizes.count == 2, let rows = sizes[0], let columns = sizes[1], rows > 0, columns > 0 else { throw failure() }
      return (.torus(rows: rows, columns: columns), seed)
    }
    guard sizes.count == 1, let spins = sizes[0], spins > 0 else { throw failure() }
    return (kind == "sk" ? .sherringtonKirkpatrick(spins: spins) : .dense(spins: spins), seed)
  }
}
