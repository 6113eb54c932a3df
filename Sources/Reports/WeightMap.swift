import Files
import Foundation
import Networks

/// The weights from the features of a table to a dense layer, which are no picture: a row for each feature, a column for each unit.
struct WeightMap {
  private let layer: String
  private let features: [String]
  private let units: Int
  /// Unit after unit.
  private let weights: [Float]

  /// Features and units beyond these are left out: rows would be too thin.
  private static let most = (features: 256, units: 1024)
  /// Names of more features than these would overlap.
  private static let mostNames = 40

  /// - Parameters:
  ///   - weights: unit after unit, `features.count` numbers each.
  ///   - features: their names.
  init(_ weights: [Float], layer: String, features: [String]) {
    (self.weights, self.layer, self.features) = (weights, layer, features)
    units = weights.count / max(features.count, 1)
  }

  private var shown: (features: Int, units: Int) {
    (min(features.count, Self.most.features), min(units, Self.most.units))
  }

  /// In colours of one scale, so that features and units can be compared.
  var picture: Picture {
    let scale = max(weights.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    let cells = (0..<shown.features).flatMap { feature in
      (0..<shown.units).map { weights[$0 * features.count + feature] }
    }
    return Shading.plane(cells[...], rows: shown.features, columns: shown.units, scale: scale, by: Shading.diverging)
  }

  var element: String {
    get throws {
      let (rows, columns) = shown
      let greatest = ReportText.short(Double(weights.reduce(0) { max($0, abs($1)) }))
      let left = [
        rows < features.count ? "the first \(rows) of \(features.count) features" : counted(rows, "feature"),
        columns < units ? "the first \(columns) of \(units) units" : counted(columns, "unit"),
      ]
      let title = "Weights from the input to \(layer)"
      let nameWidth = Double(min(features.prefix(rows).map(\.count).max() ?? 0, 18))
      let height = 1.35 * Double(min(max(rows, 2), Self.mostNames))
      let names = Self.ticks(rows, most: Self.mostNames).map { place in
        "<span style=\"top:\(Self.middle(place, of: rows))%\">\(HTML.escape(features[place]))</span>"
      }
      let numbers = Self.ticks(columns, most: 8).map { place in
        "<span style=\"left:\(Self.middle(place, of: columns))%\">\(place)</span>"
      }
      return """
        <figure class="filters"><figcaption>\(HTML.escape(title)): a row for each of \(left[0]), a column for each of \(left[1]). Blue is \
        negative, red positive, white zero; the strongest colour is ±\(greatest).</figcaption>
        <div class="map" style="--names:\(HTML.number(0.62 * nameWidth + 0.6))em;--height:\(HTML.number(height))em;\
        --width:\(HTML.number(1.8 * Double(columns)))em">
        <div class="names" aria-hidden="true">\(names.joined())</div>
        <img src="\(try picture.dataAddress())" alt="\(HTML.escape(title)), features by units">
        <div class="units" aria-hidden="true">\(numbers.joined())</div></div>
        <p class="note axis" aria-hidden="true">unit of \(HTML.escape(layer))</p></figure>
        """
    }
  }

  /// Where marks stand among so many places: at round numbers from 0.
  static func ticks(_ count: Int, most: Int) -> [Int] {
    let step = max(1, Int(Axis.roundStep(Double(count) / Double(most)).rounded(.up)))
    return Array(stride(from: 0, to: count, by: step))
  }

  /// The middle of a place in hundredths of the whole.
  private static func middle(_ place: Int, of count: Int) -> String {
    HTML.number(100 * (Double(place) + 0.5) / Double(count))
  }
}
