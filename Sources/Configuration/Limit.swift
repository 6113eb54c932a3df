/// The values that a key allows, and how a message puts it.
struct Limit<Value: Comparable> {
  var description: String
  var contains: (Value) -> Bool

  static func from(_ low: Value, to high: Value) -> Limit {
    Limit(description: "from \(briefly(low)) to \(briefly(high))") { $0 >= low && $0 <= high }
  }

  static func atLeast(_ low: Value) -> Limit {
    Limit(description: "of at least \(briefly(low))") { $0 >= low }
  }

  static func above(_ low: Value) -> Limit {
    Limit(description: "greater than \(briefly(low))") { $0 > low }
  }

  static func from(_ low: Value, below high: Value) -> Limit {
    Limit(description: "from \(briefly(low)) to below \(briefly(high))") { $0 >= low && $0 < high }
  }
}

/// The shortest text that reads back as `value`: whole numbers without ".0".
func briefly(_ value: some Any) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
