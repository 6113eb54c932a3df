import Kernels
import Testing

@testable import Datasets

@Suite struct SyntheticTests {
  let settings = DatasetSettings(
    name: .synthetic, validation: 30,
    synthetic: SyntheticSettings(shape: ImageShape(channels: 2, rows: 6, columns: 9), classes: 5, train: 100, test: 50))

  @Test func shapeAndClassesAreKnownWithoutDrawing() {
    #expect(settings.shape == ImageShape(channels: 2, rows: 6, columns: 9))
    #expect(settings.classes == 5)
    #expect(settings.description.classNames.count == 5)
  }

  @Test func isDeterministicAndDependsOnItsSeed() throws {
    let one = try Dataset.load(settings)
    #expect(one.train.count == 100 && one.test.count == 50 && one.folder == nil)
    #expect(try Dataset.load(settings).train == one.train)
    var other = settings
    other.synthetic.seed = 1
    #expect(try Dataset.load(other).train.pixels != one.train.pixels)
    #expect(!one.train.pixels.prefix(5400).elementsEqual(one.test.pixels))
  }

  /// The class must be in the pixels, and be the same in both parts: the mean of each class classifies the test part.
  @Test func classesCanBeLearned() throws {
    let dataset = try Dataset.load(settings)
    let size = dataset.shape.size
    func image(_ number: Int, of part: LabelledImages) -> [Int] {
      part.pixels[number * size..<(number + 1) * size].map { Int($0) }
    }
    func distance(_ first: [Int], _ second: [Int]) -> Int { zip(first, second).reduce(0) { $0 + abs($1.0 - $1.1) } }
    let means = (0..<5).map { label in
      let members = (0..<100).filter { Int(dataset.train.labels[$0]) == label }
      let sums = members.reduce([Int](repeating: 0, count: size)) { zip($0, image($1, of: dataset.train)).map(+) }
      return sums.map { $0 / members.count }
    }
    let right = (0..<50).count { number in
      let found = image(number, of: dataset.test)
      return means.indices.min { distance(found, means[$0]) < distance(found, means[$1]) } == Int(dataset.test.labels[number])
    }
    #expect(right == 50)
  }

  @Test func samplersDivideIt() throws {
    let samplers = try DatasetSamplers(try Dataset.load(settings), settings: settings, seed: 3)
    let counts = [samplers.training, samplers.validation, samplers.test].map(\.count)
    #expect(counts == [70, 30, 50])
    #expect(Set(samplers.training.selection).isDisjoint(with: samplers.validation.selection))
  }

  @Test(arguments: [
    (ImageShape(channels: 0, rows: 8, columns: 8), 4, 10, "data.synthetic.channels: expected 1 to 65536, found 0"),
    (ImageShape(channels: 1, rows: 8, columns: -1), 4, 10, "data.synthetic.columns: expected 1 to 4096, found -1"),
    (ImageShape(channels: 65_536, rows: 4096, columns: 4096), 4, 10, "data.synthetic: expected images of at most"),
    (ImageShape(channels: 1, rows: 8, columns: 8), 257, 10, "data.synthetic.classes: expected 2 to 256, found 257"),
    (ImageShape(channels: 1, rows: 8, columns: 8), 4, 0, "data.synthetic.train: expected 1 to 16777216, found 0"),
  ])
  func impossibleSettingsAreNamed(shape: ImageShape, classes: Int, train: Int, expected: String) {
    let settings = DatasetSettings(
      name: .synthetic, synthetic: SyntheticSettings(shape: shape, classes: classes, train: train))
    #expect(message { _ = try Dataset.load(settings) }.hasPrefix(expected))
  }
}
