/// The mean of series that are correlated in time, with its error.
struct SeriesMean: Equatable, Sendable {
  var mean: Double
  var error: Double
  /// The variance of one number of the series.
  var variance: Double

  /// The integrated autocorrelation time `τ = ½ + Σ_{t ≥ 1} ρ(t)`, summed until `t ≥ 5τ`; the error is `σ √(2τ/n)`.
  ///
  /// ρ is that of all series about their common mean, so that series which disagree have a long time and a great error.
  /// Source: Sokal, "Monte Carlo methods in statistical mechanics", Cours de Troisième Cycle (1989), section 3.
  ///
  /// - Parameter series: equally long, independent of each other.
  init(_ series: [[Double]]) {
    let length = series.first?.count ?? 0
    let count = Double(series.count * length)
    guard count > 0 else {
      (mean, error, variance) = (.nan, .nan, .nan)
      return
    }
    let mean = series.reduce(0) { $0 + $1.reduce(0, +) } / count
    let centred = series.map { $0.map { $0 - mean } }
    let variance = Self.covariances(centred, from: 0)[0]
    var time = 0.5
    if variance > 0 {
      // Beyond half of the series there is nothing but noise.
      let end = max(length / 2, 1)
      search: for first in stride(from: 1, to: end, by: 4) {
        let found = Self.covariances(centred, from: first)
        for lag in first..<min(first + 4, end) {
          time += found[lag - first] / variance
          if Double(lag) >= max(5 * time, 5) { break search }
        }
      }
    }
    self.mean = mean
    self.variance = variance
    // Series that alternate have a time near 0, which n numbers cannot tell from 1/n.
    error = (variance * 2 * max(time, 0.5 / Double(length)) / count).squareRoot()
  }

  /// Those of four lags at once, which do not wait for each other's sums.
  private static func covariances(_ centred: [[Double]], from first: Int) -> SIMD4<Double> {
    let length = centred[0].count
    var sums = SIMD4<Double>()
    for values in centred {
      var parts = SIMD4<Double>()
      let shared = max(length - first - 3, 0)
      for place in 0..<shared {
        let other = place + first
        parts += values[place] * SIMD4(values[other], values[other + 1], values[other + 2], values[other + 3])
      }
      for place in shared..<max(length - first, shared) {
        for lag in 0..<4 where place + first + lag < length { parts[lag] += values[place] * values[place + first + lag] }
      }
      sums += parts
    }
    let lengths = Double(length - first) - SIMD4<Double>(0, 1, 2, 3)
    return sums / (Double(centred.count) * pointwiseMax(lengths, SIMD4(repeating: 1)))
  }
}

/// The error of a function of means, by leaving out one block of the data after the other.
///
/// Source: Quenouille, Biometrika 43, 353 (1956); Tukey, Ann. Math. Stat. 29, 614 (1958).
enum Jackknife {
  /// Blocks that an error wants to be known to a fifth of itself or so.
  private static let wantedBlocks = 32

  /// - Parameters:
  ///   - series: of each quantity those of all ladders; every quantity has as many.
  ///   - function: of the means of the quantities.
  /// - Returns: the value, corrected for its bias of order 1/n, and its error.
  static func estimate(_ series: [[[Double]]], _ function: ([Double]) -> Double) -> (value: Double, error: Double) {
    let columns = series[0].count
    let length = series[0].first?.count ?? 0
    guard columns * length > 1 else { return (.nan, .nan) }
    // Ladders first: they are independent. Each is cut in time where there are few.
    let parts = min(max((wantedBlocks + columns - 1) / columns, 1), length)
    var blocks: [[Double]] = []
    var sizes: [Double] = []
    for column in 0..<columns {
      for part in 0..<parts {
        let range = part * length / parts..<(part + 1) * length / parts
        blocks.append(series.map { $0[column][range].reduce(0, +) })
        sizes.append(Double(range.count))
      }
    }
    let sums = series.indices.map { quantity in blocks.reduce(0) { $0 + $1[quantity] } }
    let size = sizes.reduce(0, +)
    let whole = function(sums.map { $0 / size })
    let left = zip(blocks, sizes).map { block, own in function(zip(sums, block).map { ($0 - $1) / (size - own) }) }
    return estimate(whole, without: left)
  }

  /// - Parameters:
  ///   - whole: of all blocks.
  ///   - left: without one of them.
  static func estimate(_ whole: Double, without left: [Double]) -> (value: Double, error: Double) {
    let count = Double(left.count)
    let mean = left.reduce(0, +) / count
    let squares = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (count * whole - (count - 1) * mean, ((count - 1) / count * squares).squareRoot())
  }
}
