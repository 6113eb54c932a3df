// Max-Cut of a graph whose greatest cut is known, solved over all ranks: a graph, its Ising problem, a solver, the best state.
//
//     mpirun -n 2 .build/release/example-max-cut

import Ising
import MPI
import Solving

/// A torus of unit weights: every vertex is joined to the next one of its row and of its column.
///
/// Each row and each column is a ring. If both sides are odd no ring can be cut at all of its edges, so every ring keeps one at least;
/// a chessboard keeps exactly one of each, hence the greatest cut is `edges − rows − columns`.
func torus(rows: Int, columns: Int) throws -> WeightedGraph {
  var (sources, targets) = ([Int32](), [Int32]())
  for row in 0..<rows {
    for column in 0..<columns {
      let vertex = Int32(row * columns + column)
      sources += [vertex, vertex]
      targets += [Int32(row * columns + (column + 1) % columns), Int32((row + 1) % rows * columns + column)]
    }
  }
  return try WeightedGraph(
    vertexCount: rows * columns, sources: sources, targets: targets, weights: sources.map { _ in 1 })
}

Environment.run { world in
  let (rows, columns) = (11, 15)
  let question = try MaxCut(torus(rows: rows, columns: columns))

  // With reads and steps, and without a time limit, the answer is the same on any number of ranks, which divide the reads.
  var settings = SolverSettings()
  settings.machine = .anneal
  settings.reads = 32
  settings.steps = 2000
  let solution = try Solver(question.problem, settings).run(over: world)

  guard world.rank == 0, let best = solution.samples.best else { return 0 }
  let cut = try question.measure(of: best.spins)
  print("\(solution.samples.readCount) anneals in \(solution.seconds) s, ranks: \(solution.ranks)")
  print("cut \(cut) of \(question.graph.edgeCount) edges; the greatest cut is \(question.graph.edgeCount - rows - columns)")
  return 0
}
