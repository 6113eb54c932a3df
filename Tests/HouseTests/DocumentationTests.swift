import Foundation
import Testing

/// What the reference of public symbols, which `scripts/documentation` writes, says of each of them.
@Suite struct DocumentationTests {
  /// Everything that products offer has a docstring. What fulfils a protocol may go without, since the protocol says what it does.
  @Test func publicSymbolsHaveDocstrings() throws {
    let sources = try SourceTree.sources()
    let requirements = Requirements(sources.flatMap(\.declarations))
    var checked = 0
    for file in sources where House.publicRooms.union(House.sharingRooms).contains(file.room) {
      for declaration in file.declarations where declaration.isPublic && declaration.kind != .extension {
        checked += 1
        guard !declaration.hasDocstring, !requirements.holds(declaration) else { continue }
        Issue.record("\(file.path):\(declaration.line): \(declaration.kind) \(declaration.name) has no docstring")
      }
    }
    #expect(checked > 1800)
  }

  /// The check sees every kind of symbol, and which of them fulfil a protocol.
  @Test func missingDocstringsAreSeen() {
    let file = SourceFile(
      path: "Sources/MPI/Sample.swift",
      text: """
        /// A shape.
        public protocol Shape {
          var area: Double { get }
        }
        public struct Square: Shape, Equatable {
          public var side: Double
          public private(set) var turns = 0
          /// Of the unit square.
          public static let unit = Square(side: 1)
          @inlinable public init(side: Double) { self.side = side }
          public var area: Double { side * side }
          public static func == (a: Square, b: Square) -> Bool {
            let difference = a.side - b.side
            return difference == 0
          }
          public subscript(corner: Int) -> Double { side }
          var hidden: Double { 0 }
          public enum Fill {
            case plain
            /// Lines.
            case hatched
          }
        }
        extension Square {
          public func scaled() -> Square { self }
        }
        extension Shape {
          public var area: Double { 0 }
          public var half: Double { area / 2 }
        }
        """)
    let requirements = Requirements(file.declarations)
    let missing = file.declarations.filter {
      $0.isPublic && $0.kind != .extension && !$0.hasDocstring && !requirements.holds($0)
    }
    #expect(
      missing.map(\.name) == ["area", "Square", "side", "turns", "init", "subscript", "Fill", "plain", "scaled", "half"])
  }

  /// Every product has an article whose program is, word for word, one of `Examples`, where it is built and run.
  @Test func articlesShowExamples() throws {
    let examples = try SourceTree.files(in: "Examples", endingIn: ".swift").map(\.text)
    for product in ["MPI", "Solving", "Sampling", "Learning"] {
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
