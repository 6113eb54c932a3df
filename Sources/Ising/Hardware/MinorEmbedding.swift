/// Where the spins of a problem lie on a chip: each logical spin is a chain, a connected set of the chip's spins, and the chains
/// of two coupled spins are joined by at least one coupler.
public struct MinorEmbedding: Sendable, Equatable {
  /// The chip's spins of each logical spin, ascending.
  public let chains: [[Int32]]
  /// The spins of the chip.
  public let hardwareSpinCount: Int

  /// - Parameters:
  ///   - chains: of each of the problem's spins.
  ///   - hardware: the chip's couplers.
  /// - Throws: `ProblemError` if a chain is empty, not connected, leaves the chip or shares a spin with another one, or if two
  ///   coupled spins have chains without a coupler between them.
  public init(chains: [[Int32]], of problem: IsingProblem, on hardware: WeightedGraph) throws {
    guard chains.count == problem.spinCount else {
      throw ProblemError("\(chains.count) chains for \(problem.spinCount) spins, expected one each")
    }
    let rows = AdjacencyRows(hardware)
    var owner = [Int](repeating: -1, count: hardware.vertexCount)
    for (spin, chain) in chains.enumerated() {
      for vertex in chain {
        guard (0..<hardware.vertexCount).contains(Int(vertex)) else {
          throw ProblemError("the chain of spin \(spin) has \(vertex), expected 0 to \(hardware.vertexCount - 1)")
        }
        guard rows.starts[Int(vertex) + 1] > rows.starts[Int(vertex)] else {
          throw ProblemError("the chain of spin \(spin) has \(vertex), which the chip has no coupler for, expected another")
        }
        guard owner[Int(vertex)] < 0 else {
          throw ProblemError("the chains of spins \(owner[Int(vertex)]) and \(spin) share \(vertex), expected none to")
        }
        owner[Int(vertex)] = spin
      }
    }
    for (spin, chain) in chains.enumerated() where !Self.isConnected(chain, rows) {
      throw ProblemError("the chain of spin \(spin) is not connected, expected it to be")
    }
    for spin in 0..<problem.spinCount {
      for entry in problem.row(spin) where Int(problem.neighbours[entry]) > spin && problem.couplings[entry] != 0 {
        let other = Int(problem.neighbours[entry])
        guard Self.couplers(between: chains[spin], and: other, rows, owner).first != nil else {
          throw ProblemError("no coupler joins the chains of spins \(spin) and \(other), expected one or more")
        }
      }
    }
    self.chains = chains
    hardwareSpinCount = hardware.vertexCount
  }

  /// The longest chain's spins.
  ///
  /// - Complexity: O(chains).
  public var longestChain: Int { chains.map(\.count).max() ?? 0 }
  /// All spins of the chip that are used.
  ///
  /// - Complexity: O(chains).
  public var usedSpinCount: Int { chains.reduce(0) { $0 + $1.count } }

  /// The chip's couplers from a chain to that of another spin.
  static func couplers(
    between chain: [Int32], and other: Int, _ rows: AdjacencyRows, _ owner: [Int]
  ) -> [(source: Int32, target: Int32)] {
    chain.flatMap { vertex in
      rows.neighbours[rows.starts[Int(vertex)]..<rows.starts[Int(vertex) + 1]]
        .filter { owner[Int($0)] == other }.map { (source: vertex, target: $0) }
    }
  }

  private static func isConnected(_ chain: [Int32], _ rows: AdjacencyRows) -> Bool {
    guard let first = chain.first else { return false }
    let members = Set(chain)
    var reached: Set<Int32> = [first]
    var front = [first]
    while let vertex = front.popLast() {
      for neighbour in rows.neighbours[rows.starts[Int(vertex)]..<rows.starts[Int(vertex) + 1]]
      where members.contains(neighbour) && reached.insert(neighbour).inserted {
        front.append(neighbour)
      }
    }
    return reached.count == members.count
  }
}
