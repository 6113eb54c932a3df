import Foundation
import Ising
import Testing

@testable import Reports

/// The page about a search, whose measure may be one to raise or one to lower.
@Suite struct SearchReportTests {
  private func page(_ measure: String, _ values: [Double], known: Double?, stopped: Bool = false) -> HTMLPage {
    var trace = SearchTrace(measureName: measure)
    for (index, value) in values.enumerated() { trace.append(seconds: 0.5 * Double(index + 1), measure: value) }
    return SearchReport(
      facts: [("spins", "12"), ("couplings", "20"), ("machine", "anneal"), ("ranks", "2")],
      plot: TracePlot(trace: trace, seconds: 3, title: "a.txt: anneal", bestKnown: known),
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
    let text = page("cut", [5, 7, 8], known: 8).text(library: nil)
    let forms = try text.matches(of: /<script type="application\/json">(.*?)<\/script>/).map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.1.utf8)) as? [String: Any])
    }
    let distance = try #require(forms.first { ($0["title"] as? String)?.hasPrefix("distance from the best known") == true })
    let series = try #require((distance["series"] as? [[String: Any]])?.first)
    #expect(series["points"] as? [[Double]] == [[0.5, 3], [1, 1]])
  }
}
