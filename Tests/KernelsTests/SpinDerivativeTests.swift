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
    sum.assign(planes, plus: field, within: 0...20, samples: 1)
    #expect(sum[0, 1, 1, 1] == 11)
    let difference = AlignedBuffer<Float>(count: Self.shape.fieldCount)
    sum.difference(from: planes, into: difference, samples: 1)
    #expect(difference.elements == field.elements)
    sum.assign(planes, plus: field, within: 8.5...10, samples: 1)
    #expect((0..<4).map { sum[0, 1, $0 / 2, $0 % 2] } == [8.5, 9, 10, 10])
  }

  /// A response moves part of the way to the slope times its field, by the kernels of every instruction set alike.
  @Test(arguments: [
    (LocalRule.clamp, [Float(0), 0.25, 1], [Float(0), 1, 0]), (.halfClamp, [0, 0.25, 1], [0, 0.5, 0]),
    (.sigmoid, [0.5, 0.25, 1], [0.25, 0.1875, 0]), (.relu6, [0, 2, 6], [0, 1, 0]), (.tanh, [0, 0.5, -1], [1, 0.75, 0]),
    (.linear, [0, 5, -5], [1, 1, 1]),
  ])
  func responsesFollowTheSlope(_ rule: LocalRule, spins: [Float], slopes: [Float]) {
    let planes = SpinPlanes(shape: Self.shape, capacity: 4)
    let (drive, topDown) = (
      AlignedBuffer<Float>(count: 2 * Self.shape.fieldCount), AlignedBuffer<Float>(count: 2 * Self.shape.fieldCount)
    )
    var expected: [Float] = []
    var (moved, size) = (0.0, 0.0)
    for sample in 0..<2 {
      for pixel in 0..<4 {
        for channel in 0..<3 {
          planes[sample + 2, channel, pixel / 2, pixel % 2] = spins[channel]
          planes[sample, channel, pixel / 2, pixel % 2] = 2
          let place = (sample * 4 + pixel) * 16 + channel
          (drive[place], topDown[place]) = (Float(1 + sample), Float(pixel))
          // Row 0 stays.
          let next = pixel < 2 ? 2 : 2 + 0.5 * (slopes[channel] * Float(1 + sample + pixel) - 2)
          expected.append(next)
          guard pixel >= 2 else { continue }
          moved += Double((next - 2) * (next - 2))
          size += Double(next * next)
        }
      }
    }
    let change = planes.respond(rule, states: 2, drive: drive, topDown: topDown, factor: 0.5, samples: 2, rows: 1..<2)
    var found: [Float] = []
    for sample in 0..<2 {
      for pixel in 0..<4 { for channel in 0..<3 { found.append(planes[sample, channel, pixel / 2, pixel % 2]) } }
    }
    #expect(found == expected)
    #expect(abs(change.moved - moved) < 1e-5 && abs(change.size - size) < 1e-5)
    #expect((0..<3).allSatisfy { planes[3, $0, 1, 1] == spins[$0] })
  }

  @Test func differencesAndMeansTakeThePlacesOfTwoStates() {
    let planes = SpinPlanes(shape: Self.shape, capacity: 4)
    for sample in 0..<4 { planes[sample, 2, 1, 0] = [5, 0.5, 2, 0.25][sample] }
    planes.formDifference(samples: 2)
    #expect((0..<4).map { planes[$0, 2, 1, 0] } == [3, 0.25, 3.5, 0.375])
    #expect((0..<4).allSatisfy { planes[$0, 1, 1, 0] == 0 })
  }
}
