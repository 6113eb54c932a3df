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

  @Test(.enabled(if: isHere(.cifar10), "CIFAR-10 is not here"))
  func cifar10() throws {
    let dataset = try load(.cifar10, train: 50_000, test: 10_000, balanced: true)
    #expect(dataset.train.labels.prefix(5) == [6, 9, 9, 4, 1])
    #expect(crc(Array(dataset.train.pixels)) == 3_798_869_581)
  }

  @Test(.enabled(if: isHere(.cifar100), "CIFAR-100 is not here"))
  func cifar100() throws { _ = try load(.cifar100, train: 50_000, test: 10_000, balanced: true) }

  @Test(.enabled(if: isHere(.mnist), "MNIST is not here"))
  func mnist() throws {
    let dataset = try load(.mnist, train: 60_000, test: 10_000, balanced: false)
    #expect(dataset.train.labels.prefix(5) == [5, 0, 4, 1, 9])
    #expect(crc(Array(dataset.train.pixels)) == 4_083_391_318)
  }

  @Test(.enabled(if: isHere(.fashionMNIST), "Fashion-MNIST is not here"))
  func fashionMNIST() throws {
    let dataset = try load(.fashionMNIST, train: 60_000, test: 10_000, balanced: true)
    #expect(dataset.train.labels.prefix(5) == [9, 0, 0, 3, 0])
    #expect(crc(Array(dataset.train.pixels)) == 2_925_911_245)
  }
}
