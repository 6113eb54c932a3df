import ArgumentParser
import Configuration

/// Prints the table of keys that the manual holds.
struct ConfigurationReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "configuration-reference", abstract: "Prints the reference of every configuration key as Markdown.",
    shouldDisplay: false)

  func run() {
    print(ConfigurationReference.markdown)
  }
}
