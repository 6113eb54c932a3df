import Foundation
import Ising
import Solving

/// One run and what it found.
struct BenchmarkRun {
  let seed: UInt64
  let cut: Double
  /// When the best state was found.
  let secondsToBest: Double
  let seconds: Double
  let spinUpdates: Double

  init(_ problem: MaxCut, _ settings: SolverSettings) throws {
    var last = 0.0
    let solution = try Solver(problem.problem, settings).run(progress: { last = $0.seconds })
    seed = settings.seed
    // The cut is that of the file's own edges.
    cut = try problem.measure(of: solution.samples.best!.spins).value
    secondsToBest = last
    seconds = solution.seconds
    spinUpdates = solution.spinUpdates
  }

  var line: String {
    String(
      format: "seed %llu: cut %@ after %.2f s of %.2f s, %.0f million spin updates/s", seed, text(cut), secondsToBest, seconds,
      spinUpdates / seconds / 1e6)
  }
}

/// A number without a fraction if it has none.
func text(_ number: Double) -> String {
  number == number.rounded() && number.magnitude < 1e15 ? String(Int(number)) : String(number)
}
