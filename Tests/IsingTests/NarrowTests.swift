import Foundation
import Testing

@testable import Ising

/// The minimum by a tree decomposition, against enumeration and closed forms.
@Suite struct NarrowTests {
  /// The tree decomposition of a problem that is small enough to be tried state by state, whatever `ExactMinimum` would choose.
  private func check(_ problem: IsingProblem, width: ClosedRange<Int>? = nil) throws {
    let energies = try states(problem.spinCount).map { try problem.energy(of: $0) }
    let least = try #require(energies.min())
    let order = try EliminationOrder.best(of: problem, limit: 20) { false }
    let tree = try TreeMinimum(problem, order: order) { false }
    #expect(abs(try problem.energy(of: tree.spins) - least) <= 1e-9)
    #expect(tree.groundStates == energies.count { $0 <= least + 1e-9 })
    if let width { #expect(width.contains(order.width), "width \(order.width)") }
    #expect(order.spins.sorted() == (0..<Int32(problem.spinCount)).map { $0 })
  }

  /// Couplings of −1 or 1 that a seed decides, and fields if asked for.
  private func problem(_ edges: [(Int, Int)], spins: Int, seed: UInt64, hasFields: Bool = false) throws -> IsingProblem {
    let signs = SyntheticProblem.dense(spins: spins)
    let graph = try WeightedGraph(
      vertexCount: spins, sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
      weights: edges.map { signs.coupling($0.0, $0.1, seed: seed) })
    let fields = hasFields ? (0..<spins).map { signs.coupling($0, $0 + spins, seed: seed) * Double($0 % 3) / 2 } : []
    return try IsingProblem(graph: graph, fields: fields, offset: hasFields ? 1.25 : 0)
  }

  private func lattice(rows: Int, columns: Int, isClosed: Bool) -> [(Int, Int)] {
    (0..<rows * columns).flatMap { spin -> [(Int, Int)] in
      let (row, column) = (spin / columns, spin % columns)
      var edges = [(Int, Int)]()
      if column + 1 < columns || isClosed && columns > 2 { edges.append((spin, row * columns + (column + 1) % columns)) }
      if row + 1 < rows { edges.append((spin, spin + columns)) }
      return edges
    }
  }

  @Test(arguments: [false, true]) func smallNarrowProblems(hasFields: Bool) throws {
    for seed in 0..<3 as Range<UInt64> {
      // A tree, a ring, a ladder that is closed along its length, an open lattice, and parts that are not connected.
      try check(problem((1..<14).map { (($0 - 1) / 2, $0) }, spins: 14, seed: seed, hasFields: hasFields), width: 1...1)
      try check(problem((0..<13).map { ($0, ($0 + 1) % 13) }, spins: 13, seed: seed, hasFields: hasFields), width: 2...2)
      try check(problem(lattice(rows: 2, columns: 7, isClosed: true), spins: 14, seed: seed, hasFields: hasFields), width: 3...4)
      try check(problem(lattice(rows: 4, columns: 4, isClosed: false), spins: 16, seed: seed, hasFields: hasFields), width: 4...5)
      try check(problem([(0, 1), (1, 2), (5, 6), (6, 7), (7, 5)], spins: 9, seed: seed, hasFields: hasFields), width: 2...2)
    }
  }

  @Test func denseAndRealProblems() throws {
    try check(try SyntheticProblem.sherringtonKirkpatrick(spins: 10).problem(seed: 4), width: 9...9)
    try check(try SyntheticProblem.torus(rows: 3, columns: 5).problem(seed: 5))
    let alone = try IsingProblem(graph: WeightedGraph(vertexCount: 3, sources: [], targets: [], weights: []), fields: [0, -1, 0])
    try check(alone, width: 0...0)
  }

  /// A sparse random graph, as of Max-Cut's collections: three edges a vertex with weights −1 and 1, and a share of leaves.
  @Test func sparseRandomGraphs() throws {
    var state: UInt64 = 12345
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<4 {
      var pairs = Set<[Int]>()
      while pairs.count < 22 {
        let (a, b) = (next(16), next(16))
        if a != b { pairs.insert([min(a, b), max(a, b)]) }
      }
      let edges = pairs.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }.map { ($0[0], $0[1]) }
      let made = try problem(edges, spins: 16, seed: UInt64(next(100)))
      try check(
        try MaxCut(
          WeightedGraph(
            vertexCount: 16, sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
            weights: edges.map { made.couplings.isEmpty ? 1 : Double(($0.0 + $0.1) % 3) + 1 })
        ).problem)
      try check(made)
    }
  }

