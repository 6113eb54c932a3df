import Kernels
import MPI
import Networks
import Testing

@testable import Learning

extension AcrossRanks {
  @Suite struct PatchWhiteningTests {
    init() throws { _ = try AcrossRanks.environment.get() }

    private func trainer(whitens: Bool, _ change: (inout LearningSettings) -> Void = { _ in }) throws -> Trainer {
      try Problem("whitening") {
        $0.whitensPatches = whitens
        $0.optimiser.momentum = 0
        change(&$0)
      }.trainer(over: .selfOnly)
    }

    /// A step of gradient descent with v moves w by M⁻¹ times the step without, M being the second moments of the patches.
    @Test func stepIsThatOfWhitePatches() throws {
      let (plain, white) = (try trainer(whitens: false), try trainer(whitens: true))
      let before = plain.network.parameters.elements
      _ = try (plain.step(), white.step())
      let weight = plain.hopfield.layout.edges[0].weight
      let size = weight.shape.dropFirst().reduce(1, *)
      let moments = momentsOfPatches(size: size)
      for post in 0..<weight.shape[0] {
        func moved(_ trainer: Trainer, _ element: Int) -> Double {
          let place = weight.position(post * size + element)
          return Double(trainer.network.parameters[place] - before[place])
        }
        let scale = (0..<size).map { abs(moved(plain, $0)) }.max()!
        for i in 0..<size {
          let product = (0..<size).reduce(0) { $0 + moments[i][$1] * moved(white, $1) }
          #expect(abs(product - moved(plain, i)) < 1e-3 * scale)
        }
      }
      // What sees no image moves as it did.
      let other = plain.hopfield.layout.edges[1].weight.position(0)
      #expect(white.network.parameters[other] == plain.network.parameters[other])
    }

    /// Of all 3×3 patches that tile the 6×6 images, with the pixel's sums written out, and the ridge.
    private func momentsOfPatches(size: Int) -> [[Double]] {
      let images = PatternImages()
      var (pixels, labels) = ([Float](), [Int]())
      images.load(images.order(epoch: 0)[...], epoch: 0, into: &pixels, labels: &labels)
      var moments = Array(repeating: Array(repeating: 0.0, count: size), count: size)
      for image in 0..<images.count {
        for corner in [(0, 0), (0, 3), (3, 0), (3, 3)] {
          var patch: [Double] = []
          for channel in 0..<2 {
            for row in 0..<3 {
              for column in 0..<3 {
                patch.append(Double(pixels[((image * 6 + corner.0 + row) * 6 + corner.1 + column) * 2 + channel]))
              }
            }
          }
          for i in 0..<size { for j in 0..<size { moments[i][j] += patch[i] * patch[j] / Double(4 * images.count) } }
        }
      }
      let mean = (0..<size).reduce(0) { $0 + moments[$1][$1] } / Double(size)
      for i in 0..<size { moments[i][i] += 1e-3 * mean }
      return moments
    }

    @Test func boundedWeightsAreRefused() throws {
      #expect(throws: TrainingError.self) { try trainer(whitens: true) { $0.optimiser.bound = 1 } }
    }
  }
}
