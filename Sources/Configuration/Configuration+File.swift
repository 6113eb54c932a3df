import Files
import Foundation

extension Configuration {
  /// A configuration is a page of text; anything near this size is another file given by mistake.
  private static let maximumBytes = 1 << 20

  /// Reads the configuration file at `path`.
  ///
  /// - Throws: `ConfigurationError` if the file cannot be read, is larger than 1 MiB, is not UTF-8 or is not a valid
  ///   configuration.
  public init(contentsOf path: String, overrides: [ConfigurationOverride] = []) throws {
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(path, atMost: Self.maximumBytes)
    } catch let error as FileError {
      throw ConfigurationError("cannot read the configuration: \(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError("\(path): a configuration is UTF-8 text, this is not")
    }
    try self.init(yaml: text, source: path, overrides: overrides)
  }
}