  /// The ferromagnet on a planar lattice of 10 × 10 has energy −180 and two ground states, also in disguise.
  @Test func planarLattices() throws {
    let edges = lattice(rows: 10, columns: 10, isClosed: false)
    let graph = try WeightedGraph(
      vertexCount: 100, sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
      weights: [Double](repeating: 1, count: edges.count))
    let ferromagnet = try ExactMinimum(try IsingProblem(graph: graph))
    #expect(ferromagnet.groundStates == 2)
    #expect(try IsingProblem(graph: graph).energy(of: ferromagnet.spins) == -180)
    #expect(ferromagnet.width ?? 0 >= 10)
    // Gauge transformations keep the energy and the number of ground states.
    let gauge: [Int8] = (0..<100).map { SyntheticProblem.dense(spins: 100).coupling($0, 100, seed: 3) > 0 ? 1 : -1 }
    let disguised = try WeightedGraph(
      vertexCount: 100, sources: graph.sources, targets: graph.targets,
      weights: edges.map { Double(gauge[$0.0] * gauge[$0.1]) })
    let found = try ExactMinimum(try IsingProblem(graph: disguised))
    #expect(found.groundStates == 2 && found.log2GroundStates == 1)
    #expect(found.spins == gauge || found.spins == gauge.map { -$0 })
  }

  /// Along a strip a transfer matrix in the other direction gives the lowest energy and the number of states that have it.
  @Test func stripsByTransferMatrices() throws {
    let (rows, columns) = (4, 25)
    for seed in 1...3 as ClosedRange<UInt64> {
      let edges = lattice(rows: rows, columns: columns, isClosed: false)
      let strip = try problem(edges, spins: rows * columns, seed: seed)
      var best = [Int: (energy: Double, count: Double)]()
      let signs = SyntheticProblem.dense(spins: rows * columns)
      func coupling(_ a: Int, _ b: Int) -> Double { signs.coupling(a, b, seed: seed) }
      func spin(_ state: Int, _ row: Int) -> Double { state >> row & 1 == 1 ? 1 : -1 }
      for column in 0..<columns {
        var next = [Int: (energy: Double, count: Double)]()
        for state in 0..<1 << rows {
          var own = 0.0
          for row in 0..<rows - 1 {
            own -= coupling(row * columns + column, (row + 1) * columns + column) * spin(state, row) * spin(state, row + 1)
          }
          guard column > 0 else {
            next[state] = (own, 1)
            continue
          }
          for (before, value) in best {
            let across = (0..<rows).reduce(0.0) {
              $0 - coupling($1 * columns + column - 1, $1 * columns + column) * spin(before, $1) * spin(state, $1)
            }
            let energy = value.energy + own + across
            let known = next[state] ?? (.infinity, 0)
            next[state] =
              energy < known.energy ? (energy, value.count) : energy == known.energy ? (energy, known.count + value.count) : known
          }
        }
        best = next
      }
      let lowest = try #require(best.values.map(\.energy).min())
      let count = best.values.filter { $0.energy == lowest }.reduce(0) { $0 + $1.count }
      let found = try ExactMinimum(strip)
      #expect(try strip.energy(of: found.spins) == lowest)
      #expect(Double(found.groundStates ?? 0) == count)
      #expect(found.width == 4)
    }
  }

  /// Free spins have 2ᴺ ground states, beyond every integer type.
  @Test func manyGroundStatesAreCounted() throws {
    let free = try IsingProblem(graph: WeightedGraph(vertexCount: 3000, sources: [0], targets: [1], weights: [1]))
    let found = try ExactMinimum(free)
    #expect(found.groundStates == nil && found.log2GroundStates == 2999)
    let star = try problem((1..<2500).map { (0, $0) }, spins: 2500, seed: 1)
    #expect(try ExactMinimum(star).groundStates == 2)
  }

  @Test func widthIsExplained() throws {
    let wide = try SyntheticProblem.sherringtonKirkpatrick(spins: 60).problem(seed: 1)
    let error = #expect(throws: ProblemError.self) { try ExactMinimum(wide) }
    #expect(error?.description.contains("width 20 or less") == true)
    let torus = try SyntheticProblem.torus(rows: 40, columns: 40).problem(seed: 1)
    let other = #expect(throws: ProblemError.self) { try ExactMinimum(torus) }
    #expect(other?.description.contains("1600 spins") == true)
  }

  /// What is given after a stop is a local minimum, and no proof.
  @Test func stopIsNoProof() throws {
    let problem = try SyntheticProblem.torus(rows: 6, columns: 6).problem(seed: 2)
    var questions = 0
    let stopped = try ExactMinimum(problem) {
      questions += 1
      return questions > 20
    }
    #expect(stopped.wasStopped && stopped.groundStates == nil)
    let whole = try ExactMinimum(problem)
    #expect(!whole.wasStopped && whole.width != nil)
    #expect(try problem.energy(of: stopped.spins) >= problem.energy(of: whole.spins))
  }
}
