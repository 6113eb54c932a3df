import Host

extension MemoryLimit {
  /// Asked before memory is taken for a size that somebody claims.
  ///
  /// - Throws: `ProblemError` if so many bytes are more than this rank may take.
  static func require(_ bytes: Double, for what: String) throws {
    if let reason = refusal(of: bytes, for: what) { throw ProblemError(reason) }
  }

  /// Asked before memory is taken for a rank's rows of a problem in parts.
  ///
  /// - Throws: `ProblemError` if so many bytes are more than this rank may take.
  static func require(_ bytes: Double, forSpins spins: Int, of spinCount: Int) throws {
    guard let reason = refusal(of: bytes, for: "the couplings of \(spins) of \(spinCount) spins") else { return }
    throw ProblemError("\(reason); ranks on more nodes hold less each")
  }
}
