import Kernels

/// Images and labels as ±1 spins.
struct BinaryImages {
  private let layout: BoltzmannLayout
  private let philox: Philox

  /// - Parameter member: 0 in training, 1 in evaluations, so that what is drawn differs.
  init(_ layout: BoltzmannLayout, seed: UInt64, member: Int) {
    self.layout = layout
    philox = Philox(seed: seed &+ UInt64(member) << 32, .binarisation)
  }

  /// The visible spins of one of some images, and of its label if labels are learned.
  ///
  /// - Parameters:
  ///   - pixels: from 0 to 1, image after image.
  ///   - label: `nil`: of the image alone.
  ///   - number: by which pixels are drawn.
  func spins(_ pixels: [Float], sample: Int, label: Int?, number: Int) -> [Int8] {
    let size = layout.pixelCount
    let image = pixels[sample * size..<(sample + 1) * size]
    var spins: [Int8]
    switch layout.description.binarisation {
    case .threshold: spins = image.map { $0 > 0.5 ? 1 : -1 }
    case .sampled:
      spins = []
      spins.reserveCapacity(layout.visibleCount)
      let counter = SIMD2(UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32))
      var drawn = SIMD4<UInt32>()
      for (pixel, value) in image.enumerated() {
        if pixel % 4 == 0 { drawn = philox.block(SIMD4(UInt32(pixel / 4), counter.x, counter.y, 0)) }
        spins.append((Float(drawn[pixel % 4] >> 8) + 0.5) * 0x1p-24 < value ? 1 : -1)
      }
    }
    guard let label else { return spins }
    let description = layout.description
    for number in 0..<description.classes {
      spins += [Int8](repeating: number == label ? 1 : -1, count: description.spinsPerClass)
    }
    return spins
  }
}
