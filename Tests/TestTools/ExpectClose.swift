import Testing

/// Expects a number to lie within `absolute + relative · |expected|` of another; one that is not a number does not.
///
/// - Parameter comment: what was compared, for the failure.
public func expectClose<Number: BinaryFloatingPoint>(
  _ value: Number, _ expected: Number, absolute: Number = 0, relative: Number = 0, _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let tolerance = absolute + relative * expected.magnitude
  guard !((value - expected).magnitude <= tolerance) else { return }
  let what = comment()
  Issue.record(
    "\(what)\(what.isEmpty ? "" : ": ")found \(value), expected \(expected) ± \(tolerance)", sourceLocation: sourceLocation)
}

/// The same of every element; sequences of other lengths differ.
///
/// - Parameter ofGreatest: what may be added to the tolerance of every element, times the greatest magnitude that is expected. There
///   must then be one above 0.
public func expectClose<Number: BinaryFloatingPoint>(
  _ values: some Sequence<Number>, _ expected: some Sequence<Number>, absolute: Number = 0, relative: Number = 0,
  ofGreatest share: Number = 0, _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let (values, expected) = (Array(values), Array(expected))
  let greatest = expected.map(\.magnitude).max() ?? 0
  guard values.count == expected.count, share == 0 || greatest > 0 else {
    Issue.record(
      "\(comment()) found \(values.count) numbers, expected \(expected.count) up to \(greatest)", sourceLocation: sourceLocation)
    return
  }
  for (index, pair) in zip(values, expected).enumerated() {
    expectClose(
      pair.0, pair.1, absolute: absolute + share * greatest, relative: relative, "\(comment()) [\(index)]",
      sourceLocation: sourceLocation)
  }
}
