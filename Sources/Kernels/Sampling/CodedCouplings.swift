/// Couplings and fields that are few times one unit, as multi-spin coding takes them: ±J spin glasses, ferromagnets, Max-Cut without weights.
package struct CodedCouplings: Sendable {
  /// Coupling or field of one link.
  package let unit: Double
  /// Links of each spin with a row here.
  let totals: [Int]

  /// As many as a sum of four binary digits counts.
  package static let greatestTotal = 15

  /// - Returns: `nil` if a coupling or field of these rows is no multiple of the smallest, or a spin's are more than 15 of it together.
  package init?(_ couplings: ReplicaCouplings) {
    let unit = couplings.bounds.smallest
    self.unit = unit.isFinite ? unit : 1
    var totals = [Int](repeating: 0, count: couplings.rowCount)
    for spin in totals.indices {
      var total = 0.0
      for value in couplings.row(spin).lazy.map({ couplings.couplings[$0] }) + [couplings.fields[spin]] {
        guard Self.isMultiple(value, of: self.unit) else { return nil }
        total += (value / self.unit).magnitude
      }
      guard total <= Double(Self.greatestTotal) else { return nil }
      totals[spin] = Int(total)
    }
    self.totals = totals
  }

  /// How many links a coupling or field is, negative ones if it is negative.
  func multiple(_ value: Double) -> Int { Int(value / unit) }

  private static func isMultiple(_ value: Double, of unit: Double) -> Bool {
    let ratio = value / unit
    return ratio.magnitude <= Double(greatestTotal) && ratio == ratio.rounded() && ratio * unit == value
  }
}
