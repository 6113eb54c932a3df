import CZlib
import Configuration
import Experiments
import Foundation
import TestSupport
import Testing

@testable import Reports

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

  // MARK: Files

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

  /// 3200 images that relax once or twice after the free phase, 0.036 µJ each time, where the configuration describes a device.
  @Test func theEnergyOfADeviceCountsTheEstimatorsPhases() throws {
    let root = try TemporaryFolder()
    func page(_ name: String, _ overrides: String..., wattsPerCore: Double? = nil) throws -> String {
      let overrides = try overrides.map { try ConfigurationOverride($0) }
      let configuration = try Configuration(yaml: exampleYAML, source: "example.yaml", overrides: overrides)
      let folder = try RunFolder.open(root(name), configuration: configuration)
      let metrics = try MetricsLog(path: folder.path(of: .metrics))
      try metrics.append(MetricsLog.Row(time: 7200, epoch: 1, step: 100, kind: .epoch))
      folder.close()
      return try TrainingReport(folders: [folder.path], wattsPerCore: wattsPerCore).html()
    }
    #expect(try page("response", "machine={}", "learning.estimator=linearResponse").contains("<td>230 µJ</td>"))
    #expect(try page("centred", "machine={}", "learning.estimator=centred").contains("<td>346 µJ</td>"))
    #expect(try page("source", "machine={source: a chip & its data sheet}").contains("A device: a chip &amp; its data sheet."))
    let passes = try page("passes", "machine={}", "learning.rule=backpropagation", "relaxation={}")
    #expect(passes.contains("<td>none</td>") && !passes.contains("µJ"))
    #expect(!(try page("unasked")).contains("Energy"))
    let watts = try page("watts", wattsPerCore: 10)
    #expect(watts.contains("<td>72 kJ</td>") && !watts.contains("µJ"))
  }

  @Test func whatIsNoRunIsRefused() throws {
    let root = try TemporaryFolder()
    #expect(message { try TrainingReport(folders: [root("none")]) } == "\(root("none")): there is no such run folder")
    #expect(message { try TrainingReport(folders: [root.path]) }.contains("expected the folder of a training"))
    #expect(message { try TrainingReport(folders: []) } == "no run folder is named; expected at least one")
  }
}
