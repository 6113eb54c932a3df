import Files
import Foundation

/// Where the time of a run's last start went, from its `timing.txt`.
struct TimingSection {
  struct Row: Equatable {
    var name: String
    /// Seconds: of the fastest rank, on average, of the slowest.
    var minimum, mean, maximum: Double
  }

  private(set) var rows: [Row] = []
  /// What follows the table.
  private(set) var remarks: [String] = []
  private let text: String

  init(_ text: String) {
    self.text = text
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      if fields.first == "seconds" || fields.first == "total" { continue }
      if fields.count == 5, let least = Double(fields[1]), let mean = Double(fields[2]), let most = Double(fields[3]) {
        rows.append(Row(name: String(fields[0]), minimum: least, mean: mean, maximum: most))
      } else {
        remarks.append(String(line))
      }
    }
  }

  /// What the rows of the table are, for a reader who does not know the program.
  private static let meanings = [
    "field": "products with weights", "step": "local rules that move spins", "gradient": "correlations of relaxed states",
    "posted": "packing rows for neighbours", "waited": "waiting for neighbours' rows",
    "reduce": "sums over ranks, and waiting for them",
    "update": "the optimiser", "load": "reading and augmenting the data", "checkpoint": "writing checkpoints",
    "evaluation": "validation", "other": "everything else",
  ]
  /// Shorter parts have no place in a bar.
  private static let leastShare = 0.001

  var elements: [String] {
    let total = rows.reduce(0) { $0 + $1.mean }
    guard total > 0, total.isFinite else { return [HTML.preformatted(text, name: "Where the time went")] }
    let parts = rows.filter { $0.mean >= Self.leastShare * total }
    let bar = parts.map { row in
      "<i class=\"c\(colour(row))\" style=\"width:\(HTML.number(100 * row.mean / total))%\" title=\"\(HTML.escape(row.name))\"></i>"
    }
    let table = parts.sorted { $0.mean > $1.mean }.map { row in
      [
        "<i class=\"swatch c\(colour(row))\"></i>\(HTML.escape(row.name))", HTML.escape(Self.meanings[row.name] ?? ""),
        String(format: "%.1f %%", 100 * row.mean / total), String(format: "%.4g", row.mean),
        String(format: "%.4g", row.minimum), String(format: "%.4g", row.maximum),
      ]
    }
    let label = parts.sorted { $0.mean > $1.mean }.prefix(4).map {
      "\($0.name) \(String(format: "%.0f %%", 100 * $0.mean / total))"
    }
    return [
      "<div class=\"stack\" role=\"img\" aria-label=\"\(HTML.escape(label.joined(separator: ", ")))\">\(bar.joined())</div>",
      HTML.table(
        "Where the time went", head: ["part", "", "share", "seconds, mean of ranks", "least", "most"], markedUp: table,
        className: "timing"),
    ] + remarks.map { HTML.paragraph($0, className: "note") }
  }

  private func colour(_ row: Row) -> Int { (rows.firstIndex(of: row) ?? 0) % 11 }
}
