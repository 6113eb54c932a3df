import CZlib
import Foundation

/// A folder for the files of one test, removed with the last reference to it.
package final class TemporaryFolder {
  package let path: String

  package init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("equilibria-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// The names in the folder, sorted.
  package func names(in subfolder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(subfolder)").sorted()
  }

  /// Writes a file, in a folder of its own if the name says so.
  ///
  /// - Returns: its path.
  @discardableResult
  package func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let url = URL(fileURLWithPath: self(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return self(name)
  }

  @discardableResult
  package func write(_ text: String, _ name: String) throws -> String { try write([UInt8](text.utf8), name) }

  /// Writes bytes as zlib packs them.
  ///
  /// - Returns: the file's path.
  @discardableResult
  package func writeGzipped(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = self(name)
    let file = gzopen(path, "wb")
    let written = gzwrite(file, bytes, UInt32(bytes.count))
    guard gzclose(file) == Z_OK, Int(written) == bytes.count else { throw CocoaError(.fileWriteUnknown) }
    return path
  }
}

package func contents(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

package func text(of path: String) throws -> String {
  try String(contentsOfFile: path, encoding: .utf8)
}

package func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}
