import Files

extension IsingProblem {
  /// By which a checkpoint knows its problem: sizes, and a checksum of every number.
  package var fingerprint: String {
    var checksum = Checksum()
    func add(_ words: [UInt64]) {
      checksum.update(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
    }
    add(rowStarts.map { UInt64($0) })
    add(neighbours.map { UInt64($0) })
    add((couplings + fields + [offset]).map(\.bitPattern))
    return "\(spinCount) spins, \(couplingCount) couplings, \(checksum.text)"
  }
}
