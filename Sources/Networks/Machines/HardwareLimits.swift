import Foundation
import Kernels

/// What a physical machine makes of a network: the resolution, range and imperfections of its parameters and of its states. Each
/// is off unless it is set.
///
/// Training keeps parameters in full precision and updates those; the machine relaxes what it makes of them.
public struct HardwareLimits: Equatable, Sendable {
  /// Bits of a weight or bias: 2ᵇ levels from −max to max (`Quantiser`), max being the range, or the greatest of its edge or layer. Zero
  /// stays zero.
  public var weightBits: Int?
  /// Weights and biases are cut off at ± this.
  public var weightRange: Float?
  /// The relative error of each weight and bias, normal with this deviation, the same in every run of one device.
  public var mismatch: Float = 0
  /// Which device.
  public var device: UInt64 = 0
  /// Bits of an amplitude, which is rounded after every step to 2ᵇ levels from −range to range; or of a phase, which is rounded to 2 to
  /// this power levels a turn when it is read at the end of a phase: couplings between oscillators are not digital.
  public var stateBits: Int?
  /// The amplitude at which levels end.
  public var stateRange: Float = 1
  /// Standard deviation of the noise that every amplitude, or phase, gets in every step.
  public var stateNoise: Float = 0

  public init() {}

  var limitsWeights: Bool { weightBits != nil || weightRange != nil || mismatch > 0 }
  var limitsStates: Bool { stateBits != nil || stateNoise > 0 }

  /// Refuses limits of states where no machine has them.
  ///
  /// - Throws: `NetworkError` that says what to use instead.
  public func check(_ machine: MachineSettings) throws {
    guard machine.kind == .hopfield, limitsStates else { return }
    throw NetworkError(
      "bits and noise of states are a machine's; take the machine conjugate with `adaptive: false`, which makes the same updates as "
        + "hopfield")
  }
}

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
        // Box & Muller 1958.
        let (radius, angle) = (1 - random.uniform(), random.uniform())
        let error = (-2 * logarithm(Double(radius))).squareRoot() * cos(2 * .pi * Double(angle))
        factors[block.position(element)] = 1 + limits.mismatch * Float(error)
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
