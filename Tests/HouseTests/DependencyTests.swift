import Foundation
import Testing

/// A target as `Package.swift` declares it.
struct DeclaredTarget {
  let name: String
  let folder: String
  /// Names of targets and of products of other packages.
  let dependencies: Set<String>

  /// The targets with Swift files.
  static func all(in manifest: String) -> [DeclaredTarget] {
    let text = manifest.split(separator: "\n").filter { !$0.contains(/^ *\/\//) }.joined(separator: "\n")
    return text.matches(of: /\.(target|testTarget|executableTarget)\(\s*name: "([^"]+)"/).map { match in
      let arguments = parenthesised(text[match.range.lowerBound...])
      let list = arguments.range(of: "dependencies:").map { String(arguments[$0.upperBound...]) } ?? ""
      let other = /(?:package|path): "[^"]+"|\.embedInCode\("[^"]+"\)/
      let names = list.replacing(other, with: "").matches(of: /"([^"]+)"/).map { String($0.1) }
      let path = arguments.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
      return DeclaredTarget(
        name: String(match.2), folder: path ?? "\(match.1 == "testTarget" ? "Tests" : "Sources")/\(match.2)",
        dependencies: Set(names))
    }
  }

  /// What stands between the first parenthesis and its partner.
  private static func parenthesised(_ text: Substring) -> String {
    var depth = 0
    var inside = ""
    for character in text.drop(while: { $0 != "(" }) {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      inside.append(character)
      if depth == 0 { break }
    }
    return inside
  }
}

/// `Package.swift` declares what the files import, neither more nor less.
@Suite struct DependencyTests {
  @Test func targetsDeclareWhatTheyImport() throws {
    let manifest = try String(contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
    let targets = DeclaredTarget.all(in: manifest)
    #expect(targets.contains { $0.name == "equilibria" && $0.dependencies.contains("ArgumentParser") })
    #expect(targets.contains { $0.name == "KernelsTests" && $0.dependencies == ["Kernels", "TestTools"] })
    let declarable = Set(House.rooms.map(\.name)).union(House.packages).union(["TestSupport", "TestTools", "CAllocations"])
    for target in targets {
      let files = try SourceTree.files(in: target.folder, endingIn: ".swift")
      let imported = Set(files.flatMap(\.imports)).intersection(declarable).subtracting([target.name])
      let unused = target.dependencies.subtracting(imported).sorted()
      let undeclared = imported.subtracting(target.dependencies).sorted()
      // The C target holds no Swift.
      #expect(unused.isEmpty || files.isEmpty, "\(target.name) declares \(unused) and imports it nowhere")
      #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared), which it does not declare")
    }
  }
}
