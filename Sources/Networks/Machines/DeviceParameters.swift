import Foundation
import Kernels
import Machines

/// The parameters that a device has in place of those of a network.
final class DeviceParameters {
  let values: AlignedBuffer<Float>
  private let limits: HardwareLimits
  private let layout: NetworkLayout
  /// `1 + error` of each parameter.
  private let factors: AlignedBuffer<Float>?

  init(_ limits: HardwareLimits, layout: NetworkLayout) {
    self.limits = limits
    self.layout = layout
    values = AlignedBuffer(count: layout.parameterCount)
    factors = limits.mismatch > 0 ? Self.factors(limits, layout) : nil
  }

  private static func factors(_ limits: HardwareLimits, _ layout: NetworkLayout) -> AlignedBuffer<Float> {
    let factors = AlignedBuffer<Float>(count: layout.parameterCount)
    for (index, block) in layout.blocks.enumerated() {
      var random = Philox(seed: limits.device, .hardwareMismatch, member: index).sequence()
      for element in 0..<block.shape.reduce(1, *) {
        factors[block.position(element)] = 1 + limits.mismatch * Float(random.normal())
      }
    }
    return factors
  }

  /// Takes over the network's parameters.
  func realise(_ parameters: AlignedBuffer<Float>) {
    for block in layout.blocks {
      let part = block.offset..<block.offset + block.count
      let limit = limits.weightRange ?? parameters.greatestMagnitude(in: part)
      values.realise(parameters, part: part, bits: limits.weightBits, limit: limit, factors: factors)
    }
  }
}

extension HardwareLimits {
  /// The natural frequencies of a device's oscillators, one for each spin of the network, whatever the sample.
  func frequencies(of system: SpinSystem, _ layout: NetworkLayout) -> AlignedBuffer<Float> {
    let spins = layout.layers.reduce(0) { $0 + $1.shape.spins }
    var random = Philox(seed: device, .naturalFrequencies).sequence()
    let drawn = (0..<spins).map { _ in frequencySpread * Float(random.normal()) }
    let plane = system.shape.plane()
    for (place, number) in system.identifiers.enumerated() where number != .max { plane[place] = drawn[Int(number) % spins] }
    return plane
  }
}

extension PhiloxSequence {
  /// Normal with mean 0 and variance 1 (Box & Muller 1958).
  fileprivate mutating func normal() -> Double {
    let (radius, angle) = (1 - uniform(), uniform())
    return (-2 * logarithm(Double(radius))).squareRoot() * cos(2 * .pi * Double(angle))
  }
}
