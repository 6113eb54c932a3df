import Files

/// Text and elements of an HTML page.
enum HTML {
  /// Text as HTML shows it, and as an attribute may hold it.
  static func escape(_ text: String) -> String { text.escapedForMarkup }

  /// A table; the first column of each row is its head.
  static func table(head: [String], rows: [[String]], className: String = "") -> String {
    let header = head.map { "<th>\(escape($0))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + row.enumerated().map { $0 == 0 ? "<th>\(escape($1))</th>" : "<td>\(escape($1))</td>" }.joined() + "</tr>"
    }
    return """
      <div class="wide"><table class="\(className)"><thead><tr>\(header)</tr></thead><tbody>
      \(body.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  /// A picture inside the page, enlarged without smoothing.
  static func image(_ picture: Picture, scale: Double, title: String) throws -> String {
    let width = Int((Double(picture.width) * scale).rounded())
    let text = escape(title)
    return "<img src=\"\(try picture.dataAddress())\" width=\"\(width)\" alt=\"\(text)\" title=\"\(text)\">"
  }
}
