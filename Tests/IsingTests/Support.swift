import Foundation
import Testing

@testable import Ising

/// What a text holds under a name, `f` unless the name's ending matters.
func content(_ text: String, _ name: String = "f", format: ProblemFormat? = nil) throws -> ProblemContent {
  try ProblemFile.parse([UInt8](text.utf8), file: name, format: format)
}

/// The message of the error that reading the text ends with.
func message(_ text: String, _ name: String = "f", format: ProblemFormat? = nil) -> String {
  do {
    _ = try content(text, name, format: format)
    return "read without error"
  } catch let error as ProblemFileError {
    return error.description
  } catch {
    return "not a ProblemFileError: \(error)"
  }
}

/// Every state of `count` spins.
func states(_ count: Int) -> [[Int8]] {
  (0..<1 << count).map { bits in (0..<count).map { bits >> $0 & 1 == 1 ? 1 : -1 } }
}

/// A folder of published problems, if this machine has it.
func publishedFolder(_ name: String) -> String? {
  guard let root = ProcessInfo.processInfo.environment["EQUILIBRIA_DATA"] else { return nil }
  let folder = "\(root)/\(name)"
  return FileManager.default.fileExists(atPath: folder) ? folder : nil
}

/// What dimod's `to_file` writes of `2 + 2 a + 2 a b` over spins, in bytes that are characters.
func modelFile(version: Int, shape: String = "2, 1", names: String = "[\"a\", \"b\"]") -> String {
  func word(_ value: Int, bytes: Int) -> String {
    (0..<bytes).reduce(into: "") { $0.unicodeScalars.append(UnicodeScalar(UInt8(value >> (8 * $1) & 255))) }
  }
  let number = { (value: Double) in word(Int(bitPattern: UInt(value.bitPattern)), bytes: 8) }
  let header =
    "{\"shape\":[\(shape)],\"dtype\":\"float64\",\"itype\":\"int32\",\"ntype\":\"int64\",\"vartype\":\"SPIN\","
    + "\"variables\":\(version == 1 ? names : "true")}\n"
  let biases = number(2) + word(0, bytes: 8) + number(2) + word(1, bytes: 8) + number(0)
  let neighbours = word(1, bytes: 4) + number(2) + word(0, bytes: 4) + number(2)
  return "DIMODBQM" + word(version, bytes: 2) + word(header.utf8.count, bytes: 4) + header + biases + neighbours
    + (version == 1 ? "" : "VARS" + word(names.utf8.count, bytes: 4) + names)
}
