import Foundation
import TestTools
import Testing

@testable import Kernels

@Suite struct SpinUpdateTests {
  static let rules: [LocalRule] = [.clamp, .halfClamp, .sigmoid, .relu6, .tanh, .linear]

  static func exact(_ rule: LocalRule, _ z: Double) -> Double {
    switch rule {
    case .clamp: min(max(z, 0), 1)
    case .halfClamp: min(max(z / 2, 0), 1)
    case .sigmoid: 1 / (1 + exp(-z))
    case .relu6: min(max(z, 0), 6)
    case .tanh: tanh(z)
    case .linear: z
    }
  }

  /// `σ` of each number in `fields`.
  private func apply(_ rule: LocalRule, to fields: [Float]) -> [Float] {
    let pixels = (fields.count + 15) / 16
    let planes = SpinPlanes(shape: PlaneShape(channels: 16, rows: 1, columns: pixels), capacity: 1)
    let field = AlignedBuffer<Float>(count: 16 * pixels)
    for (index, value) in fields.enumerated() { field[index] = value }
    _ = planes.update(
      rule, bias: AlignedBuffer(count: 16), biasOffset: 0, base: nil, drive: field, topDown: nil, samples: 0..<1)
    return Array(planes.buffer.elements[0..<fields.count])
  }

  /// Relative to the exact value: 1e-6, and beside it the least normal number, where σ(−87 and below) ends.
  @Test(arguments: rules) func isAccurateFrom100To100(_ rule: LocalRule) {
    let fields =
      (-100_000...100_000).map { Float($0) * 1e-3 } + (-2000...2000).map { Float($0) * 1e-5 }
      + (-40...0).flatMap {
        [Float(sign: .plus, exponent: $0, significand: 1.37), -Float(sign: .plus, exponent: $0, significand: 1.37)]
      }
    for (field, spin) in zip(fields, apply(rule, to: fields)) {
      let exact = Self.exact(rule, Double(field))
      expectClose(Double(spin), exact, absolute: 2e-38, relative: 1e-6, "\(rule) of \(field)")
    }
  }

  /// Infinite fields saturate; what is no number leaves saturated spins, save on linear ones, which hand it on.
  @Test(arguments: rules) func ofInfinityAndNaN(_ rule: LocalRule) {
    let spins = apply(rule, to: [.infinity, -.infinity, .nan, .greatestFiniteMagnitude, -.greatestFiniteMagnitude])
    if rule == .linear {
      #expect(spins[0] == .infinity && spins[1] == -.infinity && spins[2].isNaN)
      return
    }
    let (greatest, least) = (Float(Self.exact(rule, 1000)), Float(Self.exact(rule, -1000)))
    #expect(spins[0] == greatest && spins[3] == greatest)
    #expect(abs(spins[1] - least) < 1e-37 && abs(spins[4] - least) < 1e-37)
    #expect(spins[2] >= least && spins[2] <= greatest)
  }

  /// Any terms, any number of channels: the sum of those present; halo, padding and other samples stay as they were; both norms.
  @Test(arguments: [1, 3, 4, 15, 16, 17, 31, 32, 33, 48]) func addsTheTermsThatArePresent(_ channels: Int) {
    for (index, rule) in Self.rules.enumerated() {
      for terms in 0..<8 { checkTerms(rule, channels: channels, terms: terms, samples: 1 + (index + terms) % 3) }
    }
  }

  private func checkTerms(_ rule: LocalRule, channels: Int, terms: Int, samples: Int) {
    let shape = PlaneShape(channels: channels, rows: 2, columns: 3, halo: 1)
    let planes = SpinPlanes(shape: shape, capacity: samples + 1)
    var random = Philox(seed: 1, stream: UInt32(terms)).sequence()
    func fill(_ buffer: AlignedBuffer<Float>) { for index in 0..<buffer.count { buffer[index] = 4 * random.uniform() - 2 } }
    let offset = 16
    let bias = AlignedBuffer<Float>(count: offset + shape.paddedChannels)
    fill(bias)
    let fields = (0..<3).map { term -> AlignedBuffer<Float>? in
      guard terms & 1 << term != 0 else { return nil }
      let field = AlignedBuffer<Float>(count: samples * shape.fieldCount)
      fill(field)
      return field
    }
    for sample in 0...samples {
      for channel in 0..<channels { for pixel in 0..<6 { planes[sample, channel, pixel / 3, pixel % 3] = random.uniform() } }
    }
    let before = planes.buffer.elements
    var expected = before.map(Double.init)
    var (moved, size) = (0.0, 0.0)
    for sample in 0..<samples {
      for pixel in 0..<6 {
        for channel in 0..<channels {
          let at = (sample * 6 + pixel) * shape.paddedChannels + channel
          let field = fields.reduce(Double(bias[offset + channel])) { $0 + Double($1?[at] ?? 0) }
          let index = sample * shape.stride + shape.offset(row: pixel / 3, column: pixel % 3) + channel
          expected[index] = Self.exact(rule, field)
          size += expected[index] * expected[index]
          moved += (expected[index] - Double(before[index])) * (expected[index] - Double(before[index]))
        }
      }
    }
    let change = planes.update(
      rule, bias: bias, biasOffset: offset, base: fields[0], drive: fields[1], topDown: fields[2], samples: 0..<samples)
    let error = zip(planes.buffer.elements, expected).map { abs(Double($0) - $1) }.max()!
    #expect(error < 2e-6, "\(rule), \(channels) channels, terms \(terms)")
    #expect(abs(change.moved - moved) <= 1e-5 * moved + 1e-9 && abs(change.size - size) <= 1e-5 * size + 1e-9)
    let after = planes.buffer.elements
    let outside = expected.indices.filter { expected[$0] == 0 && before[$0] == 0 }
    #expect(outside.allSatisfy { after[$0] == 0 }, "\(rule), \(channels) channels: halo or padding moved")
  }

