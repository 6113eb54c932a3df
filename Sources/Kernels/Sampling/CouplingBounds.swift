/// What all rows of a problem say of their couplings and fields, on whichever ranks they are: units of kernels follow from it.
package struct CouplingBounds: Equatable, Sendable {
  /// Spins, one a row.
  package var spinCount: Int
  /// Couplings, each counted twice.
  package var entryCount: Int
  /// The greatest and the least `Σ_j |J_ij| + |h_i|`.
  package var greatestField: Double
  package var leastField: Double
  /// The smallest magnitude of a coupling or field but 0; infinite if all are.
  package var smallest: Double
  /// Whether the couplings of each row have one size.
  package var hasEqualRows: Bool

  /// Those of some rows: a problem's bounds, or a part of them.
  ///
  /// - Parameters:
  ///   - rowStarts: where each row begins, and at the end where the last one does.
  ///   - fields: one a row, or none.
  package init(rowStarts: [Int], couplings: [Double], fields: [Double]) {
    spinCount = rowStarts.count - 1
    entryCount = couplings.count
    (greatestField, leastField, smallest, hasEqualRows) = (0, .infinity, .infinity, true)
    for row in 0..<spinCount {
      let size = fields.isEmpty ? 0 : fields[row].magnitude
      var sum = size
      if size > 0 { smallest = min(smallest, size) }
      let entries = rowStarts[row]..<rowStarts[row + 1]
      for entry in entries {
        let magnitude = couplings[entry].magnitude
        sum += magnitude
        if magnitude > 0 { smallest = min(smallest, magnitude) }
        hasEqualRows = hasEqualRows && magnitude == couplings[entries.lowerBound].magnitude
      }
      (greatestField, leastField) = (max(greatestField, sum), min(leastField, sum))
    }
  }

  /// Couplings of a spin, rounded down.
  var meanDegree: Int { entryCount / max(spinCount, 1) }
}
