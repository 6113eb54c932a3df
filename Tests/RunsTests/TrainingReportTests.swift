import CZlib
import Foundation
import Testing

@testable import Runs

@Suite struct TrainingReportTests {
  // MARK: Pictures

  /// A decoder of the few PNG files that are written here, by the standard.
  private func decode(_ png: [UInt8]) throws -> (width: Int, height: Int, pixels: [UInt8]) {
    #expect(Array(png[..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(_ place: Int) -> Int { png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    var place = 8
    var packed: [UInt8] = []
    var (width, height) = (0, 0)
    while place < png.count {
      let length = number(place)
      let type = String(decoding: png[place + 4..<place + 8], as: UTF8.self)
      let body = Array(png[place + 4..<place + 8 + length])
      #expect(number(place + 8 + length) == Int(crc32(0, body, UInt32(body.count))), "checksum of \(type)")
      if type == "IHDR" { (width, height) = (number(place + 8), number(place + 12)) }
      if type == "IDAT" { packed += body.dropFirst(4) }
      place += 12 + length
    }
    var size = UInt(height * (1 + 3 * width))
    var rows = [UInt8](repeating: 0, count: Int(size))
    #expect(uncompress(&rows, &size, packed, UInt(packed.count)) == Z_OK)
    let pixels = (0..<height).flatMap { row -> [UInt8] in
      #expect(rows[row * (1 + 3 * width)] == 0)
      return Array(rows[row * (1 + 3 * width) + 1..<(row + 1) * (1 + 3 * width)])
    }
    return (width, height, pixels)
  }

  @Test func picturesAreWholePNGFiles() throws {
    var picture = Picture(width: 3, height: 2, background: (1, 2, 3))
    picture.set(row: 1, column: 2, to: (200, 100, 50))
    let decoded = try decode(try picture.png())
    #expect(decoded.width == 3 && decoded.height == 2)
    #expect(decoded.pixels == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 200, 100, 50])
  }

  @Test func tilesHaveALineBetweenThem() throws {
    let tile = Picture(width: 1, height: 1, background: (0, 0, 0))
    let sheet = Picture.tiled([tile, tile, tile], columns: 2)
    #expect(sheet.width == 3 && sheet.height == 3)
    #expect((0..<9).map { sheet.bytes[3 * $0] } == [0, 255, 0, 255, 255, 255, 0, 255, 255])
  }

  @Test func shadesAreClampedAndFinite() {
    #expect(Shading.sequential(-1) == (255, 255, 255))
    #expect(Shading.sequential(.nan) == (255, 255, 255))
    #expect(Shading.sequential(2) == (8, 48, 107))
    #expect(Shading.diverging(-1) == (33, 82, 172))
    #expect(Shading.diverging(1) == (178, 24, 43))
  }

  // MARK: Charts

  @Test func marksAreRoundAndHoldAllValues() throws {
    let axis = Axis([0.13, 0.87])
    #expect(axis.range.lowerBound <= 0.13 && axis.range.upperBound >= 0.87)
    #expect(zip(axis.ticks, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]).allSatisfy { abs($0 - $1) < 1e-12 } && axis.ticks.count == 6)
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

  // MARK: Files

  @Test func metricsAreReadBackByTheirNames() throws {
    let folder = try TemporaryFolder()
    let text = "time,epoch,step,kind,accuracy,new\n1.5,0.5,3,epoch,0.25,9\n2,1,6,validation,0.5,\n3,1,6,test,0.5\n"
    try write(Array(text.utf8), to: folder("metrics.csv"))
    let table = try MetricsTable(contentsOf: folder("metrics.csv"))
    #expect(
      table.rows == [
        .init(time: 1.5, epoch: 0.5, step: 3, kind: .epoch, accuracy: 0.25),
        .init(time: 2, epoch: 1, step: 6, kind: .validation, accuracy: 0.5),
      ])
    try write(Array("epoch,step,kind\n".utf8), to: folder("other.csv"))
    #expect(message { try MetricsTable(contentsOf: folder("other.csv")) }.contains("there is no column `time`"))
  }

  @Test func predictionsAreCountedByClass() throws {
    let folder = try TemporaryFolder()
    let predictions = TestPredictions(labels: [0, 1, 1, 2], predictions: [0, 1, 2, 2])
    try predictions.write(to: folder("p.csv"))
    #expect(try TestPredictions(contentsOf: folder("p.csv")) == predictions)
    #expect(predictions.confusion(classes: 3) == [[1, 0, 0], [0, 1, 1], [0, 0, 1]])
    #expect(predictions.accuracy == 0.75)
    try write(Array("image,label,prediction\n0,1,1\n5,1,1\n".utf8), to: folder("bad.csv"))
    #expect(message { try TestPredictions(contentsOf: folder("bad.csv")) }.contains("line 3: found `5,1,1`"))
  }

  @Test func aRunThatHasJustBegunHasAReport() throws {
    let root = try TemporaryFolder()
    let folder = try RunFolder.open(root("run<1>"), configuration: try example())
    _ = try MetricsLog(path: folder.path(of: .metrics))
    folder.close()
    let report = try TrainingReport(folders: [folder.path])
    #expect(report.defaultPath == "\(folder.path)/report.html")
    try report.write(to: report.defaultPath)
    let page = try text(of: report.defaultPath)
    #expect(page.contains("run&lt;1&gt;") && !page.contains("run<1>"))
    #expect(page.contains("there is no checkpoint yet") && page.hasSuffix("</html>\n"))
  }

  @Test func whatIsNoRunIsRefused() throws {
    let root = try TemporaryFolder()
    #expect(message { try TrainingReport(folders: [root("none")]) } == "\(root("none")): there is no such run folder")
    #expect(message { try TrainingReport(folders: [root.path]) }.contains("expected the folder of a training"))
    #expect(message { try TrainingReport(folders: []) } == "no run folder is named; expected at least one")
  }
}
