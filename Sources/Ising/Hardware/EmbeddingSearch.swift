import Kernels

/// Searches for a minor embedding by the heuristic of Cai, Macready & Roy, "A practical heuristic for finding graph minors"
/// (2014).
///
/// Chains may overlap at first. Over and over, one logical spin's chain is taken away and laid anew: from each neighbour's chain
/// the cheapest paths to all of the chip's spins are found, a spin costing the more the more chains use it, and the chain grows
/// from the spin whose paths are cheapest together. The far half of each path goes to the neighbour's chain: a chain could else
/// be walled in by others for ever. What a chain no longer needs is cut off first. The price of overlap rises, most where chains
/// keep overlapping (McMurchie & Ebeling, "PathFinder", FPGA 1995), until there is none; then chains are laid anew as long as
/// that makes them shorter.
public struct EmbeddingSearch {
  private let problem: IsingProblem
  private let rows: AdjacencyRows
  private var chains: [Set<Int32>]
  /// The logical spins whose chains use each of the chip's spins.
  private var users: [[Int]]
  /// What each of the chip's spins costs while no chain uses it: more where chains have overlapped.
  private var scarcity: [Double]
  private var paths: ChainPaths
  private var random: PhiloxSequence

  /// Price of a spin for each chain that uses it, and what it is multiplied by after a round that left overlaps.
  private static let startingPrice = 2.0
  private static let priceGrowth = 1.4
  private static let greatestPrice = 1e4
  /// What a round that left an overlap adds to a spin's scarcity.
  private static let scarcityGrowth = 0.5
  /// Costs vary by this share at random, so that of paths of the same cost not always the same one is taken.
  private static let variation: Float = 0.1
  private static let rounds = 40
  private static let shorteningRounds = 3

  private init(_ problem: IsingProblem, on hardware: WeightedGraph, seed: UInt64, attempt: Int) {
    self.problem = problem
    rows = AdjacencyRows(hardware)
    chains = [Set<Int32>](repeating: [], count: problem.spinCount)
    users = [[Int]](repeating: [], count: hardware.vertexCount)
    scarcity = [Double](repeating: 1, count: hardware.vertexCount)
    paths = ChainPaths(vertexCount: hardware.vertexCount)
    random = Philox(seed: seed, .embedding, member: attempt).sequence()
  }

  /// Finds an embedding.
  ///
  /// - Parameters:
  ///   - attempts: searches from other beginnings before it is given up.
  ///   - shouldStop: asked before every chain.
  /// - Throws: `ProblemError` if none was found: there may be one nevertheless.
  public static func embedding(
    of problem: IsingProblem, on hardware: WeightedGraph, seed: UInt64, attempts: Int = 4, shouldStop: () -> Bool = { false }
  ) throws -> MinorEmbedding {
    if let native = native(problem, on: hardware) { return native }
    let usable = AdjacencyRows(hardware)
    let available = (0..<hardware.vertexCount).count { usable.starts[$0 + 1] > usable.starts[$0] }
    guard problem.spinCount <= available else {
      throw ProblemError("\(problem.spinCount) spins on a chip of \(available), expected at most as many as it has")
    }
    for attempt in 0..<attempts {
      var search = EmbeddingSearch(problem, on: hardware, seed: seed, attempt: attempt)
      if let chains = search.run(shouldStop) { return try MinorEmbedding(chains: chains, of: problem, on: hardware) }
      if shouldStop() {
        throw ProblemError(
          "no embedding of \(problem.spinCount) spins and \(problem.couplingCount) couplings on a chip of \(available) spins was found "
            + "before the time was over or the search was stopped; expected more --time, a smaller problem or a greater chip")
      }
    }
    throw ProblemError(
      "no embedding of \(problem.spinCount) spins and \(problem.couplingCount) couplings on a chip of \(available) spins "
        + "was found; expected a smaller problem or a greater chip")
  }

  /// Each spin on that of its own number, where the chip has all couplers of the problem.
  private static func native(_ problem: IsingProblem, on hardware: WeightedGraph) -> MinorEmbedding? {
    guard problem.spinCount <= hardware.vertexCount else { return nil }
    return try? MinorEmbedding(chains: (0..<problem.spinCount).map { [Int32($0)] }, of: problem, on: hardware)
  }

  private mutating func run(_ shouldStop: () -> Bool) -> [[Int32]]? {
    var price = Self.startingPrice
    for _ in 0..<Self.rounds {
      layAll(price, shouldStop)
      if shouldStop() { return nil }
      if isEmbedding { return shortened(shouldStop).map { $0.sorted() } }
      for vertex in users.indices { scarcity[vertex] += Self.scarcityGrowth * Double(max(users[vertex].count - 1, 0)) }
      price = min(price * Self.priceGrowth, Self.greatestPrice)
    }
    return nil
  }

