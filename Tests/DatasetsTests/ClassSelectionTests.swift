import Kernels
import Testing

@testable import Datasets

/// Some classes of a data set.
@Suite struct ClassSelectionTests {
  private func settings(_ only: [Int]) -> DatasetSettings {
    var synthetic = SyntheticSettings()
    (synthetic.shape, synthetic.classes) = (ImageShape(channels: 1, rows: 2, columns: 2), 4)
    (synthetic.train, synthetic.test) = (40, 20)
    var settings = DatasetSettings(name: .synthetic, synthetic: synthetic)
    settings.only = only
    return settings
  }

  /// The images of the kept classes, in their order, under new labels.
  @Test func keepsImagesAndCountsLabelsAnew() throws {
    let (whole, part) = (try Dataset.load(settings([])), try Dataset.load(settings([3, 1])))
    #expect(part.classes == 2 && part.classNames == ["pattern 3", "pattern 1"])
    for (all, kept) in [(whole.train, part.train), (whole.test, part.test)] {
      let indices = all.labels.indices.filter { [1, 3].contains(all.labels[$0]) }
      #expect(kept.labels == indices.map { all.labels[$0] == 3 ? 0 : 1 } && kept.classes == 2)
      let size = all.shape.size * (all.pixels.count / (all.count * all.shape.size))
      #expect(Array(kept.pixels) == indices.flatMap { all.pixels[$0 * size..<($0 + 1) * size] })
    }
  }

  @Test(arguments: [[2], [1, 1], [0, 4], [-1, 2]]) func impossibleSelectionsAreRefused(_ only: [Int]) {
    let error = #expect(throws: DatasetError.self) { _ = try Dataset.load(settings(only)) }
    #expect(error?.description.hasPrefix("data.only: expected two or more different classes from 0 to 3") == true)
  }
}
