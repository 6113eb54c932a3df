import Experiments
import Files
import Foundation

/// A page that needs nothing else: style, pictures, figures and the library that draws them lie in it.
struct HTMLPage {
  /// A part of the page that the list of contents leads to.
  struct Section {
    var title: String
    /// Elements, one after the other.
    var body: [String]

    init(_ title: String, _ body: [String]) {
      self.title = title
      self.body = body
    }

    var hasContent: Bool { body.contains { !$0.isEmpty } }
  }

  /// A figure that is seen first.
  struct KeyFigure {
    var name: String
    var value: String
    /// What the value is of, or how sure.
    var note: String

    init(_ name: String, _ value: String, note: String = "") {
      self.name = name
      self.value = value
      self.note = note
    }
  }

  /// How it ended, in two words.
  enum Status: String { case good, caution, bad }

  /// What the page is: `Training`, `Search`.
  var kind: String
  var title: String
  var status: (text: String, kind: Status)? = nil
  /// Sentences that sum it up, a paragraph each.
  var lead: [String]
  var figures: [KeyFigure] = []
  var sections: [Section]

  /// The page with the library that this machine has.
  var text: String { text(library: ChartLibrary.installed) }

  /// - Parameter library: draws the charts; without it they are SVG.
  func text(library: ChartLibrary?) -> String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
    <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <title>\(HTML.escape(title)) – Equilibria</title>
    <style>
    \(Self.style)
    </style></head><body>
    <a class="skip" href="#content">Skip to the content</a>
    <header>
    <p class="kind">\(HTML.escape(kind))\(badge)</p>
    <h1>\(HTML.escape(title))</h1>
    \(lead.map { HTML.paragraph($0, className: "lead") }.joined(separator: "\n"))
    \(keyFigures)
    </header>
    \(contents)
    <main id="content">
    \(sections.enumerated().map(Self.element).joined(separator: "\n"))
    </main>
    <footer><p>Written by equilibria \(HTML.escape(ProgramVersion.current)), \(TimeStamp.readable(Date())).\
    \(library.map { " Charts: \(HTML.escape($0.name))." } ?? "")</p></footer>
    \(library.map { "<script>\($0.source)</script>" } ?? "")
    <script>
    \(Self.script)
    </script>
    </body></html>

    """
  }

  // MARK: - Parts

  /// A browser loads nothing but what lies in the page, whatever is in the files that it was made of.
  private static let policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

  private static let style = String(decoding: PackageResources.page_css, as: UTF8.self)
  private static let script = String(decoding: PackageResources.page_js, as: UTF8.self)

  private var badge: String {
    status.map { " <span class=\"badge \($0.kind.rawValue)\">\(HTML.escape($0.text))</span>" } ?? ""
  }

  private var keyFigures: String {
    guard !figures.isEmpty else { return "" }
    let items = figures.map { figure in
      let note = figure.note.isEmpty ? "" : "<span class=\"note\">\(HTML.escape(figure.note))</span>"
      return "<div><dt>\(HTML.escape(figure.name))</dt><dd>\(HTML.escape(figure.value))\(note)</dd></div>"
    }
    return "<dl class=\"figures\">\(items.joined(separator: "\n"))</dl>"
  }

  private var contents: String {
    guard sections.count > 1 else { return "" }
    let items = sections.enumerated().map { "<li><a href=\"#part-\($0 + 1)\">\(HTML.escape($1.title))</a></li>" }
    return "<nav aria-label=\"Contents\"><ol>\(items.joined())</ol></nav>"
  }

  private static func element(_ index: Int, _ section: Section) -> String {
    """
    <section id="part-\(index + 1)" aria-labelledby="title-\(index + 1)">
    <h2 id="title-\(index + 1)">\(HTML.escape(section.title))</h2>
    \(section.body.joined(separator: "\n"))
    </section>
    """
  }
}
