import Kernels

/// How a device that trains keeps its parameters between updates.
public struct ParameterWriting: Equatable, Sendable {
  /// Where the parameters that updates change are kept.
  public enum Updates: String, CaseIterable, Sendable {
    /// In full precision beside the device, which gets them rounded.
    case copy
    /// On the device alone: after every update they are cut off at its range and rounded to its levels (Gower 2025).
    case inPlace
  }

  /// To which of the two levels beside it a number goes.
  public enum Rounding: String, CaseIterable, Sendable {
    /// The nearest one: an update of less than half a step is lost.
    case nearest
    /// Either, drawn so that the number is the mean of the draws: small updates count on average (Gupta et al. 2015).
    case stochastic
  }

  /// Where the parameters that updates change are kept.
  public var updates = Updates.copy
  /// How numbers are rounded to levels; `stochastic` only in place.
  public var rounding = Rounding.nearest

  /// Full precision beside the device.
  public init() {}

  func check(_ limits: HardwareLimits) throws {
    guard updates == .inPlace else {
      guard rounding == .nearest else {
        throw NetworkError("`rounding: stochastic` is one of updates that are written in place; set `updates: inPlace`")
      }
      return
    }
    guard limits.weightBits != nil, limits.weightRange != nil else {
      throw NetworkError("updates in place write levels of the device; set its `weightBits` and `weightRange`")
    }
    guard limits.mismatch == 0 else {
      throw NetworkError("updates in place write what the device holds; expected a `mismatch` of 0, found \(limits.mismatch)")
    }
  }
}

/// The memory of a device into which parameters are written: 2ᵇ levels from −range to range (`Quantiser`).
///
/// What is written depends on seed, update and parameter alone, so it is the same on every rank.
public struct ParameterMemory {
  private let bits: Int
  private let range: Float
  private let rounding: ParameterWriting.Rounding
  private let random: Philox
  private let blocks: [ParameterBlock]

  /// - Returns: `nil` where parameters are kept in full precision.
  public init?(_ limits: HardwareLimits, layout: NetworkLayout, seed: UInt64) {
    guard limits.writing.updates == .inPlace, let bits = limits.weightBits, let range = limits.weightRange else { return nil }
    (self.bits, self.range, rounding) = (bits, range, limits.writing.rounding)
    random = Philox(seed: seed, .parameterWriting)
    blocks = layout.blocks
  }

  /// Rounds initial parameters, to the nearest level; levels stay.
  public func begin(with parameters: AlignedBuffer<Float>) { write(parameters, draws: nil) }

  /// Rounds parameters after update `update`.
  public func write(_ parameters: AlignedBuffer<Float>, update: Int) {
    write(parameters, draws: rounding == .stochastic ? (random, UInt32(truncatingIfNeeded: update)) : nil)
  }

  private func write(_ parameters: AlignedBuffer<Float>, draws: (Philox, UInt32)?) {
    for block in blocks {
      let part = block.offset..<block.offset + block.count
      if let draws {
        parameters.roundStochastically(part: part, bits: bits, limit: range, draws.0, draw: draws.1)
      } else {
        parameters.realise(parameters, part: part, bits: bits, limit: range, factors: nil)
      }
    }
  }
}
