/// A problem as a chip runs it: fields shared out over the chains, couplings over the couplers between them, and every coupler
/// within a chain a strong one that favours equal spins.
public struct EmbeddedProblem: Sendable {
  /// The problem of the chip's spins.
  public let problem: IsingProblem
  /// Which spins of the chip stand for which of the problem.
  public let embedding: MinorEmbedding
  /// The coupling within chains.
  public let chainStrength: Double
  /// What chains without a break add to the energy: minus the chain strength for each coupler within a chain.
  public let chainEnergy: Double

  /// - Parameters:
  ///   - logical: what is to be solved.
  ///   - chainStrength: by default `√2 · rms J · √(mean degree)`, which withstands the torque that a spin's neighbours exert on
  ///     its chain (Raymond et al., "Improving performance of logical qubits by parameter tuning and topology compensation",
  ///     2020).
  /// - Throws: `ProblemError` if the embedding is none of the problem, or the strength is not positive.
  public init(
    _ logical: IsingProblem, embedding: MinorEmbedding, on hardware: WeightedGraph, chainStrength: Double? = nil
  ) throws {
    let embedding = try MinorEmbedding(chains: embedding.chains, of: logical, on: hardware)
    let strength = chainStrength ?? Self.defaultChainStrength(logical)
    guard strength.isFinite, strength > 0 else { throw ProblemError("a chain strength of \(strength), expected one above 0") }
    let rows = AdjacencyRows(hardware)
    var owner = [Int](repeating: -1, count: hardware.vertexCount)
    var fields = [Double](repeating: 0, count: hardware.vertexCount)
    for (spin, chain) in embedding.chains.enumerated() {
      for vertex in chain {
        owner[Int(vertex)] = spin
        fields[Int(vertex)] = logical.fields[spin] / Double(chain.count)
      }
    }
    var (sources, targets, weights) = ([Int32](), [Int32](), [Double]())
    func couple(_ couplers: [(source: Int32, target: Int32)], _ value: Double) {
      for coupler in couplers {
        sources.append(coupler.source)
        targets.append(coupler.target)
        weights.append(value)
      }
    }
    var chainCouplers = 0
    for (spin, chain) in embedding.chains.enumerated() {
      let within = MinorEmbedding.couplers(between: chain, and: spin, rows, owner).filter { $0.source < $0.target }
      couple(within, strength)
      chainCouplers += within.count
      for entry in logical.row(spin) where Int(logical.neighbours[entry]) > spin && logical.couplings[entry] != 0 {
        let between = MinorEmbedding.couplers(between: chain, and: Int(logical.neighbours[entry]), rows, owner)
        couple(between, logical.couplings[entry] / Double(between.count))
      }
    }
    let graph = WeightedGraph(
      uncheckedVertexCount: hardware.vertexCount, sources: sources, targets: targets, weights: weights)
    problem = try IsingProblem(graph: graph, fields: fields, offset: logical.offset)
    self.embedding = embedding
    self.chainStrength = strength
    chainEnergy = -strength * Double(chainCouplers)
  }

  /// The logical spins by majority vote of their chains; an even vote is decided by the chain's first spin.
  ///
  /// - Parameter spins: a state of the chip.
  public func unembed(_ spins: [Int8]) -> [Int8] {
    embedding.chains.map { chain in
      let sum = chain.reduce(0) { $0 + Int(spins[Int($1)]) }
      return sum == 0 ? spins[Int(chain[0])] : sum > 0 ? 1 : -1
    }
  }

  /// The state of the chip in which every chain agrees with its logical spin. Spins in no chain are 1.
  public func embed(_ spins: [Int8]) -> [Int8] {
    var state = [Int8](repeating: 1, count: problem.spinCount)
    for (spin, chain) in embedding.chains.enumerated() {
      for vertex in chain { state[Int(vertex)] = spins[spin] }
    }
    return state
  }

  /// The share of chains whose spins are not all equal.
  public func chainBreakFraction(_ spins: [Int8]) -> Double {
    let broken = embedding.chains.count { chain in chain.contains { spins[Int($0)] != spins[Int(chain[0])] } }
    return Double(broken) / Double(embedding.chains.count)
  }

  private static func defaultChainStrength(_ problem: IsingProblem) -> Double {
    let couplings = problem.couplings.filter { $0 != 0 }
    guard !couplings.isEmpty else { return 1 }
    let square = couplings.reduce(0) { $0 + $1 * $1 } / Double(couplings.count)
    let degree = Double(couplings.count) / Double(problem.spinCount)
    return (2 * square * degree).squareRoot()
  }
}