  /// `s + ω (σ(f) − s)` within the range of σ, of some samples alone: an update of all is those of each.
  @Test(arguments: rules, [Float(0.5), 1.4, 1.9]) func movesFurtherThanTheMinimum(_ rule: LocalRule, _ factor: Float) {
    let shape = PlaneShape(channels: 17, rows: 2, columns: 2, halo: 1)
    let (planes, whole) = (SpinPlanes(shape: shape, capacity: 3), SpinPlanes(shape: shape, capacity: 3))
    let field = AlignedBuffer<Float>(count: 3 * shape.fieldCount)
    var random = Philox(seed: 5, stream: 0).sequence()
    for index in 0..<field.count { field[index] = 4 * random.uniform() - 1 }
    for sample in 0..<3 {
      for channel in 0..<17 { for pixel in 0..<4 { planes[sample, channel, pixel / 2, pixel % 2] = random.uniform() } }
    }
    whole.buffer.copy(from: planes.buffer, count: planes.buffer.count)
    let before = planes.buffer.elements
    func update(_ planes: SpinPlanes, _ samples: Range<Int>) {
      _ = planes.update(
        rule, bias: AlignedBuffer(count: shape.paddedChannels), biasOffset: 0, base: nil, drive: field, topDown: nil,
        factor: factor, samples: samples)
    }
    update(planes, 1..<2)
    let (low, high) = (Self.exact(rule, -1e9), Self.exact(rule, 1e9))
    for sample in 0..<3 {
      for channel in 0..<17 {
        for pixel in 0..<4 {
          let place = sample * shape.stride + shape.offset(row: pixel / 2, column: pixel % 2) + channel
          let old = Double(before[place])
          let f = Double(field[(sample * 4 + pixel) * shape.paddedChannels + channel])
          // With a slope of 1 the way is that to the field, which the walls cut off in the end.
          let hasSlope1 = [.clamp, .relu6, .linear].contains(rule)
          let moved = old + Double(factor) * ((hasSlope1 ? f : Self.exact(rule, f)) - old)
          let expected = sample == 1 ? min(max(moved, low), high) : old
          expectClose(Double(planes.buffer[place]), expected, absolute: 3e-6)
        }
      }
    }
    update(whole, 0..<3)
    update(planes, 0..<1)
    update(planes, 2..<3)
    #expect(planes.buffer.elements == whole.buffer.elements)
  }

  @Test func relativeChange() {
    #expect(SpinChange(moved: 4, size: 16).relative == 0.5)
    #expect(SpinChange(moved: 0, size: 0).relative == 0)
    #expect(SpinChange(moved: 1, size: 0).relative == 1e6)
  }

  @Test func channelSums() {
    let shape = PlaneShape(channels: 18, rows: 2, columns: 2, halo: 1)
    let planes = SpinPlanes(shape: shape, capacity: 3)
    var random = IntegerSource(stream: 1)
    let samples = random.samples(3, of: shape.spins)
    planes.fill(samples)
    let scale = AlignedBuffer<Float>(count: 3)
    scale.assign([1, -2, 0.5])
    let sums = AlignedBuffer<Float>(count: 16 + shape.paddedChannels)
    planes.addChannelSums(scale: scale, samples: 3, into: sums, at: 16)
    planes.addChannelSums(scale: scale, samples: 2, into: sums, at: 16)
    for channel in 0..<18 {
      let each: [Float] = samples.map { sample in Float(sample[4 * channel..<4 * channel + 4].reduce(0, +)) }
      let expected: Float = 2 * each[0] - 4 * each[1] + each[2] / 2
      #expect(sums[16 + channel] == expected)
    }
    #expect(sums.elements[..<16].allSatisfy { $0 == 0 } && sums.elements[34...].allSatisfy { $0 == 0 })
  }
}
