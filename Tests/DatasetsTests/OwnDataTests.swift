import Foundation
import Kernels
import TestSupport
import Testing

@testable import Datasets

/// Own data as readers see them: tables, labels, scales and sizes.
@Suite struct OwnDataTests {
  private func table(_ text: String, _ change: (inout FilesSettings) -> Void = { _ in }) throws -> OwnImages {
    let folder = try TemporaryFolder()
    try folder.write([UInt8](text.utf8), "a.csv")
    var settings = FilesSettings(train: "\(folder.path)/a.csv")
    change(&settings)
    return try OwnImages.read(.train, settings)
  }

  private func numbers(_ images: OwnImages) -> [Float] {
    guard case .numbers(let numbers) = images.values else { return [] }
    return numbers
  }

  @Test func cellsInQuotesAndEveryLineEnd() throws {
    let images = try table("\"a\";\"the \"\"label\"\"\";b\r\n1;\"x;\ny\";-2.5e1\r\n\r\n  3 ;z; 4") {
      $0.labels = "the \"label\""
    }
    #expect(images.shape == ImageShape(channels: 2, rows: 1, columns: 1))
    #expect(numbers(images) == [1, -25, 3, 4])
    #expect(images.labels.words == ["x;\ny", "z"])
    #expect(images.labels.place(1) == "line 5")
  }

  /// The only column of words, without a header; and the index that pandas writes.
  @Test func theColumnOfLabelsIsFound() throws {
    #expect(try table("5.1,3.5,setosa\n4.9,3,virginica\n").labels.words == ["setosa", "virginica"])
    let indexed = try table(",width,class\n0,1.5,3.0\n1,2.5,4.0\n")
    #expect(indexed.labels.words == ["3", "4"])
    #expect(numbers(indexed) == [1.5, 2.5])
    #expect(try table("1,2,3\n4,5,6\n") { $0.labels = "2" }.labels.words == ["3", "6"])
  }

  @Test func columnsOfPixelsAreImages() throws {
    #expect(
      try table("label,pixel0,pixel1,pixel2,pixel3\n1,0,0,0,9\n").shape == ImageShape(channels: 1, rows: 2, columns: 2))
    #expect(try table("label,1x1,1x2,1x3,2x1,2x2,2x3\n1,0,0,0,9,1,1\n").shape == ImageShape(channels: 1, rows: 2, columns: 3))
    #expect(try table("label,pixel0,pixel1,pixel2\n1,0,0,0\n").shape == ImageShape(channels: 3, rows: 1, columns: 1))
  }

  /// Numbers from 10 on come after 9, words by their letters; a class keeps its place whatever the test part holds.
  @Test func classesAreInOrder() throws {
    #expect(try OwnLabels(words: ["10", "9", "1"], source: "").classNames() == ["1", "9", "10"])
    let names = try OwnLabels(words: ["dog", "cat", "dog"], source: "").classNames()
    #expect(names == ["cat", "dog"])
    #expect(try OwnLabels(words: ["dog", "1", "0"], source: "").numbered(by: names) == [1, 1, 0])
    #expect(try OwnLabels(words: ["9", "10"], source: "").numbered(by: ["1", "9", "10"]) == [1, 2])
    #expect(
      message { _ = try OwnLabels(words: ["cow"], source: "f").numbered(by: names) }.hasPrefix("f: record 0: the label `cow`"))
  }

  /// Whole numbers up to 255 are pixels in images alone, and not where all are 0 or 1.
  @Test func scalesAreFoundAndApplied() {
    let image = ImageShape(channels: 1, rows: 2, columns: 1)
    let features = ImageShape(channels: 2, rows: 1, columns: 1)
    #expect(OwnImages.Values.numbers([0, 255]).scale(shape: image) == 255)
    #expect(OwnImages.Values.numbers([0, 255]).scale(shape: features) == 1)
    #expect(OwnImages.Values.numbers([0, 1]).scale(shape: image) == 1)
    #expect(OwnImages.Values.numbers([0, 0.5]).scale(shape: image) == 1)
    #expect(OwnImages.Values.bytes([0, 1]).scale(shape: features) == 255)
    let bytes = OwnImages.Values.numbers([3, 255]).store(scale: 255)
    #expect(bytes.type == .byte && Array(bytes.pixels) == [3, 255])
    let shares = OwnImages.Values.numbers([300, 3]).store(scale: 255)
    #expect(shares.type == .float && shares.pixels.float(0) == 300 / 255)
  }

  @Test func imagesAreFramedInZeros() throws {
    let image = try LabelledImages(
      shape: ImageShape(channels: 1, rows: 1, columns: 2), classes: 1, pixels: [7, 9], labels: [0], source: "test")
    #expect(Array(try image.resized(rows: 2, columns: 5).pixels) == [0, 7, 9, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(try image.resized(rows: 3, columns: 1).pixels) == [0, 8, 0])
  }

  /// Numbers go through the sampler as bytes do: channels innermost, mirrored, normalised.
  @Test func numbersAreSampledAsBytesAre() throws {
    let shape = ImageShape(channels: 2, rows: 3, columns: 4)
    let asBytes = try images(5, shape: shape)
    let asNumbers = try LabelledImages(
      shape: shape, classes: 3, pixels: ByteStore(floats: asBytes.pixels.map { Float($0) / 255 }), pixelType: .float,
      labels: asBytes.labels, source: "test")
    let normalisation = Normalisation(mean: [0.25, 0.5], deviation: [0.5, 2])
    let augmentation = Augmentation(flip: true, crop: .init(padding: 1, mode: .edge))
    var results: [[Float]] = []
    for set in [asBytes, asNumbers] {
      let sampler = try ImageSampler(images: set, normalisation: normalisation, augmentation: augmentation, seed: 3)
      var (pixels, labels) = ([Float](), [Int]())
      sampler.load([0, 3, 4, 1][...], epoch: 2, into: &pixels, labels: &labels)
      results.append(pixels)
    }
    #expect(results[0] == results[1])
  }

  @Test func heldOutImagesAreTheSameForEverySeed() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<40).map { "\($0 % 4 == 0 ? "rare" : "common"),\($0)" }.joined(separator: "\n")
    try folder.write([UInt8](("label,x\n" + rows).utf8), "a.csv")
    var settings = DatasetSettings(name: .files)
    settings.files = FilesSettings(train: "\(folder.path)/a.csv")
    settings.files.testShare = 0.25
    settings = try settings.surveyed()
    #expect(settings.files.classNames == ["common", "rare"])
    let dataset = try Dataset.load(settings)
    #expect(dataset.train.count == 30 && dataset.test.count == 10)
    #expect(dataset.test.labels.count { $0 == 1 } == 2)
    func values(_ images: LabelledImages) -> [Float] { (0..<images.count).map { images.pixels.float($0) } }
    #expect((values(dataset.train) + values(dataset.test)).sorted() == (0..<40).map { Float($0) })
  }
}
