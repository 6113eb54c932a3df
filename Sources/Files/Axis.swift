import Foundation

/// The scale of one direction of a chart: numbers to places, and where the marks stand.
package struct Axis {
  package enum Scale: Equatable { case linear, logarithmic }

  package let scale: Scale
  /// The numbers at both ends, the lower first; powers of ten of them on a logarithmic axis.
  package let range: ClosedRange<Double>
  /// Where marks stand, ascending.
  package let ticks: [Double]

  /// An axis that shows all of `values`, with marks at round numbers.
  ///
  /// - Parameter count: about how many marks.
  package init(_ values: [Double], scale: Scale = .linear, count: Int = 5, includesZero: Bool = false) {
    let usable = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
    self.scale = scale
    var low = usable.min() ?? (scale == .linear ? 0 : 0.1)
    var high = usable.max() ?? 1
    switch scale {
    case .linear:
      if includesZero {
        low = min(low, 0)
        high = max(high, 0)
      }
      if high - low < 1e-12 * max(abs(high), 1e-300) || high == low {
        let room = high == 0 ? 1 : abs(high) * 0.1
        (low, high) = (low - (includesZero && low == 0 ? 0 : room), high + room)
      }
      let step = Self.roundStep((high - low) / Double(max(count, 1)))
      // A bound that is a round number but for its last digits gets no further mark.
      let first = (low / step + 1e-9).rounded(.down)
      let last = max((high / step - 1e-9).rounded(.up), first + 1)
      range = first * step...last * step
      ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
    case .logarithmic:
      let first = log10(low).rounded(.down)
      let last = max(log10(high).rounded(.up), first + 1)
      range = first...last
      let stride = max(1, Int(((last - first) / Double(max(count, 1))).rounded(.up)))
      ticks = Swift.stride(from: first, through: last, by: Double(stride)).map { pow(10, $0) }
    }
  }

  /// An axis whose marks are the values themselves, such as numbers of ranks.
  package init(marks: [Double], scale: Scale) {
    self.scale = scale
    ticks = Array(Set(marks.filter { $0.isFinite && (scale == .linear || $0 > 0) })).sorted()
    let low = ticks.first ?? 1
    let high = ticks.last ?? 10
    let ends = scale == .linear ? (low, high) : (log10(low), log10(high))
    range = ends.0...(ends.1 > ends.0 ? ends.1 : ends.0 + 1)
  }

  /// 0 at the lower end, 1 at the upper; `nil` for what the axis cannot show.
  package func place(_ value: Double) -> Double? {
    guard value.isFinite, scale == .linear || value > 0 else { return nil }
    let number = scale == .linear ? value : log10(value)
    return (number - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// 1, 2 or 5 times a power of ten, at least `width`.
  package static func roundStep(_ width: Double) -> Double {
    let power = pow(10, log10(width).rounded(.down))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= width * (1 - 1e-9) } ?? 10
    return factor * power
  }

  /// A mark's number as short as it can be said.
  package static func label(_ value: Double) -> String {
    if value == 0 { return "0" }
    let size = abs(value)
    if size >= 1e5 || size < 1e-3 {
      let exponent = Int(log10(size).rounded(.down))
      return String(format: "%.3g", value / pow(10, Double(exponent))) + "e\(exponent)"
    }
    return String(format: "%.6g", value)
  }
}
