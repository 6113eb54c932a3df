import Testing

@testable import Datasets

/// The real files, where this machine has them.
@Suite struct PublishedDataTests {
  private static func isHere(_ name: DatasetName) -> Bool {
    (try? DatasetSearch.standard().locate(.of(name))) != nil
  }

  /// Loads `name` and checks the counts that its authors give: all classes are of one size in the test part, if `balanced`.
  private func load(_ name: DatasetName, train: Int, test: Int, balanced: Bool) throws -> Dataset {
    let dataset = try Dataset.load(DatasetSettings(name: name))
    #expect(dataset.train.count == train)
    #expect(dataset.test.count == test)
    #expect(dataset.classNames.count == dataset.classes)
    let counts = (0..<dataset.classes).map { label in dataset.test.labels.count { Int($0) == label } }
    #expect(!balanced || counts.allSatisfy { $0 == test / dataset.classes })
    return dataset
  }

  /// The mean of all pixels of each channel, 0 to 1.
  private func means(_ images: LabelledImages) -> [Double] {
    let shape = images.shape
    var sums = [Int](repeating: 0, count: shape.channels)
    for image in 0..<images.count {
      for channel in 0..<shape.channels {
        let start = image * shape.size + channel * shape.planeSize
        sums[channel] += images.pixels[start..<start + shape.planeSize].reduce(0) { $0 + Int($1) }
      }
    }
    return sums.map { Double($0) / Double(255 * images.count * shape.planeSize) }
  }

  @Test(.enabled(if: isHere(.cifar10), "CIFAR-10 is not here"))
  func cifar10() throws {
    let dataset = try load(.cifar10, train: 50_000, test: 10_000, balanced: true)
    #expect(dataset.train.labels.prefix(5) == [6, 9, 9, 4, 1])
    for (found, expected) in zip(means(dataset.train), [0.4914, 0.4822, 0.4465]) { #expect(abs(found - expected) < 1e-4) }
  }

  @Test(.enabled(if: isHere(.cifar100), "CIFAR-100 is not here"))
  func cifar100() throws { _ = try load(.cifar100, train: 50_000, test: 10_000, balanced: true) }

  @Test(.enabled(if: isHere(.mnist), "MNIST is not here"))
  func mnist() throws {
    let dataset = try load(.mnist, train: 60_000, test: 10_000, balanced: false)
    #expect(dataset.train.labels.prefix(5) == [5, 0, 4, 1, 9])
    #expect(abs(means(dataset.train)[0] - 0.1307) < 1e-4)
  }

  @Test(.enabled(if: isHere(.fashionMNIST), "Fashion-MNIST is not here"))
  func fashionMNIST() throws {
    let dataset = try load(.fashionMNIST, train: 60_000, test: 10_000, balanced: true)
    #expect(dataset.train.labels.prefix(5) == [9, 0, 0, 3, 0])
    #expect(abs(means(dataset.train)[0] - 0.2860) < 1e-4)
  }
}
