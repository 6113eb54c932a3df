import Foundation
import Kernels

/// Fields of independent spins whose means are those of images and labels: where a machine begins, and runs of annealed importance sampling.
struct VisibleMeans {
  private let layout: BoltzmannLayout
  private let images: BinaryImages

  init(_ layout: BoltzmannLayout, _ images: BinaryImages) {
    self.layout = layout
    self.images = images
  }

  /// `h` with `tanh h` the mean of the spin, counting one image more in which it is up and one in which it is down. One a visible spin.
  func fields(of source: any TrainingImages) -> [Float] {
    var (pixels, labels): ([Float], [Int]) = ([], [])
    var up = [Int](repeating: 0, count: layout.visibleCount)
    let (count, together) = (source.count, 64)
    for first in stride(from: 0, to: count, by: together) {
      let part = first..<min(first + together, count)
      source.load(Array(part)[...], epoch: 0, into: &pixels, labels: &labels)
      for sample in 0..<part.count {
        let spins = images.spins(pixels, sample: sample, label: labels[sample], number: first + sample)
        for (index, spin) in spins.enumerated() where spin > 0 { up[index] += 1 }
      }
    }
    return up.map { Float(0.5 * log(Double($0 + 1) / Double(count - $0 + 1))) }
  }
}

extension BoltzmannLayout {
  /// Sets the fields of visible spins so that without couplings the machine would have the means of some images and labels.
  package func beginFields(_ parameters: AlignedBuffer<Float>, like source: any TrainingImages, seed: UInt64) {
    let means = VisibleMeans(self, BinaryImages(self, seed: seed, member: 0))
    for (spin, field) in means.fields(of: source).enumerated() { parameters[fields.offset + spin] = field }
  }
}
