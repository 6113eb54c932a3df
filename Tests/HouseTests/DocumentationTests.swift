import Foundation
import Testing

/// What the reference of public symbols, which `scripts/documentation` writes, says of each of them.
@Suite struct DocumentationTests {
  /// Types, functions and subscripts that products offer have docstrings. What fulfils a protocol may go without, since the protocol says
  /// what it does, and so may properties and initialisers, where names and the type's own docstring say it.
  @Test func publicDeclarationsHaveDocstrings() throws {
    let sources = try SourceTree.sources()
    let promised = Set(sources.flatMap(\.requirements)).union(["==", "<", "hash", "encode"])
    var checked = 0
    for file in sources where House.publicRooms.contains(file.room) || House.publicFiles.contains(file.path) {
      for declaration in file.publicDeclarations where !promised.contains(declaration.name) {
        checked += 1
        guard !declaration.hasDocstring else { continue }
        Issue.record("\(file.path):\(declaration.line): \(declaration.name) has no docstring")
      }
    }
    #expect(checked > 300)
  }

  /// Every product has an article whose program is, word for word, one of `Examples`, where it is built and run.
  @Test func articlesShowExamples() throws {
    let examples = try SourceTree.files(in: "Examples", endingIn: ".swift").map(\.text)
    for product in ["MPI", "Solving", "Learning"] {
      let articles = try SourceTree.files(in: "Sources/\(product)/\(product).docc", endingIn: ".md")
      let programs = articles.flatMap { $0.text.components(separatedBy: "```swift\n").dropFirst() }
        .map { $0.components(separatedBy: "\n```")[0] }
      #expect(!programs.isEmpty, "\(product) has no article with a program")
      for program in programs {
        #expect(examples.contains { $0.contains(program) }, "a program in \(product).docc is in no file of Examples:\n\(program)")
      }
    }
  }
}
