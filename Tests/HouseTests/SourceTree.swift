import Foundation

/// A Swift file of this package.
struct SourceFile {
  /// From the package's folder: `Sources/Kernels/Philox.swift`.
  let path: String
  let text: String

  /// The target of `Sources` that it belongs to.
  var room: String { String(path.split(separator: "/")[1]) }
  var lines: Int { text.count { $0 == "\n" } }

  /// Modules that it imports, in order.
  var imports: [String] {
    text.matches(of: /(?m)^[ \t]*(?:@\w+ +)*(?:(?:public|package|internal|fileprivate|private) +)?import +(?:\w+ +)?(\w+)/)
      .map { String($0.1) }
  }

  /// Names of types that it declares.
  var types: [String] {
    text.matches(of: /(?m)^[ \t]*(?:[@\w() ]+ )?(?:struct|class|enum|actor|protocol|typealias) +(\w+)/).map { String($0.1) }
  }

  /// Names of types that it extends, the outermost of nested ones.
  var extendedTypes: [String] { text.matches(of: /(?m)^(?:[@\w]+ )*extension +(\w+)/).map { String($0.1) } }

  /// Lines, counted from 1, with a postfix `!`, `try!` or `as!`, or with a type that is unwrapped by itself.
  var forcedLines: [Int] {
    var isText = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let marks = line.matches(of: /"""/).count
      defer { if marks % 2 == 1 { isText.toggle() } }
      guard !isText, marks == 0 else { return nil }
      let code = line.replacing(/"(?:\\.|[^"\\])*"/, with: "\"\"").replacing(/\/\/.*/, with: "")
      return code.contains(/[\w\])}>]!(?!=)/) ? index + 1 : nil
    }
  }

  var holdsProtocol: Bool { text.contains(/(?m)^(?:[\w]+ )*protocol +\w/) }
  var holdsEntryPoint: Bool { text.contains(/(?m)^@main\b/) }
}

/// The files of this package, as they lie beside these tests.
enum SourceTree {
  /// The package's folder.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The targets' folders in `Sources`.
  static func rooms() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path).sorted()
  }

  /// The Swift files of `Sources`, by path.
  static func sources() throws -> [SourceFile] { try files(in: "Sources", endingIn: ".swift") }

  /// Files below a folder of the package, by path.
  static func files(in folder: String, endingIn suffix: String) throws -> [SourceFile] {
    let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(suffix) }.sorted().map {
      SourceFile(path: "\(folder)/\($0)", text: try String(contentsOf: root.appending(path: "\(folder)/\($0)"), encoding: .utf8))
    }
  }
}
