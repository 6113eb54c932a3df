import Foundation

/// Paths as users write them, on the command line and in configurations.
///
/// `~` at the beginning is the user's home folder, wherever the path comes from. A shell replaces it in words of its own alone: not
/// between quotes, not in `--run-dir=~/x`, and not in a file.
package enum UserPath {
  /// `$HOME`.
  package static var home: String { ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory() }

  /// The path with the home folder for `~`; a file whose own name begins with `~` is `./~…`.
  package static func expand(_ path: String, home: String = home) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    return home + path.dropFirst()
  }

  /// A word of a command line, which may be `~/…` or `--option=~/…`.
  package static func expand(argument: String, home: String = home) -> String {
    guard argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") else { return expand(argument, home: home) }
    let value = argument.index(after: sign)
    return argument[..<value] + expand(String(argument[value...]), home: home)
  }

  /// The path from the root, of a relative one in `folder`.
  package static func absolute(_ path: String, in folder: String = FileManager.default.currentDirectoryPath) -> String {
    let expanded = expand(path)
    return URL(fileURLWithPath: expanded.hasPrefix("/") ? expanded : folder + "/" + expanded).standardized.path
  }

  /// Whether there is a folder at the path, or a link to one.
  package static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Whether there is something else than a folder.
  package static func isFile(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path) && !isFolder(path)
  }
}
