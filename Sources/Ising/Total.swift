/// A sum of a problem's own numbers: exact where those are integers.
public enum Total: Sendable, Equatable {
  /// Exact: all terms were integers.
  case integer(Int64)
  /// Rounded to double precision.
  case real(Double)

  /// In double precision; integers above 2⁵³ are rounded.
  public var value: Double {
    switch self {
    case .integer(let sum): Double(sum)
    case .real(let sum): sum
    }
  }

  /// Adds up `count` terms, in 64-bit integers if every one of them is an integer of at most 2⁵³, in floating point otherwise.
  ///
  /// - Parameters:
  ///   - what: the name of the sum, for the message.
  ///   - term: a pure function; it is asked again where the sum turns out to be one of real numbers.
  /// - Throws: `ProblemError` if an integer sum leaves 64 bits.
  static func sum(_ count: Int, what: String, _ term: (Int) -> Double) throws -> Total {
    var whole: Int64 = 0
    for index in 0..<count {
      let value = term(index)
      guard IsingProblem.isExactInteger(value) else { return .real((0..<count).reduce(0) { $0 + term($1) }) }
      let (sum, overflow) = whole.addingReportingOverflow(Int64(value))
      guard !overflow else { throw ProblemError("the \(what) leaves 64-bit integers; scale the weights down") }
      whole = sum
    }
    return .integer(whole)
  }
}

extension Total: CustomStringConvertible {
  public var description: String {
    switch self {
    case .integer(let sum): "\(sum)"
    case .real(let sum): "\(sum)"
    }
  }
}

extension Total: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let sum): try container.encode(sum)
    case .real(let sum): try container.encode(sum)
    }
  }
}
