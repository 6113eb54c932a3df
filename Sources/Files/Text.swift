import Foundation

/// Rows of text in columns of equal width.
package struct TextTable {
  private var rows: [[String]]
  /// Which columns are flush right, as numbers are.
  private let isNumeric: [Bool]

  package init(_ header: [String], numeric: [Bool]) {
    rows = [header]
    isNumeric = numeric
  }

  package mutating func add(_ row: [String]) {
    rows.append(row)
  }

  package var lines: [String] {
    let widths = isNumeric.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumeric[column] ? padding + row[column] : row[column] + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.endIndex)])
    }
  }
}

/// A value as JSON in the form of all commands and files: keys in alphabetical order, infinities as words.
///
/// - Parameter isIndented: for people, on lines of its own each; otherwise all is one line.
package func jsonText(_ value: some Encodable, isIndented: Bool = false) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
  encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// `1 rank`, `3 ranks`.
package func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// `2 h 05 min`, `3 min 12 s`, `4.2 s`, `12 ms`.
package func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let total = Int(seconds.rounded())
  switch seconds {
  case 0: return "0 s"
  case ..<9.995e-4: return String(format: "%.3g µs", seconds * 1e6)
  case ..<0.1: return String(format: "%.3g ms", seconds * 1e3)
  case ..<59.95: return String(format: "%.3g s", seconds)
  case ..<3599.5: return String(format: "%d min %02d s", total / 60, total % 60)
  case ..<86_400: return String(format: "%d h %02d min", total / 3600, total / 60 % 60)
  default: return String(format: "%d d %02d h", total / 86_400, total / 3600 % 24)
  }
}

/// The word of `candidates` that `word` is most likely a misspelling of, or `nil` if none is near.
///
/// Near is an optimal string alignment distance (insertions, deletions, substitutions, swaps of neighbours) of at most a third of
/// the longer word, letter case aside, or one being the beginning of the other.
package func nearest(to word: String, among candidates: [String]) -> String? {
  let typed = Array(word.lowercased())
  // A key of a kilobyte is no misspelling, and its distance would take long to find.
  guard typed.count <= 64 else { return nil }
  let scored = candidates.map { candidate in
    let known = Array(candidate.lowercased())
    let isBeginning = min(typed.count, known.count) >= 3 && (known.starts(with: typed) || typed.starts(with: known))
    let distance = isBeginning && typed != known ? 1 : alignmentDistance(typed, known)
    return (candidate: candidate, distance: distance, limit: max(1, max(typed.count, known.count) / 3))
  }
  return scored.filter { $0.distance <= $0.limit }.min { $0.distance < $1.distance }?.candidate
}

private func alignmentDistance(_ a: [Character], _ b: [Character]) -> Int {
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var rows = [Array(0...b.count)]
  for i in 1...a.count {
    var row = [i]
    for j in 1...b.count {
      let substitution = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}

extension String {
  /// The text as XML and HTML show it, and as an attribute may hold it.
  package var escapedForMarkup: String {
    var escaped = ""
    for character in unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
