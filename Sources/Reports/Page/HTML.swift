import Files

/// Text and elements of an HTML page.
enum HTML {
  /// Text as HTML shows it, and as an attribute may hold it.
  static func escape(_ text: String) -> String { text.escapedForMarkup }

  static func paragraph(_ text: String, className: String? = nil) -> String {
    "<p\(className.map { " class=\"\($0)\"" } ?? "")>\(escape(text))</p>"
  }

  static func heading(_ text: String, level: Int) -> String { "<h\(level)>\(escape(text))</h\(level)>" }

  /// A table of text; the first column of each row is its head.
  ///
  /// - Parameter name: what the table shows, for those who hear the page.
  static func table(_ name: String, head: [String], rows: [[String]], className: String = "") -> String {
    table(name, head: head, markedUp: rows.map { row in row.map(escape) }, className: className)
  }

  /// The same with cells that are elements already. It scrolls within its own box, also by the keyboard.
  static func table(_ name: String, head: [String], markedUp rows: [[String]], className: String = "") -> String {
    let header = head.map { $0.isEmpty ? "<td></td>" : "<th scope=\"col\">\(escape($0))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + row.enumerated().map { $0 == 0 ? "<th scope=\"row\">\($1)</th>" : "<td>\($1)</td>" }.joined() + "</tr>"
    }
    return scrolling(
      name,
      """
      <table\(className.isEmpty ? "" : " class=\"\(className)\"")>\(head.isEmpty ? "" : "<thead><tr>\(header)</tr></thead>")<tbody>
      \(body.joined(separator: "\n"))
      </tbody></table>
      """)
  }

  /// A box for what may be wider than a phone.
  static func scrolling(_ name: String, _ content: String) -> String {
    "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"\(escape(name))\">\(content)</div>"
  }

  /// A picture inside the page, enlarged without smoothing.
  ///
  /// - Parameter width: in thousandths of the text's size, so that it grows with the page.
  static func image(_ picture: Picture, ems width: Double, title: String) throws -> String {
    let text = escape(title)
    return """
      <img src="\(try picture.dataAddress())" width="\(picture.width)" height="\(picture.height)" \
      style="width:\(number(width))em" alt="\(text)" title="\(text)">
      """
  }

  /// A number of a style.
  static func number(_ value: Double) -> String {
    let thousandths = (value * 1000).rounded()
    return thousandths.isFinite ? "\(thousandths / 1000)" : "0"
  }

  /// What is long and seldom looked at.
  static func details(_ summary: String, _ content: String) -> String {
    "<details><summary>\(escape(summary))</summary>\n\(content)\n</details>"
  }

  static func preformatted(_ text: String, name: String) -> String {
    "<pre role=\"group\" tabindex=\"0\" aria-label=\"\(escape(name))\">\(escape(text))</pre>"
  }
}
