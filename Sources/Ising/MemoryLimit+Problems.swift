import Host

extension MemoryLimit {
  /// Asked before memory is taken for a size that somebody claims.
  ///
  /// - Throws: `ProblemError` if so many bytes are more than this rank may take.
  static func require(_ bytes: Double, for what: String) throws {
    if let reason = refusal(of: bytes, for: what) { throw ProblemError(reason) }
  }
}
