import Testing

@testable import Datasets

@Suite struct EpochOrderTests {
  @Test(arguments: [0, 1, 2, 7, 1000]) func isAPermutation(count: Int) {
    #expect(EpochOrder(seed: 3, epoch: 2, count: count).indices.sorted() == Array(0..<count))
  }

  @Test func dependsOnSeedAndEpochAlone() {
    #expect(EpochOrder(seed: 3, epoch: 2, count: 100) == EpochOrder(seed: 3, epoch: 2, count: 100))
    #expect(EpochOrder(seed: 3, epoch: 2, count: 100) != EpochOrder(seed: 3, epoch: 1, count: 100))
    #expect(EpochOrder(seed: 3, epoch: 2, count: 100) != EpochOrder(seed: 4, epoch: 2, count: 100))
  }

  @Test func everyPermutationIsAsLikely() {
    var counts = [[Int]: Int]()
    for epoch in 0..<6000 { counts[EpochOrder(seed: 1, epoch: epoch, count: 3).indices, default: 0] += 1 }
    #expect(counts.count == 6)
    // Six standard deviations of a binomial count.
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 174 })
  }

  @Test func batchesCoverTheOrder() {
    let order = EpochOrder(seed: 3, epoch: 0, count: 10)
    #expect(order.batches(of: 4) == 3)
    #expect((0..<3).flatMap { order.batch($0, of: 4) } == order.indices)
    #expect(order.batch(2, of: 4).count == 2)
    #expect(EpochOrder(inOrder: 3).indices == [0, 1, 2])
  }
}

@Suite struct TrainingSplitTests {
  /// 60 of class 0, 30 of class 1, 10 of class 2, mixed.
  let labels = (0..<100).map { UInt8($0 % 10 < 6 ? 0 : $0 % 10 < 9 ? 1 : 2) }

  private func counts(_ images: [Int]) -> [Int] { (0..<3).map { label in images.count { labels[$0] == label } } }

  @Test func isDisjointAndCovers() throws {
    let split = try TrainingSplit(labels: labels, validation: 20, limit: nil, seed: 7)
    #expect((split.training + split.validation).sorted() == Array(0..<100))
    #expect(split.validation.count == 20)
  }

  @Test(arguments: [0, 1, 10, 15, 20, 37, 99]) func isStratified(validation: Int) throws {
    let split = try TrainingSplit(labels: labels, validation: validation, limit: nil, seed: 7)
    #expect(split.validation.count == validation)
    for (found, share) in zip(counts(split.validation), [0.6, 0.3, 0.1]) {
      #expect(abs(Double(found) - share * Double(validation)) < 1)
    }
  }

  @Test func limitKeepsClassesAndValidation() throws {
    let whole = try TrainingSplit(labels: labels, validation: 20, limit: nil, seed: 7)
    let limited = try TrainingSplit(labels: labels, validation: 20, limit: 40, seed: 7)
    #expect(limited.validation == whole.validation)
    #expect(counts(limited.training) == [24, 12, 4])
    #expect(Set(limited.training).isSubset(of: whole.training))
    #expect(try TrainingSplit(labels: labels, validation: 20, limit: 1000, seed: 7) == whole)
  }

  @Test func dependsOnTheSeed() throws {
    let one = try TrainingSplit(labels: labels, validation: 20, limit: nil, seed: 7)
    #expect(try TrainingSplit(labels: labels, validation: 20, limit: nil, seed: 7) == one)
    #expect(try TrainingSplit(labels: labels, validation: 20, limit: nil, seed: 8) != one)
  }

  /// Training images are the first of each class in the file, validation images the last, whatever the seed and the other's number.
  @Test func theFirstOfAFile() throws {
    func split(validation: Int, limit: Int? = nil, perClass: Int? = nil, seed: UInt64 = 7) throws -> TrainingSplit {
      try TrainingSplit(
        labels: labels, validation: validation, limit: limit, limitPerClass: perClass, selection: .first, seed: seed)
    }
    let first = try split(validation: 20, perClass: 2)
    #expect(first.training == [0, 1, 6, 7, 9, 19])
    #expect(first.validation == Array(80..<100))
    #expect(try split(validation: 0, perClass: 2, seed: 8).training == first.training)
    #expect(try split(validation: 20, limit: 10).training == Array(0..<10))
    #expect(try TrainingSplit(labels: labels, validation: 20, limit: nil, limitPerClass: 2, seed: 7) != first)
    #expect(try TrainingSplit(labels: labels, testPerClass: 1, selection: .first, seed: 7).training == [0, 6, 9])
  }

  @Test func somethingIsLeftToLearnFrom() {
    #expect(
      message { _ = try TrainingSplit(labels: labels, validation: 100, limit: nil, seed: 7) }
        == "data.validation: expected 0 to 99 of 100 training images, found 100")
    #expect(
      message { _ = try TrainingSplit(labels: labels, validation: 0, limit: 0, seed: 7) }
        == "data.limit: expected 1 or more, found 0")
  }
}
