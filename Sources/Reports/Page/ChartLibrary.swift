import Files
import Foundation

/// Chart.js, which a distribution's package installs (Debian and Ubuntu: `libjs-chart.js`) and a page carries in itself.
struct ChartLibrary {
  /// With its version, as its first comment says.
  let name: String
  let source: String

  /// Where packages put it, the present name first.
  private static let places = [
    "/usr/share/javascript/chart.js/chart.min.js", "/usr/share/javascript/chart.js/Chart.min.js",
    "/usr/share/nodejs/chart.js/dist/chart.min.js",
  ]
  private static let greatestBytes = 2 << 20

  /// That of this machine; `nil` where there is none that a page can hold.
  static var installed: ChartLibrary? { places.lazy.compactMap { ChartLibrary(contentsOf: $0) }.first }

  /// - Returns: `nil` if the file cannot be read, is of another version than the script is written for, or would end the element that it
  ///   is put in.
  init?(contentsOf path: String) {
    guard FileManager.default.isReadableFile(atPath: path), let bytes = try? FileBytes.read(path, atMost: Self.greatestBytes)
    else {
      return nil
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let match = text.prefix(400).firstMatch(of: /Chart\.js v((?:3|4)\.[0-9.]+)/),
      !text.lowercased().contains("</script"), !text.contains("<!--")
    else { return nil }
    name = "Chart.js \(match.1)"
    // A page of one file has no second one that maps its lines.
    source = text.replacing("//# sourceMappingURL", with: "// map")
  }
}
