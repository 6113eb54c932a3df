import Foundation

/// What this machine can hold, asked before memory is taken for a size that somebody claims.
enum Memory {
  /// Bytes of main memory.
  static let physical = Double(ProcessInfo.processInfo.physicalMemory)

  /// - Throws: `ProblemError` if so many bytes are more than three quarters of main memory.
  static func require(_ bytes: Double, for what: String) throws {
    guard bytes <= physical * 0.75 else {
      throw ProblemError("\(what) would take \(gigabytes(bytes)), this machine has \(gigabytes(physical))")
    }
  }

  private static func gigabytes(_ bytes: Double) -> String { String(format: "%.1f GB", bytes / 1e9) }
}
