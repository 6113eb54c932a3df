import Foundation

/// A number that changes in the course of a run: a pump, a temperature.
public enum Course: Equatable, Sendable {
  /// The same number throughout.
  case constant(Double)
  /// A straight line from the start of the run to its end.
  case linear(from: Double, to: Double)
  /// The ratio of neighbouring values is the same; both ends are positive.
  case geometric(from: Double, to: Double)
  /// Straight lines through values at equal distances, the first at the start and the last at the end. At least one.
  case points([Double])

  /// - Parameter fraction: 0 at the start, 1 at the end.
  public func value(at fraction: Double) -> Double {
    let place = min(max(fraction, 0), 1)
    switch self {
    case .constant(let value): return value
    case .linear(let first, let last): return first + (last - first) * place
    case .geometric(let first, let last): return first * pow(last / first, place)
    case .points(let values):
      let position = place * Double(values.count - 1)
      let index = min(Int(position), max(values.count - 2, 0))
      guard values.count > 1 else { return values[0] }
      return values[index] + (values[index + 1] - values[index]) * (position - Double(index))
    }
  }

  /// The same course in another unit.
  public func scaled(by factor: Double) -> Course {
    switch self {
    case .constant(let value): .constant(value * factor)
    case .linear(let first, let last): .linear(from: first * factor, to: last * factor)
    case .geometric(let first, let last): .geometric(from: first * factor, to: last * factor)
    case .points(let values): .points(values.map { $0 * factor })
    }
  }
}

extension Course {
  /// `linear:A:B`, `geometric:A:B`, `constant:A`, or values `A,B,C`.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let numbers = parts.dropFirst().compactMap(Double.init).filter(\.isFinite)
    switch (parts[0], parts.count, numbers.count) {
    case ("linear", 3, 2): self = .linear(from: numbers[0], to: numbers[1])
    case ("geometric", 3, 2): self = .geometric(from: numbers[0], to: numbers[1])
    case ("constant", 2, 1): self = .constant(numbers[0])
    default:
      let words = text.split(separator: ",", omittingEmptySubsequences: false)
      let values = words.compactMap { Double($0) }.filter(\.isFinite)
      guard values.count == words.count else { return nil }
      self = .points(values)
    }
  }
}
