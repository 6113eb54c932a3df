import Kernels
import Testing

@testable import Datasets

@Suite struct ImageSamplerTests {
  let colour = ImageShape(channels: 3, rows: 4, columns: 5)
  let everything = Augmentation(flip: true, crop: Augmentation.Crop(padding: 2, mode: .edge))

  private func load(_ sampler: ImageSampler, _ indices: [Int], epoch: Int = 0) -> (pixels: [Float], labels: [Int]) {
    var pixels = [Float]()
    var labels = [Int]()
    sampler.load(indices[...], epoch: epoch, into: &pixels, labels: &labels)
    return (pixels, labels)
  }

  @Test func channelsComeInnermostAndNormalised() throws {
    let shape = ImageShape(channels: 2, rows: 1, columns: 2)
    let source = try LabelledImages(
      shape: shape, classes: 2, pixels: [0, 255, 51, 102, 255, 0, 204, 153], labels: [1, 0], source: "test")
    let sampler = try ImageSampler(
      images: source, normalisation: Normalisation(mean: [0.5, 0], deviation: [0.5, 2]), seed: 0)
    let found = load(sampler, [1, 0])
    #expect(found.pixels == [1, 0.4, -1, 0.3, -1, 0.1, 1, 0.2])
    #expect(found.labels == [0, 1])
  }

  /// Every draw of a crop of padding 1, against the padded image written out by hand.
  @Test(arguments: [
    (
      Augmentation.PaddingMode.edge,
      [1, 1, 2, 3, 3, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8, 9, 9, 7, 7, 8, 9, 9]
    ),
    (.zero, [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0]),
    (.reflect, [5, 4, 5, 6, 5, 2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 8, 7, 8, 9, 8, 5, 4, 5, 6, 5]),
  ])
  func cropAndFlipAgainstAHandMadePadding(mode: Augmentation.PaddingMode, padded: [Int]) throws {
    let shape = ImageShape(channels: 1, rows: 3, columns: 3)
    let source = try LabelledImages(shape: shape, classes: 1, pixels: Array(1...9), labels: [0], source: "test")
    let augmentation = Augmentation(flip: true, crop: Augmentation.Crop(padding: 1, mode: mode))
    let sampler = try ImageSampler(images: source, normalisation: .unit(channels: 1), augmentation: augmentation, seed: 5)
    var met = Set<Int>()
    for epoch in 0..<400 {
      let draw = augmentation.draw(image: 0, epoch: epoch, pixels: 9, generator: Philox(seed: 5, .augmentation))
      let expected = (0..<9).map { place in
        let (row, column) = (place / 3, draw.flip ? 2 - place % 3 : place % 3)
        return Float(padded[(row + draw.row) * 5 + column + draw.column]) / 255
      }
      #expect(load(sampler, [0], epoch: epoch).pixels == expected)
      met.insert(draw.row * 6 + draw.column * 2 + (draw.flip ? 1 : 0))
    }
    #expect(met.count == 18, "all 3 × 3 windows, mirrored and not")
  }

  /// A square of zeros, cut at the borders, hides each pixel as often as squares of its side reach it; nothing else changes.
  @Test(arguments: [1, 2, 3, 5]) func cutoutHidesASquare(_ side: Int) throws {
    let source = try images(1, shape: colour)
    let everything = Augmentation(flip: true, crop: Augmentation.Crop(padding: 2), cutout: side)
    var without = everything
    without.cutout = 0
    let cut = try ImageSampler(images: source, normalisation: .cifar10, augmentation: everything, seed: 5)
    let whole = try ImageSampler(images: source, normalisation: .cifar10, augmentation: without, seed: 5)
    let generator = Philox(seed: 5, .augmentation)
    var met = Set<Int>()
    for epoch in 0..<400 {
      let draw = everything.draw(image: 0, epoch: epoch, pixels: 20, generator: generator)
      var plain = draw
      plain.hole = nil
      #expect(plain == without.draw(image: 0, epoch: epoch, pixels: 20, generator: generator))
      let hole = try #require(draw.hole)
      met.insert(hole)
      var expected = load(whole, [0], epoch: epoch).pixels
      for pixel in 0..<20 {
        let (down, right) = (pixel / 5 - hole / 5 + side / 2, pixel % 5 - hole % 5 + side / 2)
        guard (0..<side).contains(down), (0..<side).contains(right) else { continue }
        for channel in 0..<3 { expected[pixel * 3 + channel] = 0 }
      }
      #expect(load(cut, [0], epoch: epoch).pixels == expected)
    }
    #expect(met == Set(0..<20))
  }

  @Test func drawsAreUniform() {
    let generator = Philox(seed: 11, .augmentation)
    let crop = Augmentation(flip: true, crop: Augmentation.Crop(padding: 4))
    var rows = [Int](repeating: 0, count: 9)
    var columns = rows
    var flips = 0
    for image in 0..<9000 {
      let draw = crop.draw(image: image, epoch: 3, pixels: 1, generator: generator)
      rows[draw.row] += 1
      columns[draw.column] += 1
      flips += draw.flip ? 1 : 0
    }
    // Six standard deviations of a binomial count.
    #expect(rows.allSatisfy { abs($0 - 1000) < 180 })
    #expect(columns.allSatisfy { abs($0 - 1000) < 180 })
    #expect(abs(flips - 4500) < 285)
  }

