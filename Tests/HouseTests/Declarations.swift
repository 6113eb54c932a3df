/// What a line of Swift declares.
struct Declaration {
  enum Kind: String {
    case `struct`, `class`, `enum`, `protocol`, `actor`, `extension`
    case `func`, `var`, `let`, `init`, `subscript`, `case`, `typealias`, `associatedtype`

    var isScope: Bool { [.struct, .class, .enum, .protocol, .actor, .extension].contains(self) }
  }

  struct Owner {
    let kind: Kind
    let name: String

    var plainName: String { Declaration.plain(name) }
  }

  let kind: Kind
  /// Without the outer types of a nested one.
  let name: String
  /// Counted from 1.
  let line: Int
  /// Also of cases of a public enumeration and of requirements of a public protocol.
  let isPublic: Bool
  let hasDocstring: Bool
  /// The type or extension that it stands in.
  let owner: Owner?
  /// Of a type or an extension: the protocols, and the superclass, that stand behind its colon.
  let inherited: Set<String>

  var isTopLevel: Bool { owner == nil }
  /// Without generic parameters.
  var plainName: String { Self.plain(name) }

  static func plain(_ name: String) -> String { name.wholeMatch(of: /(\w+)<.*/).map { String($0.1) } ?? name }
}

extension SourceFile {
  /// The declarations of types and their members, found by the indentation that `swift format` fixes. Bodies of functions are deeper, and
  /// members of what is declared there are not seen.
  var declarations: [Declaration] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let pattern =
      #/
      ^(?<indent>\x20*) (?: @\w+ (?: \( [^)]* \) )? \x20 )*
      (?<modifiers> (?: (?: public|package|internal|private|fileprivate|static|final|indirect|mutating|nonmutating|consuming|borrowing
        |override|lazy|weak|convenience|required ) (?: \(set\) )? \x20 )* )
      (?<kind> struct|class|enum|protocol|actor|extension|func|var|let|init|subscript|case|typealias|associatedtype ) \b
      \x20* `? (?<name> [\w.<=+*\/\-]* )
      /#
    var scopes: [(indent: Int, declaration: Declaration)] = []
    var found: [Declaration] = []
    for (index, line) in lines.enumerated() {
      let indent = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indent)
      if !rest.isEmpty, rest.first != "}", rest.first != ")" { scopes.removeAll { $0.indent >= indent } }
      guard let match = line.firstMatch(of: pattern), let kind = Declaration.Kind(rawValue: String(match.kind)) else { continue }
      let scope = scopes.last
      guard scope.map({ $0.indent + 2 == indent }) ?? (indent == 0) else { continue }
      guard kind != .case || scope?.declaration.kind == .enum else { continue }
      let opens = kind == .case || [.protocol, .extension].contains(scope?.declaration.kind)
      let head = lines[index...].through { $0.contains("{") }.joined(separator: " ").prefix { $0 != "{" }
      let supers = kind.isScope ? head.split(separator: ":", maxSplits: 1).dropFirst().first.map(String.init) ?? "" : ""
      let declaration = Declaration(
        kind: kind, name: match.name.isEmpty ? kind.rawValue : String(match.name.split(separator: ".").last ?? match.name),
        line: index + 1, isPublic: match.modifiers.contains("public ") || opens && scope!.declaration.isPublic,
        hasDocstring: lines[..<index].last { !$0.contains(/^ *@/) }?.contains(/^ *\/\/\//) ?? false,
        owner: scope.map { Declaration.Owner(kind: $0.declaration.kind, name: $0.declaration.name) },
        inherited: Set(supers.matches(of: /\w+/).map { String($0.0) }))
      found.append(declaration)
      if kind.isScope, !line.hasSuffix("}") { scopes.append((indent, declaration)) }
    }
    return found
  }
}

extension Collection {
  /// The elements up to and including the first that satisfies a condition.
  fileprivate func through(_ condition: (Element) -> Bool) -> SubSequence {
    firstIndex(where: condition).map { self[...$0] } ?? self[...]
  }
}

/// Which members fulfil a protocol, whose docstrings say what they do.
struct Requirements {
  private var required: [String: Set<String>] = [
    "CustomStringConvertible": ["description"], "Equatable": ["=="], "Hashable": ["==", "hash"], "Comparable": ["<"],
    "Encodable": ["encode"], "Decodable": ["init"], "Sequence": ["makeIterator"], "IteratorProtocol": ["next"],
    "RandomAccessCollection": ["startIndex", "endIndex", "subscript"],
    "ExpressibleByArgument": ["init", "allValueStrings", "defaultValueDescription"],
  ]
  private var inherited: [String: Set<String>] = [:]

  init(_ declarations: [Declaration]) {
    for declaration in declarations {
      if let owner = declaration.owner, owner.kind == .protocol { required[owner.name, default: []].insert(declaration.name) }
      inherited[declaration.name, default: []].formUnion(declaration.inherited)
    }
  }

  func holds(_ declaration: Declaration) -> Bool {
    guard let owner = declaration.owner, owner.kind != .protocol else { return false }
    var pending = [owner.name]
    var seen: Set<String> = []
    while let name = pending.popLast() {
      guard seen.insert(name).inserted else { continue }
      if name != owner.name || owner.kind == .extension, required[name]?.contains(declaration.name) == true { return true }
      pending += inherited[name] ?? []
    }
    return false
  }
}
