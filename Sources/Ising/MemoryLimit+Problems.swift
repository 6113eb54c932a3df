import Foundation
import Host

extension MemoryLimit {
  /// Asked before memory is taken for a size that somebody claims.
  ///
  /// - Throws: `ProblemError` if so many bytes are more than three quarters of this host's memory.
  static func require(_ bytes: Double, for what: String) throws {
    guard bytes <= Double(hostBytes) * 0.75 else {
      throw ProblemError("\(what) would take \(gigabytes(bytes)), this machine has \(gigabytes(Double(hostBytes)))")
    }
  }

  private static func gigabytes(_ bytes: Double) -> String { String(format: "%.1f GB", bytes / 1e9) }
}
