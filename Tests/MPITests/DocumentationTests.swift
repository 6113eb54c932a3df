import Foundation
import Testing

/// The code in docs/guide/mpi.md is code that is compiled and tested.
@Suite struct DocumentationTests {
  /// The repository, found from this file's place in it.
  private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The Swift code blocks of a Markdown text.
  private func codeBlocks(in markdown: String) -> [String] {
    markdown.components(separatedBy: "```swift\n").dropFirst().map { part in
      part.components(separatedBy: "\n```")[0]
    }
  }

  @Test func everyCodeBlockIsTested() throws {
    let examples =
      try text("Tests/MPITests/Examples.swift") + text("Tests/MPITests/ExamplesGrids.swift")
      + text("Tests/MPITests/ExampleProgram.swift")
    let blocks = codeBlocks(in: try text("docs/guide/mpi.md"))
    #expect(blocks.count >= 10)
    for block in blocks {
      #expect(examples.contains(block), "this code of docs/guide/mpi.md is in none of the example files:\n\(block)")
    }
  }

  @Test func everyExampleIsDocumented() throws {
    let blocks = codeBlocks(in: try text("docs/guide/mpi.md")).joined()
    for path in ["Examples", "ExamplesGrids", "ExampleProgram"] {
      for line in try text("Tests/MPITests/\(path).swift").split(separator: "\n") where line.hasPrefix("func ") {
        #expect(blocks.contains(line), "\(line) is not in docs/guide/mpi.md")
      }
    }
  }
}