  @Test func batchDoesNotDependOnItsDivision() throws {
    let source = try images(12, shape: colour)
    let sampler = try ImageSampler(images: source, normalisation: .cifar10, augmentation: everything, seed: 9)
    let order = EpochOrder(seed: 9, epoch: 4, count: 12)
    let whole = load(sampler, order.indices, epoch: 4)
    for ranks in [2, 3, 4, 6, 12] {
      let parts = (0..<ranks).map { load(sampler, Array(order.batch($0, of: 12 / ranks)), epoch: 4) }
      #expect(parts.flatMap(\.pixels) == whole.pixels, "\(ranks) ranks")
      #expect(parts.flatMap(\.labels) == whole.labels, "\(ranks) ranks")
    }
  }

  @Test func augmentationBelongsToTheImageNotToItsPlaceInTheSelection() throws {
    let source = try images(12, shape: colour)
    func sampler(_ selection: [Int]?) throws -> ImageSampler {
      try ImageSampler(images: source, selection: selection, normalisation: .cifar10, augmentation: everything, seed: 9)
    }
    #expect(load(try sampler([7, 3]), [1], epoch: 2) == load(try sampler(nil), [3], epoch: 2))
  }

  @Test func epochsAndSeedsDiffer() throws {
    let source = try images(12, shape: colour)
    func pixels(seed: UInt64, epoch: Int) throws -> [Float] {
      let sampler = try ImageSampler(images: source, normalisation: .cifar10, augmentation: everything, seed: seed)
      return load(sampler, Array(0..<12), epoch: epoch).pixels
    }
    #expect(try pixels(seed: 1, epoch: 0) == pixels(seed: 1, epoch: 0))
    #expect(try pixels(seed: 1, epoch: 0) != pixels(seed: 1, epoch: 1))
    #expect(try pixels(seed: 1, epoch: 0) != pixels(seed: 2, epoch: 0))
  }

  @Test func evaluationIsTheSameInEveryEpoch() throws {
    let sampler = try ImageSampler(images: try images(4, shape: colour), normalisation: .cifar10, seed: 1)
    #expect(load(sampler, [0, 1, 2, 3], epoch: 0) == load(sampler, [0, 1, 2, 3], epoch: 7))
  }

  @Test func longerArraysAreReusedAndLeftAloneBeyond() throws {
    let sampler = try ImageSampler(images: try images(4, shape: colour), normalisation: .cifar10, seed: 1)
    var pixels = [Float](repeating: 77, count: 61)
    var labels = [77, 77]
    sampler.load([2][...], epoch: 0, into: &pixels, labels: &labels)
    #expect(pixels[60] == 77)
    #expect(labels == [2, 77])
    #expect(Array(pixels.prefix(60)) == load(sampler, [2]).pixels)
  }

  /// The values come from a second implementation in another language. Any change of order, draws or normalisation changes
  /// them, and with them the bits of every result published with this program.
  @Test func goldenBatch() throws {
    let source = try images(64, shape: ImageShape(channels: 3, rows: 32, columns: 32), classes: 10)
    let augmentation = Augmentation(flip: true, crop: Augmentation.Crop(padding: 4, mode: .edge))
    let sampler = try ImageSampler(images: source, normalisation: .cifar10, augmentation: augmentation, seed: 2024)
    let order = EpochOrder(seed: 2024, epoch: 1, count: 64)
    #expect(order.indices.prefix(8) == [27, 4, 56, 59, 21, 20, 25, 50])
    #expect(crc(load(sampler, Array(order.batch(0, of: 16)), epoch: 1).pixels) == 2_071_085_024)
    let plain = try ImageSampler(images: source, normalisation: .cifar10, seed: 2024)
    #expect(crc(load(plain, Array(0..<16)).pixels) == 1_435_677_985)
  }

  @Test func impossibleSettingsAreNamed() throws {
    let source = try images(4, shape: colour)
    #expect(
      message { _ = try ImageSampler(images: source, normalisation: .unit(channels: 1), seed: 0) }
        == "data.normalisation.mean: expected 3 finite numbers, one a channel, found [0.0]")
    let flat = Normalisation(mean: [0, 0, 0], deviation: [1, 0, 1])
    #expect(
      message { _ = try ImageSampler(images: source, normalisation: flat, seed: 0) }
        == "data.normalisation.deviation: expected 3 numbers above 0, one a channel, found [1.0, 0.0, 1.0]")
    let wide = Augmentation(crop: Augmentation.Crop(padding: 4, mode: .reflect))
    #expect(
      message { _ = try ImageSampler(images: source, normalisation: .cifar10, augmentation: wide, seed: 0) }
        == "data.augmentation.crop.padding: expected 0 to 3 for 4×5 images in mode reflect, found 4")
    let large = Augmentation(cutout: 6)
    #expect(
      message { _ = try ImageSampler(images: source, normalisation: .cifar10, augmentation: large, seed: 0) }
        == "data.augmentation.cutout: expected 0 to 5 for 4×5 images, found 6")
  }
}
