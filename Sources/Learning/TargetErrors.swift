import Networks

/// How far predicted numbers are from the measured ones: sums over samples of means over the columns of a `TargetTable`.
public struct TargetErrors: Equatable, Sendable {
  /// Of squared distances.
  public var squared = 0.0
  /// Of distances.
  public var absolute = 0.0
  /// Of 1 minus squared distances over the column's variance; columns without variance do not count.
  public var explained = 0.0

  /// By which metrics are called. Divided by the number of samples, `explained` is R² about the mean of the table's reference rows.
  public static let names = ["meanSquaredError", "meanAbsoluteError", "r2"]

  /// Of no samples.
  public init() {}

  /// In the order of `names`.
  public var sums: [Double] { [squared, absolute, explained] }

  /// Adds an output of the sample of row `row`.
  mutating func add(_ output: [Float], row: Int, of table: TargetTable) {
    let errors = table.errors(of: output, row: row)
    let count = Double(errors.count)
    squared += errors.reduce(0) { $0 + $1 * $1 } / count
    absolute += errors.reduce(0) { $0 + abs($1) } / count
    let shares = zip(errors, table.variance).filter { $1 > 0 }.map { 1 - $0 * $0 / $1 }
    if !shares.isEmpty { explained += shares.reduce(0, +) / Double(shares.count) }
  }
}

/// What an evaluation of predicted numbers came to, in their own units.
public struct TargetScore: Equatable, Sendable {
  /// The figures of one column, or their means over columns.
  public struct Figures: Equatable, Sendable {
    /// The mean of squared distances.
    public var meanSquaredError: Double
    /// The mean of distances.
    public var meanAbsoluteError: Double
    /// `1 − Σ (y − ŷ)² / Σ (y − ȳ)²` about the mean ȳ of the samples that were evaluated; `nil` where all of them have the same y.
    public var r2: Double?
  }

  /// Means over the columns; of R², over those that have one.
  public let mean: Figures
  /// One a column.
  public let columns: [Figures]
  /// Row after row, in the order of the samples.
  public let predictions: [Double]

  /// - Parameters:
  ///   - outputs: of the network, one run of `table.width` numbers after the other.
  ///   - rows: of each sample in the table.
  init(_ outputs: [Float], rows: [Int], table: TargetTable) {
    let width = table.width
    let count = Double(max(rows.count, 1))
    var (errors, predictions) = ([Double](), [Double]())
    for (sample, row) in rows.enumerated() {
      let output = Array(outputs[sample * width..<(sample + 1) * width])
      errors += table.errors(of: output, row: row)
      predictions += table.measured(output)
    }
    let columns = (0..<width).map { column in
      let own = stride(from: column, to: errors.count, by: width).map { errors[$0] }
      let variance = TargetTable.variance(of: rows.map { table.deviation[column] * Double(table[$0, column]) })
      let squared = own.reduce(0) { $0 + $1 * $1 } / count
      return Figures(
        meanSquaredError: squared, meanAbsoluteError: own.reduce(0) { $0 + abs($1) } / count,
        r2: variance > 0 ? 1 - squared / variance : nil)
    }
    func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }
    let shares = columns.compactMap(\.r2)
    self.mean = Figures(
      meanSquaredError: mean(columns.map(\.meanSquaredError)), meanAbsoluteError: mean(columns.map(\.meanAbsoluteError)),
      r2: shares.isEmpty ? nil : mean(shares))
    (self.columns, self.predictions) = (columns, predictions)
  }
}
