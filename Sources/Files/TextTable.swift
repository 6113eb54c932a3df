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
