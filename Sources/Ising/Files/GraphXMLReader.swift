/// GraphML: Brandes, Eiglsperger, Herman, Himsolt & Marshall, "GraphML progress report" (2002).
///
/// Of a node its `id` and the data called `label` or `name` are read, of an edge `source`, `target` and the data called `weight` or `value`
/// (1 if there is neither). Graphs within graphs and hyperedges are refused.
struct GraphXMLReader: ProblemReader {
  func read(_ scanner: inout TextScanner) throws -> ProblemContent {
    var tokens = MarkupTokens(scanner)
    var graph = NamedGraph(file: scanner.file, format: .graphml)
    // By the names that the file's `data` refer to: what they are called, and what stands where there are none.
    var (names, defaults) = ([String: String](), [String: String]())
    var labels = [String: String]()
    var (isInGraph, edge) = (false, nil as (source: String, target: String, line: Int)?)
    var (node, weight, key, text) = ("", nil as Double?, "", "")
    func number(_ text: String) throws -> Double {
      let word = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
      guard let value = Double(word), value.isFinite else { throw tokens.failure("found `\(word)`, expected a weight") }
      return value
    }
    func usualWeight() throws -> Double {
      try defaults.first { names[$0.key] == "weight" || names[$0.key] == "value" }.map { try number($0.value) } ?? 1
    }
    func finish() throws {
      if let found = edge { graph.connect(found.source, found.target, weight: try weight ?? usualWeight(), line: found.line) }
      (edge, weight) = (nil, nil)
    }
    var open: [String] = []
    while let token = try tokens.next() {
      switch token {
      case .text(let found): text = found
      case .start(let name, let attributes, let isEmpty):
        text = ""
        if !isEmpty { open.append(name) }
        switch name {
        case "graph":
          guard !isInGraph else { throw tokens.failure("a graph within a graph, expected one graph") }
          isInGraph = true
          graph.isDirected = attributes["edgedefault"] == "directed"
        case "key":
          key = attributes["id"] ?? ""
          names[key] = (attributes["attr.name"] ?? key).lowercased()
        case "node":
          guard let id = attributes["id"] else { throw tokens.failure("a node without `id`, expected one") }
          guard !graph.has(id) else { throw tokens.failure("node \(id) occurs twice, expected every node once") }
          _ = graph.vertex(id)
          node = id
        case "edge":
          guard let source = attributes["source"], let target = attributes["target"] else {
            throw tokens.failure("an edge without `source` and `target`, expected both")
          }
          edge = (source, target, tokens.line)
          if isEmpty { try finish() }
        case "data": key = attributes["key"] ?? ""
        case "hyperedge": throw tokens.failure("a hyperedge, expected edges of two nodes")
        default: break
        }
      case .end(let name):
        guard open.last == name else {
          throw tokens.failure("found `</\(name)>`, expected \(open.last.map { "`</\($0)>`" } ?? "the end of the file")")
        }
        open.removeLast()
        switch name {
        case "default": defaults[key] = text
        case "data" where edge != nil:
          if names[key] == "weight" || names[key] == "value" || key == "weight" { weight = try number(text) }
        case "data":
          if names[key] == "label" || names[key] == "name" || key == "label" { labels[node] = text }
        case "edge": try finish()
        default: break
        }
      }
    }
    if let last = open.last { throw tokens.failure("the file ends within `<\(last)>`, expected `</\(last)>`") }
    guard isInGraph else { throw tokens.failure("the file has no graph, expected `<graph>`") }
    return try graph.content(line: tokens.line, labels: labels)
  }
}

/// Tags and texts of an XML file, as far as GraphML needs them: no entities but the five of XML and those of numbers, and nothing that a
/// document type declares.
struct MarkupTokens {
  enum Token: Equatable {
    case start(String, attributes: [String: String], isEmpty: Bool)
    case end(String)
    case text(String)
  }

