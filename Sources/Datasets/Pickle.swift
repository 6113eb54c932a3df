/// What a Python pickle holds, as far as batches of images need it. Nothing is executed: a class or function is only a name, from a closed list.
///
/// Source: the standard library's `pickletools`, which lists the opcodes. Only those that NumPy arrays, lists, dictionaries, numbers and
/// strings are written with are known.
struct Pickle {
  indirect enum Value {
    case none
    case integer(Int)
    /// A string of either kind, as its bytes.
    case bytes(ArraySlice<UInt8>)
    case tuple([Value])
    case list(List)
    case dictionary(Dictionary)
    /// `module name`.
    case global(String)
    case object(Object)
    case mark
  }

  final class List { var items: [Value] = [] }
  final class Dictionary { var entries: [(key: Value, value: Value)] = [] }
  /// What a global would make of its arguments, and the state that it would be given.
  final class Object {
    let global: String
    let arguments: [Value]
    var state: Value?
    init(_ global: String, _ arguments: [Value]) { (self.global, self.arguments) = (global, arguments) }
  }

  /// Why a pickle cannot be read, and where.
  struct Damage: Error {
    let place: Int
    let reason: String
  }

  /// How NumPy's arrays name their parts.
  static let reconstruct = ["numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"]
  private static let globals = Set(reconstruct + ["numpy ndarray", "numpy dtype", "_codecs encode"])
  /// Far more lists, tuples and dictionaries than a batch has; each holds others, down to any depth.
  private static let greatestContainers = 1000

  private let content: [UInt8]
  private var position = 0
  private var stack: [Value] = []
  private var memo: [Int: Value] = [:]
  private var containers = 0

  private init(_ content: [UInt8]) { self.content = content }

  /// - Throws: `Damage`.
  static func value(of content: [UInt8]) throws -> Value {
    var pickle = Pickle(content)
    return try pickle.run()
  }

  private mutating func run() throws -> Value {
    while true {
      let start = position
      let opcode = UInt8(try number(1))
      if opcode == UInt8(ascii: ".") { return try pop() }
      do {
        try step(opcode)
      } catch let damage as Damage {
        throw Damage(place: start, reason: damage.reason)
      }
    }
  }

  private mutating func step(_ opcode: UInt8) throws {
    switch Unicode.Scalar(opcode) {
    case "\u{80}": _ = try take(1)  // PROTO
    case "\u{95}": _ = try take(8)  // FRAME
    case "(": stack.append(.mark)
    case "N": stack.append(.none)
    case "\u{88}": stack.append(.integer(1))
    case "\u{89}": stack.append(.integer(0))
    case "K": stack.append(.integer(try number(1)))
    case "M": stack.append(.integer(try number(2)))
    case "J": stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case "U", "C", "\u{8c}": stack.append(.bytes(try take(try number(1))))
    case "T", "X", "B": stack.append(.bytes(try take(try number(4))))
    case "\u{8d}", "\u{8e}": stack.append(.bytes(try take(try number(8))))
    case "q": memo[try number(1)] = try top()
    case "r": memo[try number(4)] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "h": try recall(try number(1))
    case "j": try recall(try number(4))
    case ")": try push([])
    case "\u{85}": try push(try pop(count: 1))
    case "\u{86}": try push(try pop(count: 2))
    case "\u{87}": try push(try pop(count: 3))
    case "t": try push(try popToMark())
    case "]": try contain(.list(List()))
    case "}": try contain(.dictionary(Dictionary()))
    case "a": try append(try pop(count: 1))
    case "e": try append(try popToMark())
    case "s": try setItems(try pop(count: 2))
    case "u": try setItems(try popToMark())
    case "c": try pushGlobal(module: try line(), name: try line())
    case "\u{93}":
      let names = try pop(count: 2).map { value in
        guard case .bytes(let name) = value else { throw damage("a name that is no string") }
        return String(decoding: name, as: UTF8.self)
      }
      try pushGlobal(module: names[0], name: names[1])
    case "R":
      guard case .tuple(let arguments) = try pop(), case .global(let name) = try pop() else {
        throw damage("a call of no function")
      }
      try contain(.object(Object(name, arguments)))
    case "b":
      let state = try pop()
      guard case .object(let object) = try top() else { throw damage("a state of no object") }
      object.state = state
    default: throw damage("opcode \(opcode), which batches of images do not need")
    }
  }

  // MARK: - Parts

  private func damage(_ reason: String) -> Damage { Damage(place: position, reason: reason) }

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= content.count - position else { throw damage("truncated: the file ends too early") }
    defer { position += count }
    return content[position..<position + count]
  }

  /// A little-endian number without a sign; one that is beyond `Int` is beyond the file, too.
  private mutating func number(_ bytes: Int) throws -> Int {
    Int(truncatingIfNeeded: try take(bytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private mutating func line() throws -> String {
    guard let end = content[position...].firstIndex(of: 10) else { throw damage("truncated: the file ends too early") }
    let line = try take(end - position)
    _ = try take(1)
    return String(decoding: line, as: UTF8.self)
  }

  private func top() throws -> Value {
    guard let last = stack.last else { throw damage("an empty stack") }
    return last
  }

  private mutating func pop() throws -> Value { try pop(count: 1)[0] }

  private mutating func pop(count: Int) throws -> [Value] {
    guard stack.count >= count else { throw damage("an empty stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [Value] {
    guard let mark = stack.lastIndex(where: { if case .mark = $0 { true } else { false } }) else { throw damage("no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[(mark + 1)...])
  }

  private mutating func contain(_ value: Value) throws {
    containers += 1
    guard containers <= Self.greatestContainers else { throw damage("more than \(Self.greatestContainers) lists and objects") }
    stack.append(value)
  }

  private mutating func push(_ tuple: [Value]) throws { try contain(.tuple(tuple)) }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else { throw damage("a reference to nothing") }
    stack.append(value)
  }

  private mutating func append(_ items: [Value]) throws {
    guard case .list(let list) = try top() else { throw damage("elements of no list") }
    list.items += items
  }

  private mutating func setItems(_ items: [Value]) throws {
    guard case .dictionary(let dictionary) = try top(), items.count % 2 == 0 else { throw damage("entries of no dictionary") }
    for index in stride(from: 0, to: items.count, by: 2) { dictionary.entries.append((items[index], items[index + 1])) }
  }

  private mutating func pushGlobal(module: String, name: String) throws {
    let global = "\(module) \(name)"
    guard Self.globals.contains(global) else {
      throw damage("asks for `\(module).\(name)`, which a batch of images does not need; nothing in a pickle is executed")
    }
    stack.append(.global(global))
  }
}

extension Pickle.Value {
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The bytes of a string; Python 3 writes those of its older pickles as text that `_codecs.encode` would make bytes of.
  var bytes: [UInt8]? {
    switch self {
    case .bytes(let bytes): return Array(bytes)
    case .object(let object) where object.global == "_codecs encode":
      guard case .bytes(let text)? = object.arguments.first else { return nil }
      var bytes: [UInt8] = []
      for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
        guard scalar.value < 256 else { return nil }
        bytes.append(UInt8(scalar.value))
      }
      return bytes
    default: return nil
    }
  }

  /// The value of a dictionary under a name.
  subscript(name: String) -> Pickle.Value? {
    guard case .dictionary(let dictionary) = self else { return nil }
    return dictionary.entries.last { $0.key.bytes == Array(name.utf8) }?.value
  }
}
