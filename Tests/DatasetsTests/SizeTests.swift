import Kernels
import Testing

@testable import Datasets

/// Images averaged down, and sets with as many images of every class.
@Suite struct SizeTests {
  private func images(_ pixels: [UInt8], rows: Int, columns: Int) throws -> LabelledImages {
    try LabelledImages(
      shape: ImageShape(channels: 1, rows: rows, columns: columns), classes: 1, pixels: pixels, labels: [0], source: "test")
  }

  @Test func wholePixelsAreAveraged() throws {
    let image = try images([0, 4, 8, 12, 2, 6, 10, 14], rows: 2, columns: 4)
    #expect(Array(try image.resized(rows: 1, columns: 2).pixels) == [3, 11])
    #expect(try image.resized(rows: 2, columns: 4) == image)
  }

  /// Three pixels onto two: the middle one counts by halves.
  @Test func partsOfPixelsCountByTheirArea() throws {
    let image = try images([30, 60, 120], rows: 1, columns: 3)
    #expect(Array(try image.resized(rows: 1, columns: 2).pixels) == [40, 100])
  }

  @Test func theMeanStaysThatOfTheImage() throws {
    let pixels = (0..<28 * 28).map { UInt8($0 * 7 % 251) }
    let small = try images(pixels, rows: 28, columns: 28).resized(rows: 6, columns: 6)
    func mean(_ values: [UInt8]) -> Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }
    #expect(abs(mean(Array(small.pixels)) - mean(pixels)) < 0.5)
  }

  @Test func channelsStayApart() throws {
    let image = try LabelledImages(
      shape: ImageShape(channels: 2, rows: 2, columns: 2), classes: 1, pixels: [1, 2, 3, 4, 11, 12, 13, 14].map { $0 * 4 },
      labels: [0], source: "test")
    #expect(Array(try image.resized(rows: 1, columns: 1).pixels) == [10, 50])
  }

  @Test func everyClassHasItsNumber() throws {
    let labels = (0..<100).map { UInt8($0 % 10 < 7 ? 0 : 1) }
    let split = try TrainingSplit(labels: labels, validation: 10, limit: nil, limitPerClass: 20, seed: 1)
    for label in 0..<2 { #expect(split.training.count { labels[$0] == label } == 20) }
    #expect(Set(split.training).isDisjoint(with: split.validation))
    #expect(split.training == split.training.sorted())
    #expect(throws: DatasetError.self) {
      try TrainingSplit(labels: labels, validation: 10, limit: nil, limitPerClass: 28, seed: 1)
    }
  }

  @Test func settingsThatCannotBeAreRefused() throws {
    var settings = DatasetSettings(name: .mnist)
    settings.size = ImageSize(rows: 5000, columns: 28)
    #expect(throws: DatasetError.self) { try settings.validate() }
    settings.size = ImageSize(rows: 6, columns: 6)
    try settings.validate()
    #expect(settings.shape == ImageShape(channels: 1, rows: 6, columns: 6))
    settings.limit = 5
    settings.limitPerClass = 5
    #expect(throws: DatasetError.self) { try settings.validate() }
  }

  @Test func samplersFollowTheSettings() throws {
    var settings = DatasetSettings(name: .synthetic, synthetic: SyntheticSettings(classes: 4, train: 80, test: 40))
    settings.size = ImageSize(rows: 3, columns: 5)
    settings.limitPerClass = 6
    settings.testPerClass = 2
    let dataset = try Dataset.load(settings)
    #expect(dataset.shape == ImageShape(channels: 1, rows: 3, columns: 5))
    let samplers = try DatasetSamplers(dataset, settings: settings, seed: 1)
    #expect(samplers.training.count == 24)
    #expect(samplers.test.count == 8)
  }
}
