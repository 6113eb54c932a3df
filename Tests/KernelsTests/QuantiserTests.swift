import TestTools
import Testing

@testable import Kernels

/// How many levels there are, where they are, and that planes, parameters and single numbers are rounded alike.
@Suite struct QuantiserTests {
  private func plane(_ values: [Float]) -> AlignedBuffer<Float> {
    let plane = AlignedBuffer<Float>(count: (values.count + 15) / 16 * 16)
    for (index, value) in values.enumerated() { plane[index] = value }
    return plane
  }

  @Test(arguments: 1...8) func aRangeHasSoManyLevels(_ bits: Int) {
    let quantiser = Quantiser(bits: bits, .range(1.5))
    let count = 1 << bits
    var levels = Set<Double>()
    for sample in -4000...4000 where sample != 0 {
      let value = Double(sample) / 2000
      let level = quantiser.level(of: value)
      levels.insert(level)
      expectClose(level, min(max(value, -1.5), 1.5), absolute: 1.5 / Double(count - 1) * (1 + 1e-12))
    }
    #expect(levels.count == count && levels.min() == -1.5 && levels.max() == 1.5)
    #expect(quantiser.level(of: 0) == 0)
  }

  @Test(arguments: [1, 3, 6]) func planesAndParametersHaveTheLevelsOfNumbers(_ bits: Int) {
    // Between the middles of steps, where single and double precision may differ.
    let values = (-40...40).map { Float($0) * 0.0437 }
    let (rounded, source) = (plane(values), plane(values))
    Quantiser(bits: bits, .range(1.5)).round(rounded)
    let realised = AlignedBuffer<Float>(count: source.count)
    realised.realise(source, part: 0..<source.count, bits: bits, limit: 1.5, factors: nil)
    for (index, value) in values.enumerated() {
      let level = Quantiser(bits: bits, .range(1.5)).level(of: Double(value))
      #expect(abs(Double(rounded[index]) - level) < 1e-6 && abs(Double(realised[index]) - level) < 1e-6, "\(value)")
    }
    for index in values.count..<source.count { #expect(rounded[index] == 0 && realised[index] == 0) }
  }

  /// The mean over draws is the number, within four standard errors of a Bernoulli variable; that of nearest rounding is not.
  @Test(arguments: [2, 4, 8]) func stochasticRoundingIsRightOnAverage(_ bits: Int) {
    let step = 2 / Float((1 << bits) - 1)
    let values: [Float] = [-1.3, -1, -0.77, 0, 0.1 * step, 0.31, 0.92, 1, 4] + (1...7).map { Float($0) * 0.13 - 0.5 }
    let (draws, source) = (2000, plane(values))
    let random = Philox(seed: 3, stream: 1)
    var sums = [Double](repeating: 0, count: values.count)
    for draw in 0..<draws {
      let rounded = plane(values)
      rounded.roundStochastically(part: 0..<rounded.count, bits: bits, limit: 1, random, draw: UInt32(draw))
      for (index, value) in values.enumerated() {
        let place = Double((rounded[index] + 1) / step)
        #expect(value == 0 ? rounded[index] == 0 : abs(place - place.rounded()) < 1e-3)
        expectClose(rounded[index], min(max(value, -1), 1), absolute: step)
        sums[index] += Double(rounded[index])
      }
      let twice = plane(rounded.elements)
      twice.roundStochastically(part: 0..<twice.count, bits: bits, limit: 1, random, draw: UInt32(draw + 1))
      #expect(twice.elements == rounded.elements)
    }
    func isRight(_ index: Int, _ mean: Double) -> Bool {
      let value = Double(min(max(values[index], -1), 1))
      let fraction = ((value + 1) / Double(step)).truncatingRemainder(dividingBy: 1)
      return abs(mean - value) < 4 * Double(step) * (fraction * (1 - fraction) / Double(draws)).squareRoot() + 1e-3 * Double(step)
    }
    for index in values.indices { #expect(isRight(index, sums[index] / Double(draws)), "\(values[index])") }
    let nearest = plane(values)
    nearest.realise(source, part: 0..<nearest.count, bits: bits, limit: 1, factors: nil)
    #expect(!values.indices.allSatisfy { isRight($0, Double(nearest[$0])) })
  }

  @Test(arguments: [(Quantiser.Scale.circle, 8.0), (.publishedCircle, 7.0)])
  func phasesGoRound(_ scale: Quantiser.Scale, _ steps: Double) {
    let phases = (-30...30).map { Float($0) * 0.1013 }
    let rounded = plane(phases)
    Quantiser(bits: 3, scale).round(rounded)
    for (index, phase) in phases.enumerated() {
      let turns = Double(rounded[index]) / (2 * .pi) * steps
      #expect(abs(turns - turns.rounded()) < 1e-5 && abs(rounded[index] - phase) <= Float.pi / Float(steps) * 1.001)
      expectClose(Quantiser(bits: 3, scale).level(of: Double(phase)), Double(rounded[index]), absolute: 1e-5)
    }
  }
}
