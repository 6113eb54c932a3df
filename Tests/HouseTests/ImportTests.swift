import Testing

/// Modules import what `House` allows, and nothing above them.
@Suite struct ImportTests {
  @Test func everyRoomIsInTheTable() throws {
    let rooms = try Set(SourceTree.rooms())
    let known = House.rooms.map(\.name)
    #expect(Set(known).count == known.count)
    #expect(rooms.subtracting(known).isEmpty, "folders of Sources that `House.rooms` does not know")
    let expected = House.rooms.filter { !$0.isYetToCome }.map(\.name)
    #expect(Set(expected).subtracting(rooms).isEmpty, "rooms of `House.rooms` that are missing in Sources")
  }

  /// The table's own arrows point down.
  @Test func arrowsPointDown() {
    var below = House.packages
    for room in House.rooms {
      #expect(room.imports.isSubset(of: below), "\(room.name) may import what is not below it")
      below.insert(room.name)
    }
  }

  @Test func importsAreAllowed() throws {
    let rooms = Dictionary(uniqueKeysWithValues: House.rooms.map { ($0.name, $0) })
    let sources = try SourceTree.sources()
    #expect(sources.contains { $0.imports.contains("Kernels") })
    for file in sources {
      guard let room = rooms[file.room] else { continue }
      let allowed = room.imports.union(House.system)
      for name in file.imports where !allowed.contains(name) {
        Issue.record("\(file.path) imports \(name); \(room.name) may import \(room.imports.sorted().joined(separator: ", "))")
      }
    }
  }

  /// A file of the program imports the modules whose names it uses, and no others.
  @Test func commandsImportWhatTheyName() throws {
    let sources = try SourceTree.sources()
    let names = Dictionary(grouping: sources, by: \.room).mapValues { files in
      Set(files.flatMap(\.declarations).filter { $0.isTopLevel && $0.kind != .extension }.map(\.plainName))
    }
    for file in sources where file.room == "equilibria" {
      let words = Set(file.text.matches(of: /\w+/).map { String($0.0) })
      for name in file.imports {
        guard let declared = names[name], declared.isDisjoint(with: words) else { continue }
        Issue.record("\(file.path) imports \(name) and names nothing of it")
      }
    }
  }
}
