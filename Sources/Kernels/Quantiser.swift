import CKernels

/// The resolution of a device: the one place where numbers are rounded to a number of bits.
///
/// - A **range**, of weights, couplings and amplitudes: 2ᵇ levels from −max to max, `2 max/(2ᵇ − 1)` apart. Their number is even, so
///   zero lies between two of them; a number that is zero stays zero, since it is a coupling or a spin that is not there.
/// - A **circle**, of phases: 2ᵇ levels a turn, `2π/2ᵇ` apart.
/// - The circle **as published** (Gower 2025): multiples of `2π/(2ᵇ − 1)`, of which the first and the last are one phase.
package struct Quantiser: Equatable, Sendable {
  /// Where levels are.
  package enum Scale: Equatable, Sendable {
    /// From minus this number to it.
    case range(Double)
    /// A whole turn, at multiples of `2π/2ᵇ`.
    case circle
    /// A whole turn as published, at multiples of `2π/(2ᵇ − 1)`.
    case publishedCircle
  }

  /// `b`, 1 to 32.
  package let bits: Int
  /// Where the levels lie.
  package let scale: Scale

  /// - Precondition: 1 to 32 bits; a range above 0.
  package init(bits: Int, _ scale: Scale) {
    precondition((1...32).contains(bits), "\(bits) bits")
    if case .range(let limit) = scale { precondition(limit > 0, "levels up to \(limit)") }
    self.bits = bits
    self.scale = scale
  }

  /// The level nearest to a number.
  package func level(of value: Double) -> Double {
    guard case .range(let limit) = scale else {
      let step = 2 * Double.pi / (scale == .circle ? levels : levels - 1)
      return (value / step).rounded() * step
    }
    return Self.level(of: value, step: 2 * limit / (levels - 1), limit: limit)
  }

  /// Rounds every element of a plane, whole vectors; phases up to 2²² steps.
  package func round(_ plane: AlignedBuffer<Float>) {
    let levels = Float(self.levels)
    switch scale {
    case .range(let limit): MachineSteps.quantise(plane, step: 2 * Float(limit) / (levels - 1), offset: 0.5, limit: Float(limit))
    case .circle: MachineSteps.quantise(plane, step: 2 * .pi / levels, offset: 0, limit: .infinity)
    case .publishedCircle: MachineSteps.quantise(plane, step: 2 * .pi / (levels - 1), offset: 0, limit: .infinity)
    }
  }

  private var levels: Double { Double(UInt64(1) << UInt64(bits)) }

  fileprivate static func level<Number: BinaryFloatingPoint>(of value: Number, step: Number, limit: Number) -> Number {
    value == 0 ? 0 : min(max(((value + limit) / step).rounded() * step - limit, -limit), limit)
  }
}

extension AlignedBuffer where Element == Float {
  /// The greatest magnitude among elements `part`.
  package func greatestMagnitude(in part: Range<Int>) -> Float {
    precondition(part.lowerBound >= 0 && part.upperBound <= count)
    var greatest: Float = 0
    for index in part { greatest = max(greatest, base[index].magnitude) }
    return greatest
  }

  /// Elements `part` ← those of `source` as a device holds them: clipped at ± `limit`, rounded to one of 2ᵇ levels between, and each
  /// multiplied by its own factor.
  ///
  /// - Parameters:
  ///   - bits: `nil`: not rounded.
  ///   - factors: as long as the buffer.
  package func realise(
    _ source: AlignedBuffer<Float>, part: Range<Int>, bits: Int?, limit: Float, factors: AlignedBuffer<Float>?
  ) {
    precondition(part.lowerBound >= 0 && part.upperBound <= count && source.count == count)
    precondition(factors.map { $0.count == count } ?? true)
    let step = bits.map { 2 * limit / Float((1 << $0) - 1) } ?? 0
    for index in part {
      let value = Swift.min(Swift.max(source.base[index], -limit), limit)
      base[index] = step > 0 ? Quantiser.level(of: value, step: step, limit: limit) : value
    }
    guard let factors else { return }
    for index in part { base[index] *= factors.base[index] }
  }

  /// Rounds elements `part`, clipped at ± `limit`, to one of the two of 2ᵇ levels beside each, drawn so that the mean over the draws is the
  /// element. A level stays, and so does zero.
  ///
  /// - Parameter draw: together with an element's place, what its random number is counted by.
  package func roundStochastically(part: Range<Int>, bits: Int, limit: Float, _ random: Philox, draw: UInt32) {
    precondition(part.lowerBound >= 0 && part.upperBound <= count)
    let steps = Float((1 << bits) - 1)
    let step = 2 * limit / steps
    let tolerance = Swift.max(1e-3, steps * 2e-7)
    var words = SIMD4<UInt32>()
    for index in part {
      if index % 4 == 0 || index == part.lowerBound {
        words = random.block(SIMD4(UInt32(truncatingIfNeeded: index / 4), draw, 0, 0))
      }
      guard base[index] != 0 else { continue }
      let place = Swift.min(Swift.max((base[index] + limit) / step, 0), steps)
      // Conversions are faster than calls of the rounding functions.
      let below = Float(Int32(place))
      var fraction = place - below
      // What was a level is one to the last digits.
      if fraction < tolerance { fraction = 0 }
      if 1 - fraction < tolerance { fraction = 1 }
      let isAbove = Float(words[index % 4] >> 8) * 0x1p-24 < fraction
      base[index] = Swift.min(Swift.max((isAbove ? below + 1 : below) * step - limit, -limit), limit)
    }
  }
}
