import Foundation
import Testing

/// What the manual and its pictures say of the sources.
@Suite struct ManualTests {
  /// A source file that a page names in backticks, by its path or its name, is there.
  @Test func namedFilesExist() throws {
    let names = /`([\w\/+]+\.(?:swift|inc|c|h))`/
    let known = try ["Sources", "Tests", "Benchmarks", "Examples"].flatMap { folder in
      try [".swift", ".inc", ".c", ".h"].flatMap { try SourceTree.files(in: folder, endingIn: $0) }
    }.map { "/" + $0.path }
    var checked = 0
    for page in try SourceTree.files(in: "docs", endingIn: ".md") {
      for name in Set(page.text.matches(of: names).map { String($0.1) }) {
        checked += 1
        if !known.contains(where: { $0.hasSuffix("/" + name) }) {
          Issue.record("\(page.path) names `\(name)`, and there is no such file")
        }
      }
    }
    #expect(checked > 100)
  }

  /// `docs/pictures/modules.svg` shows every module but what another package brings, and the imports that follow from its arrows are
  /// those of the sources.
  @Test func thePictureShowsTheImports() throws {
    let script = try String(contentsOf: SourceTree.root.appending(path: "docs/pictures/draw.py"), encoding: .utf8)
    let table = try #require(script.firstMatch(of: /IMPORTS = \{\n([^}]*)\}/)?.1)
    var arrows: [String: Set<String>] = [:]
    for line in table.matches(of: /"(\w+)": "([\w ]*)"/) {
      arrows[String(line.1)] = Set(line.2.split(separator: " ").map(String.init))
    }
    let shown = Set(arrows.keys).union(arrows.values.joined())
    var imports: [String: Set<String>] = [:]
    for file in try SourceTree.sources() { imports[file.room, default: []].formUnion(file.imports) }
    imports = imports.mapValues { $0.intersection(shown) }
    for room in shown.sorted() {
      let (drawn, real) = (reach(room, by: arrows), reach(room, by: imports))
      #expect(drawn == real, "\(room): the picture and the sources differ in \(drawn.symmetricDifference(real).sorted())")
    }
    #expect(Set(try SourceTree.rooms()).isSubset(of: shown), "modules that the picture does not show")
  }

  /// What a module imports by way of others too.
  private func reach(_ room: String, by arrows: [String: Set<String>]) -> Set<String> {
    var reached: Set<String> = []
    var next = arrows[room] ?? []
    while let name = next.popFirst() {
      if reached.insert(name).inserted { next.formUnion(arrows[name] ?? []) }
    }
    return reached
  }
}
