import Foundation
import Ising
import Testing

@testable import Reports

@Suite struct TracePlotTests {
  @Test func plotsAreWellFormed() throws {
    var trace = SearchTrace(measureName: "cut")
    for step in 0..<20 { trace.append(seconds: 0.001 * Double(step * step), measure: Double(100 + step)) }
    let svg = TracePlot(trace: trace, seconds: 2, title: "a < b & c", bestKnown: 125).svg
    #expect(svg.contains("best known 125"))
    #expect(svg.contains("a &lt; b &amp; c"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(svg.components(separatedBy: "<text").count == svg.components(separatedBy: "</text>").count)
    // A search without any point, or with one value only, is a picture too.
    let empty = TracePlot(trace: SearchTrace(measureName: "cut"), seconds: 0, title: "").svg
    #expect(!empty.contains("nan") && !empty.contains("inf"))
    var flat = SearchTrace(measureName: "cut")
    flat.append(seconds: 0, measure: 5)
    let line = TracePlot(trace: flat, seconds: 0, title: "", bestKnown: 5).svg
    #expect(!line.contains("nan") && !line.contains("inf"))
  }

  @Test func bestValueHoldsUntilABetterOneComes() {
    var trace = SearchTrace(measureName: "cut")
    for (seconds, measure) in [(0.01, 1.0), (0.1, 2), (1, 3)] { trace.append(seconds: seconds, measure: measure) }
    let svg = TracePlot(trace: trace, seconds: 10, title: "").svg
    // Three decades, two steps up, and the last value to the end.
    #expect(svg.firstRange(of: /M62\.0 [0-9.]+H222\.7V[0-9.]+H383\.3V[0-9.]+H544\.0V/) != nil)
  }
}
