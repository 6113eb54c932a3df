import Testing

@testable import Kernels

/// Derivatives of the local rules, from the spins that they gave.
@Suite struct SpinDerivativeTests {
  private static let shape = PlaneShape(channels: 3, rows: 2, columns: 2, halo: 1)

  @Test(arguments: [
    (LocalRule.clamp, [Float(0), 0.25, 1], [Float(0), 1, 0]), (.halfClamp, [0, 0.25, 1], [0, 0.5, 0]),
    (.sigmoid, [0.5, 0.25, 1], [0.25, 0.1875, 0]), (.relu6, [0, 2, 6], [0, 1, 0]), (.tanh, [0, 0.5, -1], [1, 0.75, 0]),
    (.linear, [0, 5, -5], [1, 1, 1]),
  ])
  func derivativesAreThoseOfTheRule(_ rule: LocalRule, spins: [Float], slopes: [Float]) {
    let planes = SpinPlanes(shape: Self.shape, capacity: 2)
    let field = AlignedBuffer<Float>(count: 2 * Self.shape.fieldCount)
    for sample in 0..<2 {
      for pixel in 0..<4 {
        for channel in 0..<3 {
          planes[sample, channel, pixel / 2, pixel % 2] = spins[channel]
          field[(sample * 4 + pixel) * 16 + channel] = Float(1 + sample + pixel)
        }
      }
    }
    let result = SpinPlanes(shape: Self.shape, capacity: 2)
    result.assign(derivativeOf: rule, at: planes, times: field, samples: 2)
    for sample in 0..<2 {
      for pixel in 0..<4 {
        for channel in 0..<3 {
          #expect(result[sample, channel, pixel / 2, pixel % 2] == slopes[channel] * Float(1 + sample + pixel))
        }
      }
    }
  }

  @Test func sumsAndDifferencesUndoEachOther() {
    let planes = SpinPlanes(shape: Self.shape, capacity: 1)
    let field = AlignedBuffer<Float>(count: Self.shape.fieldCount)
    for pixel in 0..<4 {
      planes[0, 1, pixel / 2, pixel % 2] = Float(pixel)
      field[pixel * 16 + 1] = 8
    }
    let sum = SpinPlanes(shape: Self.shape, capacity: 1)
    sum.assign(planes, plus: field, samples: 1)
    #expect(sum[0, 1, 1, 1] == 11)
    let difference = AlignedBuffer<Float>(count: Self.shape.fieldCount)
    sum.difference(from: planes, into: difference, samples: 1)
    #expect(difference.elements == field.elements)
  }
}
