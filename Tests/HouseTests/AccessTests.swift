import Testing

/// What other packages see: the targets of products, and of the modules below them the types of `House.sharedSymbols`.
@Suite struct AccessTests {
  /// Compares both ways, so that what no product needs any more does not stay public.
  @Test func publicIsForProducts() throws {
    let sources = try SourceTree.sources()
    for file in sources where !House.publicRooms.contains(file.room) {
      for declaration in Self.strangers(in: file, sources: sources) {
        Issue.record(
          """
          \(file.path):\(declaration.line): \(declaration.kind) \(declaration.name) is public in a module of no product; \
          make it `package`, or add it to `House.sharedSymbols` with the reason
          """)
      }
    }
    for symbol in House.sharedSymbols {
      let all = sources.filter { $0.room == symbol.room }.flatMap(\.declarations).filter(\.isPublic)
      #expect(all.contains { $0.isTopLevel && $0.plainName == symbol.name }, "\(symbol.room) has no public \(symbol.name)")
      let members = Set(all.filter { $0.owner?.plainName == symbol.name }.map(\.plainName))
      let missing = symbol.members.subtracting(members).sorted()
      #expect(missing.isEmpty, "\(symbol.name) has no public \(missing); take them off the list")
    }
  }

  /// Public declarations that no line of `House.sharedSymbols` names and no protocol asks for.
  private static func strangers(in file: SourceFile, sources: [SourceFile]) -> [Declaration] {
    let open = file.declarations.filter { $0.isPublic && $0.kind != .extension }
    guard !open.isEmpty else { return [] }
    guard House.sharingRooms.contains(file.room) else {
      // Types of other modules that conform to a protocol here, as those of options do in the program.
      let requirements = Requirements(sources.flatMap(\.declarations))
      return open.filter { !requirements.holds($0) }
    }
    let symbols = House.sharedSymbols.filter { $0.room == file.room }
    return open.filter { declaration in
      guard let owner = declaration.owner?.plainName else { return !symbols.contains { $0.name == declaration.plainName } }
      let isNested = symbols.contains { $0.members.contains(owner) }
      let isListed = symbols.contains {
        $0.name == owner && ($0.members.contains(declaration.plainName) || declaration.kind == .case)
      }
      return !isNested && !isListed
    }
  }

  /// The check sees members that are not on the list, in extensions too, and does not mind those that are.
  @Test func strangersAreSeen() {
    let file = SourceFile(
      path: "Sources/Kernels/Sample.swift",
      text: """
        public final class AlignedBuffer<Element: BitwiseCopyable> {
          public let count: Int
          public func secret() {}
          package func shared() {}
        }
        extension AlignedBuffer where Element == Float {
          public func alsoSecret() -> Float { 0 }
        }
        public struct Stranger {
          public var value = 0
        }
        public enum NoiseKind {
          case uniform
        }
        """)
    #expect(Self.strangers(in: file, sources: [file]).map(\.plainName) == ["secret", "alsoSecret", "Stranger", "value"])
    let program = SourceFile(
      path: "Sources/equilibria/Sample.swift",
      text: """
        extension Course: ExpressibleByArgument {
          public init?(argument: String) { self.init(argument) }
          public var more: Int { 0 }
        }
        """)
    #expect(Self.strangers(in: program, sources: [program]).map(\.plainName) == ["more"])
  }
}
