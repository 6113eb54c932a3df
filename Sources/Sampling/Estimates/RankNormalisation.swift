import Foundation

/// The rank-normalised split R̂: how much the halves of all chains scatter, compared with what each does by itself. 1 if they sample the same
/// distribution.
///
/// Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner, Bayesian Analysis 16, 667 (2021), sections 3.1 and 3.2.
enum RankNormalisation {
  /// - Parameter chains: equally long, 4 numbers or more.
  /// - Returns: the greater one of that of the numbers and that of their distances from the median; `nil` if there are too few.
  static func rHat(_ chains: [[Double]]) -> Double? {
    guard let length = chains.first?.count, length >= 4 else { return nil }
    let half = length / 2
    let halves = chains.flatMap { [Array($0[..<half]), Array($0[(length - half)...])] }
    let all = halves.flatMap { $0 }
    var order = all.indices.map { Ranked(value: all[$0], place: $0) }
    order.sort { $0.value < $1.value }
    let median = order[order.count / 2].value
    let scores = scores(order)
    let folded = self.scores(folded(order, about: median))
    func cut(_ scores: [Double]) -> [[Double]] { halves.indices.map { Array(scores[$0 * half..<($0 + 1) * half]) } }
    return max(plain(cut(scores)), plain(cut(folded)))
  }

  /// A number, and where it was.
  private struct Ranked {
    var value: Double
    var place: Int
  }

  /// Distances from the median in their order: those of the numbers below it and of those above it are merged.
  private static func folded(_ order: [Ranked], about median: Double) -> [Ranked] {
    var folded: [Ranked] = []
    folded.reserveCapacity(order.count)
    var above = order.count / 2
    var below = above - 1
    func distance(_ index: Int) -> Double { abs(order[index].value - median) }
    while below >= 0 || above < order.count {
      let isBelow = above == order.count || below >= 0 && distance(below) < distance(above)
      let next = isBelow ? below : above
      folded.append(Ranked(value: distance(next), place: order[next].place))
      if isBelow { below -= 1 } else { above += 1 }
    }
    return folded
  }

  /// `√((W (N−1)/N + B/N)/W)` of the variances within and between.
  private static func plain(_ chains: [[Double]]) -> Double {
    let length = Double(chains[0].count)
    let means = chains.map { $0.reduce(0, +) / length }
    let variances = zip(chains, means).map { chain, mean in
      chain.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (length - 1)
    }
    let within = variances.reduce(0, +) / Double(chains.count)
    let mean = means.reduce(0, +) / Double(chains.count)
    let between = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(chains.count - 1)
    guard within > 0 else { return between > 0 ? .infinity : 1 }
    return ((within * (length - 1) / length + between) / within).squareRoot()
  }

  /// `Φ⁻¹((rank − 3/8)/(S + 1/4))` of sorted numbers, where they were; equal numbers share the mean of their ranks.
  private static func scores(_ order: [Ranked]) -> [Double] {
    var scores = [Double](repeating: 0, count: order.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, order[end].value == order[start].value { end += 1 }
      let rank = Double(start + 1 + end) / 2
      let score = normalQuantile((rank - 0.375) / (Double(order.count) + 0.25))
      for place in start..<end { scores[order[place].place] = score }
      start = end
    }
    return scores
  }

  /// Φ⁻¹ by Acklam's rational approximation: relative error below 1.2·10⁻⁹.
  static func normalQuantile(_ p: Double) -> Double {
    let a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716, 2.506628277459239]
    let b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572]
    let c = [
      -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783,
    ]
    let d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416]
    func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
    if p < 0.02425 {
      let q = (-2 * log(p)).squareRoot()
      return polynomial(c, q) / (polynomial(d, q) * q + 1)
    }
    if p > 1 - 0.02425 { return -normalQuantile(1 - p) }
    let q = p - 0.5
    let r = q * q
    return polynomial(a, r) * q / (polynomial(b, r) * r + 1)
  }
}
