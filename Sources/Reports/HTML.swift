import Experiments
import Files
import Foundation
import Host

/// A page that needs nothing else: its style lies in it, and so do its pictures.
struct HTMLPage {
  var title: String
  /// Elements, one after the other.
  var body: [String]

  var text: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>\(HTML.escape(title)) – Equilibria</title>
    <style>
    \(Self.style)
    \(Chart.style)
    </style></head><body>
    \(body.joined(separator: "\n"))
    <p class="note">equilibria \(HTML.escape(ProgramVersion.current)), \(TimeStamp.readable(Date()))</p>
    </body></html>

    """
  }

  private static let style = """
    :root { color-scheme: light dark }
    body { font: 15px/1.45 system-ui, sans-serif; max-width: 1180px; margin: 1.5em auto; padding: 0 1em }
    h1 { font-size: 1.5em } h2 { font-size: 1.25em; margin-top: 2em; border-top: 1px solid #8886; padding-top: .7em } h3 { font-size: 1em }
    table { border-collapse: collapse; font-size: 13px } th { text-align: left; font-weight: 600 }
    th, td { padding: .2em .6em; border-bottom: 1px solid #8883 } td { text-align: right } table.text td { text-align: left }
    table.confusion td { min-width: 2.2em } table.film td { padding: 3px; text-align: center; vertical-align: top }
    .wide { overflow-x: auto } .note { color: #777; font-size: 13px } .error { color: #b3261e; white-space: pre-line }
    .charts { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start } .chart { width: 560px; max-width: 100% }
    img { image-rendering: pixelated; margin: 1px } pre { font-size: 12px; overflow-x: auto }
    .examples { display: flex; flex-wrap: wrap; gap: 14px } figure { margin: 0 } figcaption { font-size: 13px }
    """
}

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
