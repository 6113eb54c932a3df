import Testing

@testable import Files

@Suite struct ChartTests {
  @Test func marksAreRoundAndHoldAllValues() throws {
    let axis = Axis([0.13, 0.87])
    #expect(axis.range.lowerBound <= 0.13 && axis.range.upperBound >= 0.87)
    #expect(zip(axis.ticks, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]).allSatisfy { abs($0 - $1) < 1e-12 } && axis.ticks.count == 6)
    #expect(Axis([0, 60]).ticks == [0, 20, 40, 60])
    #expect(Axis([-0.25, 0.25]).ticks.map(Axis.label) == ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2", "0.3"])
    let decades = Axis([3e-4, 0.2], scale: .logarithmic)
    #expect(decades.range == -4...0)
    #expect(decades.place(0) == nil && decades.place(.nan) == nil)
    #expect(abs(try #require(decades.place(1e-2)) - 0.5) < 1e-12)
    #expect(Axis.label(1e-4) == "1e-4" && Axis.label(0.25) == "0.25")
  }

  @Test(arguments: [[], [5], [5, 5, 5], [0], [.nan, .infinity], [1e-300, 1e300], [-3, 7]] as [[Double]])
  func anyValuesHaveAnAxis(_ values: [Double]) {
    for scale in [Axis.Scale.linear, .logarithmic] {
      let axis = Axis(values, scale: scale)
      #expect(axis.range.lowerBound < axis.range.upperBound && axis.ticks.count < 100)
      for value in values { if let place = axis.place(value) { #expect(-1e-6...1 + 1e-6 ~= place) } }
    }
  }

  @Test func longCurvesAreThinnedToTheirMeans() {
    let points = (0..<5000).map { (x: Double($0), y: Double($0 % 2)) }
    let thinned = Chart.thinned(points)
    #expect(thinned.count == 500 && thinned.allSatisfy { $0.y == 0.5 })
    #expect(thinned[0].x == 4.5)
  }

  @Test func namesOfSeriesAreEscaped() {
    let chart = Chart(
      title: "a < b", xTitle: "", yTitle: "",
      series: [.init(name: "\"x\" & y", colour: 0, points: [(0, 1)]), .init(name: "z", colour: 1, points: [(1, 2)])])
    #expect(chart.svg.contains("a &lt; b") && chart.svg.contains("&quot;x&quot; &amp; y"))
    #expect(!chart.svg.contains("a < b"))
  }
}
