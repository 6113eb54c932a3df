import Datasets
import Files
import Foundation

/// How a page shows a test sample: an image as a picture, a row of a table as its values by name.
extension TrainedNetwork {
  /// Columns of more features would not be read.
  private static let mostColumns = 12
  /// A list of more values would not be read.
  private static let mostValues = 16

  /// Whether samples are features, which have no picture.
  var isTable: Bool { images.shape.planeSize == 1 }

  /// What the features are called, by number where nobody named them.
  var featureNames: [String] {
    let names = files.featureNames
    return names.count == images.shape.channels ? names : (0..<images.shape.channels).map { "feature \($0)" }
  }

  /// The features that tables have columns for; none of images.
  var shownFeatures: [String] { isTable ? Array(featureNames.prefix(Self.mostColumns)) : [] }

  /// The values of these features.
  func shownValues(of image: Int) -> [String] {
    features(of: image).prefix(shownFeatures.count).map(ReportText.value)
  }

  /// A picture of so many widths of a letter; nothing of a row.
  func picture(of image: Int, ems: Double, title: String) throws -> String {
    isTable ? "" : try HTML.image(picture(of: image), ems: ems, title: title)
  }

  /// The row's values one below the other.
  func valueTable(of image: Int) -> String {
    let rows = zip(featureNames, features(of: image)).prefix(Self.mostValues).map { [$0, ReportText.value($1)] }
    let left = images.shape.channels - rows.count
    return "<figure class=\"values\">"
      + HTML.table("Values of test row \(image)", head: ["feature", "value"], rows: Array(rows))
      + "<figcaption>test row \(image)\(left > 0 ? ", without \(counted(left, "more feature"))" : "")</figcaption></figure>"
  }

  /// The numbers of a row in the units of its file.
  private func features(of image: Int) -> [Double] {
    let places = image * images.shape.size..<(image + 1) * images.shape.size
    guard images.pixelType == .float else { return places.map { Double(images.pixels[$0]) } }
    return places.map { Double(images.pixels.float($0)) * Double(files.scale ?? 1) }
  }
}
