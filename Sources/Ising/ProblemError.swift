/// Why a problem cannot be posed or its energy not be told: one message that names the thing and what was expected.
public struct ProblemError: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
