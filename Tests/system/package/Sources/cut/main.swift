// Max-Cut of a complete bipartite graph, over all ranks: its greatest cut is all of its edges.

import Ising
import MPI
import Solving

Environment.run { world in
  let (left, right) = (9, 14)
  let edges = (0..<left).flatMap { i in (0..<right).map { (Int32(i), Int32(left + $0)) } }
  let graph = try WeightedGraph(
    vertexCount: left + right, sources: edges.map(\.0), targets: edges.map(\.1), weights: edges.map { _ in 1 })
  let question = try MaxCut(graph)
  var settings = SolverSettings()
  settings.machine = .anneal
  settings.reads = 8
  settings.steps = 200
  let solution = try Solver(question.problem, settings).run(over: world)
  guard world.rank == 0, let best = solution.samples.best else { return 0 }
  print("cut \(try question.measure(of: best.spins)) of \(graph.edgeCount), ranks: \(solution.ranks)")
  return 0
}
