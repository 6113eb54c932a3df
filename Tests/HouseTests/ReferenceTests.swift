import Foundation
import Testing

/// `docs/guide/references.md` has every paper and book that the code and the documentation cite, and where.
@Suite struct ReferenceTests {
  /// A row of the list.
  private struct Reference {
    let citation: String
    let surname: String
    let year: String
    let numbers: Set<String>
    /// Paths from the package's folder.
    var places: Set<String> = []
  }

  private static func references() throws -> [Reference] {
    let page = try String(contentsOf: SourceTree.root.appending(path: "docs/guide/references.md"), encoding: .utf8)
    return try page.matches(of: /\n\| ([^|]+) \| ([^|]+) \|/).dropFirst().compactMap { row in
      let citation = String(row.1)
      guard !citation.hasPrefix("---") else { return nil }
      let year = try #require(citation.matches(of: /\(((?:19|20)\d\d)\)/).last, "a year at the end of: \(citation)").1
      let surname = try #require(citation.prefixMatch(of: /[\w’'-]+/)).0
      var reference = Reference(
        citation: citation, surname: String(surname), year: String(year),
        numbers: Set(citation.matches(of: /arXiv:(\d{4}\.\d{4,5})/).map { String($0.1) }))
      for file in row.2.matches(of: /`([^`]+)`/) {
        let isBelowSources = !["Examples/", "Benchmarks/"].contains { file.1.hasPrefix($0) }
        reference.places.insert((isBelowSources ? "Sources/" : "") + file.1)
      }
      for page in row.2.matches(of: /\]\(([\w.\/-]+)\)/) {
        reference.places.insert(page.1.hasPrefix("../") ? "docs/\(page.1.dropFirst(3))" : "docs/guide/\(page.1)")
      }
      return reference
    }
  }

  /// Compares both ways: what is cited is in the list, and what the list has is cited there.
  @Test func listIsWhatIsCited() throws {
    let references = try Self.references()
    #expect(references.count > 120)
    var found = [Set<String>](repeating: [], count: references.count)
    for file in try Self.files() {
      let text = Self.prose(of: file)
      for site in Self.sites(in: text) {
        if let index = Self.match(site, in: text, references) {
          found[index].insert(file.path)
        } else {
          Issue.record("\(file.path) cites `\(text[site.before].suffix(80))\(text[site.range])`, which is not in references.md")
        }
      }
    }
    for (reference, found) in zip(references, found) where found != reference.places {
      Issue.record(
        """
        \(reference.citation): cited in \(found.sorted().joined(separator: ", ")), \
        and references.md says \(reference.places.sorted().joined(separator: ", "))
        """)
    }
  }

  /// Authors are told from those behind them, years from numbers of pages.
  @Test func citationsAreSeen() throws {
    let text =
      "With heating Kanao & Goto 2022; Goto, Endo, Suzuki et al., Science Advances 7, 1918 (2021). In 2020 (arXiv:2508.17655)."
    let references = [("Goto", "2021", ""), ("Goto", "2022", ""), ("Kanao", "2022", ""), ("X", "2025", "2508.17655")].map {
      Reference(citation: "", surname: $0.0, year: $0.1, numbers: $0.2.isEmpty ? [] : [$0.2])
    }
    #expect(Self.sites(in: text).map { Self.match($0, in: text, references) } == [2, 0, 3])
  }

  // MARK: - Citations

  private static func files() throws -> [SourceFile] {
    try ["Sources", "docs", "Examples", "Benchmarks"].flatMap { folder in
      try [".swift", ".inc", ".c", ".h", ".md"].flatMap { try SourceTree.files(in: folder, endingIn: $0) }
    }.filter { !$0.path.hasSuffix("references.md") }
  }

  /// The comments of code, or a page; without line breaks.
  private static func prose(of file: SourceFile) -> String {
    var lines = file.text.split(separator: "\n").map(String.init)
    if !file.path.hasSuffix(".md") {
      lines = lines.compactMap { line in line.range(of: "//").map { String(line[$0.upperBound...].drop { $0 == "/" }) } }
    }
    return lines.joined(separator: " ").replacing(/\s+/, with: " ")
  }

  /// A year that stands as years of citations do, or a number of arXiv's, and the text before it.
  private struct Site {
    let range: Range<String.Index>
    let before: Range<String.Index>
    let year: Substring?
    let number: Substring?
  }

  private static func sites(in text: String) -> [Site] {
    let pattern =
      /\(((?:19|20)\d\d)\)|(?:[A-Z]\w*[.,]?|et al\.|\d,|["”],|\),) ((?:19|20)\d\d)\b(?!\.?\d| \()|arXiv:(\d{4}\.\d{4,5})/
    return text.matches(of: pattern).compactMap { match in
      // A norm, and the first day of ZIP's calendar.
      guard match.0.prefixMatch(of: /RFC|January/) == nil else { return nil }
      let start = text.index(match.range.lowerBound, offsetBy: -300, limitedBy: text.startIndex) ?? text.startIndex
      return Site(range: match.range, before: start..<match.range.lowerBound, year: match.1 ?? match.2, number: match.3)
    }
  }

  /// The reference of that year whose first author is named last before it, or that of the number.
  private static func match(_ site: Site, in text: String, _ references: [Reference]) -> Int? {
    if let number = site.number { return references.firstIndex { $0.numbers.contains(String(number)) } }
    let window = text[site.before.lowerBound..<site.range.upperBound]
    let named = references.indices.compactMap { index -> (place: String.Index, index: Int)? in
      guard references[index].year == site.year ?? "" else { return nil }
      let places = window.ranges(of: references[index].surname).filter { place in
        let before = window[..<place.lowerBound].suffix(40)
        guard before.last?.isLetter != true, window[place.upperBound...].first?.isLetter != true else { return false }
        return before.firstMatch(of: /\b[A-Z]\p{Ll}+(?:-[A-Z]\p{Ll}+)?(?:,| &) $/) == nil
      }
      return places.last.map { ($0.lowerBound, index) }
    }
    return named.max { $0.place < $1.place }?.index
  }
}
