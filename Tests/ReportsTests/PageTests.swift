import Experiments
import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// The page that all reports share.
@Suite struct PageTests {
  private func chart(_ name: String = "a") -> Chart {
    Chart(
      title: name, xTitle: "x", yTitle: "y",
      series: [
        Chart.Series(name: name, colour: 3, style: .points, points: [(1, 2), (2, .nan), (3, 4.5)], errors: [0.25, 1, 0.5])
      ])
  }

  /// The numbers of the page's only chart, as its script reads them.
  private func numbers(_ page: String) throws -> [String: Any] {
    let match = try #require(page.firstMatch(of: /<script type="application\/json">(.*?)<\/script>/))
    return try #require(try JSONSerialization.jsonObject(with: Data(match.1.utf8)) as? [String: Any])
  }

  @Test func chartsCarryTheirNumbers() throws {
    let form = try numbers(ChartFigure(chart()).html)
    let line = try #require((form["series"] as? [[String: Any]])?.first)
    // What is not a number is left out, with its error.
    #expect(line["points"] as? [[Double]] == [[1, 2], [3, 4.5]])
    #expect(line["errors"] as? [Double] == [0.25, 0.5])
    #expect(line["style"] as? String == "points" && line["colour"] as? Int == 3)
    #expect(form["yIsLogarithmic"] as? Bool == false)
  }

  @Test func nothingInAFileBecomesMarkup() throws {
    let wild = "</script><!--<img src=x onerror=alert(1)> & \"'"
    let page = HTMLPage(
      kind: wild, title: wild, status: (wild, .bad), lead: [wild], figures: [.init(wild, wild, note: wild)],
      sections: [
        .init(wild, [ChartFigure(chart(wild), note: wild).html, HTML.table(wild, head: [wild], rows: [[wild, wild]])]),
        .init("b", [HTML.preformatted(wild, name: wild), HTML.details(wild, ""), HTML.heading(wild, level: 3)]),
      ]
    ).text(library: nil)
    #expect(!page.contains("<img") && !page.contains("<!--"))
    // The chart's numbers and the page's own script.
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(try numbers(page)["title"] as? String == wild)
  }

  @Test func theLibraryLiesInThePage() throws {
    let folder = try TemporaryFolder()
    func library(_ text: String) throws -> ChartLibrary? {
      try Data(text.utf8).write(to: URL(filePath: folder("chart.js")))
      return ChartLibrary(contentsOf: folder("chart.js"))
    }
    let good = try #require(try library("/*! Chart.js v3.9.1 */ window.Chart = 1\n//# sourceMappingURL=a.map"))
    let page = HTMLPage(kind: "a", title: "b", lead: [], sections: [.init("c", [ChartFigure(chart()).html])])
    let text = page.text(library: good)
    #expect(text.contains("window.Chart = 1") && !text.contains("sourceMappingURL") && text.contains("Charts: Chart.js 3.9.1."))
    // Without it the chart is there all the same.
    #expect(page.text(library: nil).contains("<svg"))
    // Another library, another version, and what would end the element.
    #expect(try library("/*! Flot v4 */") == nil)
    #expect(try library("/*! Chart.js v2.9.4 */") == nil)
    #expect(try library("/*! Chart.js v3.9.1 */ '</SCRIPT>'") == nil)
    #expect(ChartLibrary(contentsOf: folder("none.js")) == nil)
  }

  @Test func partsAreListedAndHeadingsAreInOrder() {
    let page = HTMLPage(
      kind: "a", title: "b", lead: [], sections: [.init("c", [HTML.heading("d", level: 3)]), .init("e", [])]
    ).text(library: nil)
    #expect(page.contains("<a href=\"#part-1\">c</a>") && page.contains("<section id=\"part-1\" aria-labelledby=\"title-1\">"))
    let levels = page.matches(of: /<h([1-6])/).compactMap { Int($0.1) }
    #expect(levels == [1, 2, 3, 2])
  }

  @Test func numbersAreReadable() {
    #expect(ReportText.grouped(0) == "0" && ReportText.grouped(999) == "999" && ReportText.grouped(1_234_567) == "1,234,567")
    #expect(
      durationText(0.25) == "0.25 s" && durationText(59.9) == "59.9 s" && durationText(60) == "1 min 00 s")
    #expect(
      durationText(7500) == "2 h 05 min" && durationText(100_000) == "1 d 03 h" && durationText(.nan) == "?")
    #expect(durationText(0) == "0 s" && durationText(0.0123) == "12.3 ms" && durationText(4e-4) == "400 µs")
    #expect(ReportText.percent(0.9125) == "91.25 %")
    #expect(ReportText.value(2023) == "2023" && ReportText.value(0.123456) == "0.12346" && ReportText.short(2023) == "2020")
  }

  // MARK: - Parts of a training's page

  @Test func timesAreReadFromTheirTable() {
    let section = TimingSection(
      """
      seconds of     min    mean      max  % of total
      field        6.000   7.000    8.000        70.0
      reduce       2.000   3.000    4.000        30.0
      total                         10.000       100.0
      load imbalance: the slowest rank of a step computes 1.01 times the mean
      """)
    #expect(
      section.rows == [
        .init(name: "field", minimum: 6, mean: 7, maximum: 8), .init(name: "reduce", minimum: 2, mean: 3, maximum: 4),
      ])
    #expect(section.remarks == ["load imbalance: the slowest rank of a step computes 1.01 times the mean"])
    #expect(section.elements.joined().contains("aria-label=\"field 70 %, reduce 30 %\""))
    // Another text is shown as it is.
    #expect(
      TimingSection("a <b>").elements == [
        "<pre role=\"group\" tabindex=\"0\" aria-label=\"Where the time went\">a &lt;b&gt;</pre>"
      ])
  }

  /// Two units that see three features: the strongest weight has the strongest colour, and units are columns.
  @Test func weightsOfFeaturesAreAMap() throws {
    let map = WeightMap([-1, 0, 0.5, 0.25, 0, 0], layer: "hidden", features: ["mass", "<b>", "age"])
    let colours = (0..<6).map { place in (0..<3).map { map.picture.bytes[3 * place + $0] } }
    #expect(map.picture.width == 2 && map.picture.height == 3)
    #expect(colours[0] == [33, 82, 172] && colours[2] == [255, 255, 255] && colours[4][0] > colours[4][2])
    let element = try map.element
    #expect(element.contains("a row for each of 3 features, a column for each of 2 units") && element.contains("±1."))
    #expect(element.contains(">mass<") && element.contains("&lt;b&gt;") && !element.contains("<b>"))
    #expect(WeightMap.ticks(3, most: 8) == [0, 1, 2] && WeightMap.ticks(128, most: 8) == [0, 20, 40, 60, 80, 100, 120])
  }

  @Test func longFilmsShowFewerFrames() {
    var film = RelaxationFilm(image: 0, label: 0)
    for _ in 0..<60 { film.append(states: [[1]], output: [1], energy: 0, before: [[1]]) }
    #expect(film.shownSweeps == Array(1...60))
    for _ in 60..<1000 { film.append(states: [[1]], output: [1], energy: 0, before: [[1]]) }
    let shown = film.shownSweeps
    #expect(shown.count <= 60 && shown.prefix(30) == Array(1...30)[...] && shown.last == 1000)
    #expect(zip(shown, shown.dropFirst()).allSatisfy { $0 < $1 })
  }
}
