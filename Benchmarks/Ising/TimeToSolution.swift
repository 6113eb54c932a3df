import Foundation

/// The time after which 99 % of runs have found the solution, from runs that stop when they have, or at a limit.
///
/// Runs that begin anew again and again find it after a time with an exponential distribution, whose rate is estimated by
/// solutions ÷ total time; then the time is `ln 100 / rate`. For runs of one length it is the same as `ln .01 / ln(1 − p) ·
/// length` for small p. The interval is that of Garwood (1936) for a Poisson count, 95 %.
struct TimeToSolution {
  let solutions: Int
  let total: Double

  init(times: [Double], solved: [Bool], limit: Double) {
    solutions = solved.filter { $0 }.count
    total = zip(times, solved).reduce(0) { $0 + ($1.1 ? $1.0 : limit) }
  }

  var text: String {
    guard solutions > 0 else { return String(format: "time to solution: none in %.1f s", total) }
    let count = Double(solutions)
    // Wilson & Hilferty's approximation of the chi-square quantiles, within a per cent for one solution or more.
    let low = count * pow(1 - 1 / (9 * count) - 1.96 / (3 * count.squareRoot()), 3)
    let high = (count + 1) * pow(1 - 1 / (9 * (count + 1)) + 1.96 / (3 * (count + 1).squareRoot()), 3)
    let scale = log(100) * total
    return String(
      format: "time to solution (99 %%): %.2f s, 95 %% interval %.2f to %.2f s, %d solutions in %.1f s", scale / count,
      scale / high,
      scale / max(low, 1e-9), solutions, total)
  }
}
