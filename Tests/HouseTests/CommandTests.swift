import Testing

/// The program is options, one call into a library, and printing.
///
/// What counts of a command is what remains besides declarations of options and help texts, which grow with the libraries.
@Suite struct CommandTests {
  private static func program() throws -> [SourceFile] { try SourceTree.sources().filter { $0.room == "equilibria" } }

  @Test func filesAreShort() throws {
    for file in try Self.program() where file.lines > House.greatestCommandFile {
      Issue.record("\(file.path) has \(file.lines) lines, more than \(House.greatestCommandFile); move work into a library")
    }
  }

  @Test func commandsAreListed() throws {
    let declared = try Self.program().flatMap { $0.text.matches(of: /commandName: "([\w-]+)"/).map { String($0.1) } }
    let listed = House.firstCommands.union(House.laterCommands.keys).union(["equilibria"])
    #expect(Set(declared) == listed, "commands of the sources and of `House`")
  }

  @Test func commandsAreThin() throws {
    let files = try Self.program()
    let later = House.laterCommands.values
    func count(_ files: [SourceFile]) -> Int { files.map(\.commandLines).reduce(0, +) }
    let first = count(files.filter { file in !later.contains { file.name.hasPrefix($0) } })
    #expect(first < House.greatestFirstCommands, "the first commands have \(first) lines; move work into a library")
    for (command, prefix) in House.laterCommands {
      let own = files.filter { $0.name.hasPrefix(prefix) }
      #expect(
        !own.isEmpty && count(own) <= House.greatestLaterCommand, "\(command) has \(count(own)) lines; move work into a library")
    }
  }

  @Test func whatCountsIsCounted() {
    let file = SourceFile(
      path: "Sources/equilibria/Sample.swift",
      text: #"""
        import Foundation

        /// A command.
        struct Sample: ParsableCommand {
          static let configuration = CommandConfiguration(
            commandName: "sample",
            discussion: """
              Text (of several
              lines)

                equilibria sample
              """)

          @Option(
            help: ArgumentHelp("A (number).", valueName: "count"))
          var count: Int?

          @Flag(help: "Whether.") var json = false

          func run() {
            print(count ?? 0)  // Nothing else.
          }
        }
        """#)
    #expect(file.commandLines == 5)
  }
}

extension SourceFile {
  fileprivate var name: String { String(path.split(separator: "/").last ?? "") }

  /// Lines besides comments, imports, empty ones, declarations of options and help texts.
  fileprivate var commandLines: Int {
    enum Place { case code, option, help }
    var (place, isText, count) = (Place.code, false, 0)
    for line in text.split(separator: "\n") {
      if place == .code {
        if line.contains(/^ *(?:\/\/|import )/) || line.allSatisfy({ $0 == " " }) { continue }
        if line.contains(/^ *@(?:Option|Flag|Argument|OptionGroup)\b/) { place = .option }
        if line.contains("static let configuration = CommandConfiguration(") { place = .help }
      }
      if line.matches(of: /"""/).count % 2 == 1 { isText.toggle() }
      switch place {
      case .code: count += 1
      case .option: if line.contains(/(?:^| )var \w/) { place = .code }
      case .help: if !isText, line.hasSuffix(")") { place = .code }
      }
    }
    return count
  }
}
