/// A mistake in a configuration: one message that names the place, the key, what was found and what is allowed.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  public var message: String

  public init(_ message: String) {
    self.message = message
  }

  public var description: String { message }
}