  private var isEmbedding: Bool { users.allSatisfy { $0.count <= 1 } && chains.allSatisfy { !$0.isEmpty } }

  /// Chains laid anew while none of them may overlap; the best round counts.
  private mutating func shortened(_ shouldStop: () -> Bool) -> [Set<Int32>] {
    var best = chains
    for _ in 0..<Self.shorteningRounds where !shouldStop() {
      layAll(Self.greatestPrice, shouldStop)
      for spin in chains.indices { trim(spin) }
      if isEmbedding, Self.length(chains) < Self.length(best) { best = chains }
    }
    return best
  }

  private static func length(_ chains: [Set<Int32>]) -> Int { chains.reduce(0) { $0 + $1.count } }

  /// Lays every chain anew, in a random order.
  private mutating func layAll(_ price: Double, _ shouldStop: () -> Bool) {
    for spin in (0..<problem.spinCount).shuffled(using: &random) where !shouldStop() {
      for vertex in chains[spin] { remove(vertex, from: spin) }
      lay(spin, price: price)
    }
  }

  /// Gives a logical spin without a chain one that touches those of all its neighbours that have one.
  private mutating func lay(_ spin: Int, price: Double) {
    let neighbours = neighbours(of: spin).filter { !chains[$0].isEmpty }
    for neighbour in neighbours { trim(neighbour) }
    let costs = costs(price: price)
    var total = costs
    var trees = [[Int32]]()
    for neighbour in neighbours {
      paths.find(from: chains[neighbour].sorted(), rows, costs)
      // The root's own cost counts once, however many paths end in it.
      for vertex in total.indices where costs[vertex].isFinite { total[vertex] += paths.distances[vertex] - costs[vertex] }
      trees.append(paths.previous)
    }
    guard let root = cheapest(total) else { return }
    add(root, to: spin)
    for (neighbour, previous) in zip(neighbours, trees) {
      let path = ChainPaths.path(to: root, previous: previous).dropFirst()
      for vertex in path.prefix(path.count / 2 + 1) { add(vertex, to: spin) }
      for vertex in path.dropFirst(path.count / 2 + 1) { add(vertex, to: neighbour) }
    }
  }

  private func neighbours(of spin: Int) -> [Int] {
    problem.row(spin).filter { problem.couplings[$0] != 0 }.map { Int(problem.neighbours[$0]) }
  }

  private mutating func add(_ vertex: Int32, to spin: Int) {
    if chains[spin].insert(vertex).inserted { users[Int(vertex)].append(spin) }
  }

  private mutating func remove(_ vertex: Int32, from spin: Int) {
    chains[spin].remove(vertex)
    users[Int(vertex)].removeAll { $0 == spin }
  }

  /// Cuts off the ends of a chain with which it touches no neighbour that it would not touch without them.
  private mutating func trim(_ spin: Int) {
    let needed = Set(neighbours(of: spin).filter { !chains[$0].isEmpty })
    var hasChanged = true
    while hasChanged, chains[spin].count > 1 {
      hasChanged = false
      for vertex in chains[spin].sorted() where chains[spin].count > 1 && isEnd(vertex, of: spin) {
        let rest = chains[spin].subtracting([vertex])
        if touched(by: rest).isSuperset(of: needed) {
          remove(vertex, from: spin)
          hasChanged = true
        }
      }
    }
  }

  private func isEnd(_ vertex: Int32, of spin: Int) -> Bool {
    couplers(of: vertex).count { chains[spin].contains($0) } <= 1
  }

  /// The logical spins whose chains share a spin with these, or have a coupler to them.
  private func touched(by vertices: Set<Int32>) -> Set<Int> {
    var touched = Set<Int>()
    for vertex in vertices {
      touched.formUnion(users[Int(vertex)])
      for neighbour in couplers(of: vertex) { touched.formUnion(users[Int(neighbour)]) }
    }
    return touched
  }

  private func couplers(of vertex: Int32) -> ArraySlice<Int32> {
    rows.neighbours[rows.starts[Int(vertex)]..<rows.starts[Int(vertex) + 1]]
  }

  /// The cost of each of the chip's spins: its scarcity times `price` to the power of its uses. A spin without couplers costs too
  /// much to be taken.
  private mutating func costs(price: Double) -> [Double] {
    var costs = scarcity
    for vertex in costs.indices {
      guard rows.starts[vertex + 1] > rows.starts[vertex] else {
        costs[vertex] = .infinity
        continue
      }
      for _ in 0..<min(users[vertex].count, 8) { costs[vertex] *= price }
      costs[vertex] *= Double(1 + Self.variation * random.uniform())
    }
    return costs
  }

  private func cheapest(_ costs: [Double]) -> Int32? {
    guard let place = costs.indices.min(by: { costs[$0] < costs[$1] }), costs[place].isFinite else { return nil }
    return Int32(place)
  }
}