  private var scanner: TextScanner
  /// Of the last token.
  private(set) var line = 1

  init(_ scanner: TextScanner) { self.scanner = scanner }

  func failure(_ reason: String) -> ProblemFileError { scanner.failure(reason, line: line) }

  /// The next tag or text; `nil` at the end.
  mutating func next() throws -> Token? {
    while true {
      line = scanner.line
      guard let byte = scanner.next else { return nil }
      guard byte == UInt8(ascii: "<") else {
        let text = read { $0 == UInt8(ascii: "<") }
        if text.contains(where: { !$0.isWhitespace }) { return .text(try unescaped(text)) }
        continue
      }
      scanner.advance()
      switch scanner.next {
      case UInt8(ascii: "?"): try skip(past: "?>")
      case UInt8(ascii: "!"): try skip(past: scanner.restOfLine().hasPrefix("!--") ? "-->" : ">")
      case UInt8(ascii: "/"):
        scanner.advance()
        let name = local(read { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: ">") })
        scanner.skipSpace()
        guard scanner.next == UInt8(ascii: ">") else { throw failure("the tag `</\(name)` is not closed, expected `>`") }
        scanner.advance()
        return .end(name)
      default: return try start()
      }
    }
  }

  private mutating func start() throws -> Token {
    let name = local(read { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") })
    var attributes = [String: String]()
    while true {
      scanner.skipSpace()
      switch scanner.next {
      case nil: throw failure("the file ends within the tag `\(name)`, expected `>`")
      case UInt8(ascii: ">"):
        scanner.advance()
        return .start(name, attributes: attributes, isEmpty: false)
      case UInt8(ascii: "/"):
        scanner.advance()
        scanner.skipSpace()
        guard scanner.next == UInt8(ascii: ">") else { throw failure("a `/` within the tag `\(name)`, expected `/>`") }
        scanner.advance()
        return .start(name, attributes: attributes, isEmpty: true)
      default:
        let key = read { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
        scanner.skipSpace()
        guard !key.isEmpty, scanner.next == UInt8(ascii: "=") else {
          throw failure("attribute `\(key)` has no value, expected `=`")
        }
        scanner.advance()
        scanner.skipSpace()
        guard let quote = scanner.next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
          throw failure("the value of `\(key)` is not in quotes, expected `\"`")
        }
        scanner.advance()
        attributes[local(key)] = try unescaped(read { $0 == quote })
        guard scanner.next == quote else { throw failure("the value of `\(key)` has no end, expected its quote") }
        scanner.advance()
      }
    }
  }

  /// Up to a byte that ends it, which remains to be read.
  private mutating func read(until isEnd: (UInt8) -> Bool) -> String {
    var text = [UInt8]()
    while let byte = scanner.next, !isEnd(byte) {
      text.append(byte)
      scanner.advance()
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func skip(past end: String) throws {
    let wanted = Array(end.utf8)
    var last = [UInt8]()
    while last != wanted {
      guard let byte = scanner.next else { throw failure("the file ends within `<!…` or `<?…`, expected `\(end)`") }
      last.append(byte)
      if last.count > wanted.count { last.removeFirst() }
      scanner.advance()
    }
  }

  /// Without the name of its name space.
  private func local(_ name: String) -> String {
    let trimmed = name.split(whereSeparator: \.isWhitespace).first ?? ""
    return String(trimmed.split(separator: ":").last ?? trimmed)
  }

  private func unescaped(_ text: String) throws -> String {
    guard text.contains("&") else { return text }
    let entities = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ";") else { throw failure("`&` without `;`, expected an entity of XML") }
      let name = rest[rest.index(after: start)..<end]
      let code =
        name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
      if let entity = entities[String(name)] {
        result += entity
      } else if let code, let scalar = UnicodeScalar(code) {
        result.unicodeScalars.append(scalar)
      } else {
        throw failure("the entity `&\(name.prefix(20));`, expected one of XML's own")
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
