import Foundation
import Kernels
import Testing

@testable import Datasets

/// The worked example of docs/guide/extending.md does what the text says, and is what the text shows.
@Suite struct ExtendingTests {
  private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func read(_ text: String) throws -> LabelledImages {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("extending-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(text.utf8).write(to: folder.appendingPathComponent("train.txt"))
    return try PlainTextReader().read(
      .train, folder: folder.path, shape: ImageShape(channels: 1, rows: 1, columns: 3), classes: 2)
  }

  @Test func exampleReadsItsFormat() throws {
    let images = try read("1 0 128 255\n0 1 2 3\n")
    #expect(images.labels == [1, 0])
    #expect(Array(images.pixels) == [0, 128, 255, 1, 2, 3])
  }

  @Test(arguments: [("1 0 128\n", "line 1"), ("1 0 128 255\n0 1 2 256\n", "line 2"), ("2 0 128 255\n", "label 2 out of range")])
  func exampleNamesWhatIsWrong(_ text: String, _ expected: String) {
    #expect { try read(text) } throws: { "\($0)".contains(expected) }
  }

  @Test func everyCodeBlockIsCompiled() throws {
    let example = try String(
      contentsOf: root.appending(path: "Tests/DatasetsTests/ExtendingExample.swift"), encoding: .utf8)
    let manual = try String(contentsOf: root.appending(path: "docs/guide/extending.md"), encoding: .utf8)
    let blocks = manual.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    #expect(!blocks.isEmpty)
    for block in blocks { #expect(example.contains(block), "not in the example:\n\(block)") }
  }
}
