import Foundation
import Testing

/// What a file may hold, and how much.
@Suite struct FileTests {
  /// Pointers stay where MPI and the kernels take them.
  @Test func pointersAreInTheirRooms() throws {
    let handlers = try SourceTree.sources().filter {
      !House.unsafeRooms.contains($0.room) && $0.text.contains(/Unsafe\w*Pointer|withUnsafe|unsafeElements|unsafeBitCast/)
    }
    let rooms = House.unsafeRooms.sorted().joined(separator: ", ")
    expect(handlers, are: House.unsafeFiles, "handle unsafe pointers outside \(rooms)")
  }

  /// Streams of random numbers are in the table of `RandomStream`, which keeps them apart.
  @Test func streamsHaveNames() throws {
    let numbered = try SourceTree.sources().filter { $0.text.contains(/stream: (?:UInt32 = )?\d/) }
    expect(numbered, are: [], "draw from a stream by its number; `RandomStream` names them")
  }

  /// What may be absent is unwrapped by a condition, and what may fail throws.
  @Test func nothingIsForced() throws {
    let forcing = try SourceTree.sources().filter { !$0.forcedLines.isEmpty }
    expect(
      forcing, are: House.forcingFiles, "unwrap, try or cast by force (`!`); use `guard`, `throws` or a type that needs neither")
  }

  /// The check sees all three forms, and neither comments, texts nor comparisons.
  @Test func forceIsSeen() {
    let file = SourceFile(
      path: "Sources/Kernels/Sample.swift",
      text: #"""
        let a = first!
        let b = rows[0]!.count, c = try! read(), d = e as! F
        var later: AlignedBuffer<Float>!
        if a != b, !c { print("Stop!", "\(d) now!") }  // Never mind!
        /// Stop!
        let text = """
          Stop!
          """
        """#)
    #expect(file.forcedLines == [1, 2, 3])
  }

  /// JSON has one writer, so that all of it has the same form: keys in order, slashes as they are.
  @Test func jsonHasOneWriter() throws {
    let writers = try SourceTree.sources().filter { $0.text.contains(/JSONEncoder|JSONSerialization\.data/) }
    expect(writers, are: ["Sources/Files/Text.swift"], "encode JSON; `jsonText` is for that")
  }

  @Test func filesAreNotLong() throws {
    let long = try SourceTree.sources().filter { $0.lines > 400 }
    expect(long, are: [], "have more than 400 lines")
  }

  /// A file of less than 35 lines holds something that has to be found by name: a protocol, an entry point, an extension of another
  /// module's type.
  @Test func shortFilesHaveAReason() throws {
    let sources = try SourceTree.sources()
    let types = Dictionary(grouping: sources, by: \.room).mapValues { Set($0.flatMap(\.types)) }
    let short = sources.filter { file in
      file.lines < 35 && !file.holdsProtocol && !file.holdsEntryPoint
        && file.extendedTypes.allSatisfy { types[file.room]?.contains($0) ?? false }
    }
    expect(short, are: House.shortFiles, "are short without a reason; merge them into the file that a reader would look in")
  }

  /// `swift format lint --strict` has nothing to say.
  @Test func filesAreFormatted() throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swift", "format", "lint", "--strict", "--recursive", "--parallel", "Sources", "Tests", "Benchmarks", "Examples",
    ]
    process.currentDirectoryURL = SourceTree.root
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let findings = output.split(separator: "\n").filter { line in !House.unformattedFiles.contains { line.contains("\($0):") } }
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    #expect(process.terminationStatus == 0 || !output.isEmpty, "`swift format lint` failed without a word")
  }

  /// Compares both ways, so that lists of exceptions get shorter with the files.
  private func expect(_ files: [SourceFile], are exceptions: Set<String>, _ fault: String) {
    let paths = Set(files.map(\.path))
    for path in paths.subtracting(exceptions).sorted() { Issue.record("\(path): files \(fault)") }
    for path in exceptions.subtracting(paths).sorted() { Issue.record("\(path) is no exception any more; take it off the list") }
  }
}
