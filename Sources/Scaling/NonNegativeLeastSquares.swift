/// Least squares with factors that are not negative, for few unknowns.
enum NonNegativeLeastSquares {
  /// The factors x ≥ 0 that make `Σ (row · x − target)²` least: every choice of unknowns that may differ from zero is tried.
  ///
  /// Columns without any influence get the factor 0.
  static func solve(_ rows: [[Double]], _ targets: [Double]) -> [Double] {
    let count = rows.first?.count ?? 0
    var best = Array(repeating: 0.0, count: count)
    var least = error(rows, targets, best)
    for choice in 1..<(1 << count) {
      let columns = (0..<count).filter { choice >> $0 & 1 == 1 }
      guard let part = normalSolution(rows, targets, columns), part.allSatisfy({ $0 >= 0 }) else { continue }
      var factors = Array(repeating: 0.0, count: count)
      for (column, factor) in zip(columns, part) { factors[column] = factor }
      let error = error(rows, targets, factors)
      if error < least * (1 - 1e-12) { (least, best) = (error, factors) }
    }
    return best
  }

  private static func error(_ rows: [[Double]], _ targets: [Double], _ factors: [Double]) -> Double {
    zip(rows, targets).reduce(0) { sum, pair in
      let difference = zip(pair.0, factors).reduce(-pair.1) { $0 + $1.0 * $1.1 }
      return sum + difference * difference
    }
  }

  /// Gauss's elimination on the normal equations, columns scaled to length 1; `nil` if they do not tell the unknowns apart.
  private static func normalSolution(_ rows: [[Double]], _ targets: [Double], _ columns: [Int]) -> [Double]? {
    let lengths = columns.map { column in rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot() }
    guard lengths.allSatisfy({ $0 > 0 }) else { return nil }
    let count = columns.count
    var matrix = (0..<count).map { i in
      (0..<count).map { j in rows.reduce(0) { $0 + $1[columns[i]] / lengths[i] * ($1[columns[j]] / lengths[j]) } }
        + [zip(rows, targets).reduce(0) { $0 + $1.0[columns[i]] / lengths[i] * $1.1 }]
    }
    for pivot in 0..<count {
      guard let best = (pivot..<count).max(by: { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) }),
        abs(matrix[best][pivot]) > 1e-10
      else { return nil }
      matrix.swapAt(pivot, best)
      for row in 0..<count where row != pivot {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        for column in pivot...count { matrix[row][column] -= factor * matrix[pivot][column] }
      }
    }
    return (0..<count).map { matrix[$0][count] / matrix[$0][$0] / lengths[$0] }
  }
}
