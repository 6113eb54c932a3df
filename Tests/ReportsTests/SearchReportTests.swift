import Foundation
import Ising
import Testing

@testable import Reports

/// The page about a search, whose measure may be one to raise or one to lower.
@Suite struct SearchReportTests {
  private func page(
    _ measure: String, _ values: [Double], known: Double?, stopped: Bool = false, seconds: Double = 3
  ) -> HTMLPage {
    var trace = SearchTrace(measureName: measure)
    for (index, value) in values.enumerated() { trace.append(seconds: seconds / 6 * Double(index + 1), measure: value) }
    return SearchReport(
      facts: [("spins", "12"), ("couplings", "20"), ("machine", "anneal"), ("ranks", "2")],
      plot: TracePlot(trace: trace, seconds: seconds, title: "a.txt: anneal", bestKnown: known),
      levels: [.init(value: values.last ?? 0, reads: 3), .init(value: 0, reads: 1)], wasStopped: stopped
    ).page
  }

  @Test func theBestKnownValueIsReachedFromEitherSide() {
    #expect(page("cut", [5, 8], known: 8).status?.text == "best known cut reached")
    #expect(page("cut", [5, 7], known: 8).status?.text == "complete")
    #expect(page("energy", [-5, -8], known: -8).status?.text == "best known energy reached")
    #expect(page("energy", [-5, -7], known: -8).status?.text == "complete")
    #expect(page("energy", [-5], known: nil, stopped: true).status?.text == "ended before its time")
  }

  @Test func theSummarySaysWhatWasFound() {
    let found = page("cut", [5, 7], known: 8)
    #expect(
      found.lead == [
        "In 3 s the machine anneal on 2 ranks found the cut 7 of a problem of 12 spins and 20 couplings. It was reached after 1 s. "
          + "The best known value is 8: it is 1 away."
      ])
    #expect(found.figures.map(\.value) == ["7", "8", "3 s", "4"])
    #expect(found.figures.last?.note == "3 with the best cut")
  }

  /// The distance is 3 and 1, then nothing, which a logarithmic axis cannot show.
  @Test func distancesOfNothingAreLeftOut() throws {
    let forms = try charts(page("cut", [5, 7, 8], known: 8))
    let distance = try #require(forms.first { ($0["title"] as? String)?.hasPrefix("distance from the best known") == true })
    #expect(try points(distance) == [[0.5, 3], [1, 1]])
  }

  /// 120 µs, in which the second state is the best: a distance of one point is no chart, and times are in a unit that suits them.
  @Test func aShortSearchHasItsOwnUnits() throws {
    let page = page("cut", [5, 8], known: 8, seconds: 120e-6)
    let forms = try charts(page)
    #expect(forms.compactMap { $0["title"] as? String } == ["best cut so far", "how often each cut was reached"])
    #expect(forms[0]["x"] as? String == "microseconds")
    #expect(try points(forms[0]) == [[20, 5], [40, 8], [120, 8]])
    #expect(page.lead[0].hasPrefix("In 120 µs") && page.lead[0].contains("after 40 µs"))
    let times = try [0.5, 50].map {
      try #require(try charts(self.page("cut", [5, 8], known: 8, seconds: $0))[0]["x"] as? String)
    }
    #expect(times == ["milliseconds", "seconds"])
  }

  /// Bars from zero, as tall as the reads are many.
  @Test func readsAreBars() throws {
    let page = page("cut", [8], known: nil)
    let form = try #require(try charts(page).last)
    #expect((form["series"] as? [[String: Any]])?.first?["style"] as? String == "bars")
    let heights = page.text(library: nil).matches(of: /<rect [^>]*height="([0-9.]+)" fill/).compactMap { Double($0.1) }
    #expect(heights.count == 2 && abs(heights[0] - 3 * heights[1]) < 0.3)
  }

  private func charts(_ page: HTMLPage) throws -> [[String: Any]] {
    try page.text(library: nil).matches(of: /<script type="application\/json">(.*?)<\/script>/).map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.1.utf8)) as? [String: Any])
    }
  }

  private func points(_ chart: [String: Any]) throws -> [[Double]] {
    let series = try #require((chart["series"] as? [[String: Any]])?.first)
    return try #require(series["points"] as? [[Double]])
  }
}
