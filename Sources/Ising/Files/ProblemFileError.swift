/// Why a file holds no problem: where, what was found and what was expected, as `FILE:LINE: what, expected what`.
public struct ProblemFileError: Error, Equatable, CustomStringConvertible {
  public var file: String
  /// Counted from 1; `nil` if no line is to blame.
  public var line: Int?
  public var reason: String

  public init(file: String, line: Int?, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public var description: String { file + (line.map { ":\($0)" } ?? "") + ": \(reason)" }
}
