/// Numbers that outputs are to take where there are no classes: a row for each sample, and one column for each unit of the output.
///
/// The label of a sample is the number of its row. The network sees the numbers normalised, `(y − mean) / deviation` of each column; errors
/// are told in the units of the measured ones.
public final class TargetTable: Sendable {
  /// Numbers of a row.
  public let width: Int
  /// What is subtracted from a number, one a column.
  public let mean: [Double]
  /// What the difference is divided by, one a column, above 0.
  public let deviation: [Double]
  /// The mean squared distance of a column's measured numbers from their mean, over `reference`.
  public let variance: [Double]
  /// The cost `½‖o − y‖²` of the best output that is the same for all rows of `reference`.
  public let costOfConstantOutput: Double
  /// Normalised, row after row.
  private let values: [Float]

  /// - Parameters:
  ///   - measured: row after row, finite, a whole number of rows.
  ///   - mean, deviation: one a column.
  ///   - reference: the rows that variances are of; all of them if `nil`.
  public init(_ measured: [Double], mean: [Double], deviation: [Double], reference: Range<Int>? = nil) {
    precondition(!mean.isEmpty && mean.count == deviation.count && measured.count % mean.count == 0)
    let width = mean.count
    (self.width, self.mean, self.deviation) = (width, mean, deviation)
    values = measured.indices.map { Float((measured[$0] - mean[$0 % width]) / deviation[$0 % width]) }
    let rows = reference.flatMap { $0.isEmpty ? nil : $0 } ?? 0..<measured.count / width
    variance = (0..<width).map { column in Self.variance(of: rows.map { measured[$0 * width + column] }) }
    costOfConstantOutput = zip(variance, deviation).reduce(0) { $0 + $1.0 / ($1.1 * $1.1) } / 2
  }

  /// The mean squared distance from the mean.
  public static func variance(of numbers: [Double]) -> Double {
    guard !numbers.isEmpty else { return 0 }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
  }

  /// The number of rows.
  public var count: Int { values.count / width }

  /// What output `unit` is to be for the sample of row `row`.
  public subscript(row: Int, unit: Int) -> Float { values[row * width + unit] }

  /// The least and the greatest normalised number; `nil` of an empty table.
  public var range: ClosedRange<Float>? {
    guard let least = values.min(), let greatest = values.max() else { return nil }
    return least...greatest
  }

  /// An output in the units of the measured numbers.
  public func measured(_ output: [Float]) -> [Double] {
    output.indices.map { mean[$0] + deviation[$0] * Double(output[$0]) }
  }

  /// What each unit of an output is off by, in the units of the measured numbers.
  public func errors(of output: [Float], row: Int) -> [Double] {
    output.indices.map { deviation[$0] * (Double(output[$0]) - Double(self[row, $0])) }
  }
}

extension TargetTable: Equatable {
  /// A table is itself alone: comparing numbers would take as long as reading them.
  public static func == (left: TargetTable, right: TargetTable) -> Bool { left === right }
}
