extension MachineSteps {
  /// Numbers of a round trip through a travelling-wave amplifier. The loss `λ` and the pump are at most 1, amplitudes at most 2.
  package struct TravellingWave: Sendable {
    /// `λ`, `p`, `ε`, the standard deviation of one step's noise, and the greatest magnitude of an amplitude.
    package var loss, pump, coupling, noise, limit: Float

    /// All five numbers, for a field in natural units.
    package init(loss: Float, pump: Float, coupling: Float, noise: Float, limit: Float) {
      (self.loss, self.pump, self.coupling, self.noise, self.limit) = (loss, pump, coupling, noise, limit)
    }
  }

  /// `x ← clip(e^{−λ} g(x) x + ε f + strength · noise, ±limit)` with `g = 1/(cosh E − b sinh E / E)`, `E² = b² + x²`.
  package static func travellingWave(
    _ x: AlignedBuffer<Float>, field: AlignedBuffer<Float>, noise: NoisePlane?, _ numbers: TravellingWave
  ) {
    precondition(field.count == x.count && noise?.count ?? x.count == x.count, "planes of different shapes")
    let (pump, square) = (numbers.pump, numbers.pump * numbers.pump)
    let loss = hyperbolic(numbers.loss * numbers.loss)
    let kept = loss.cosine - numbers.loss * loss.sineRatio
    for index in 0..<x.count {
      let amplitude = x.base[index]
      let (cosine, sineRatio) = hyperbolic(square + amplitude * amplitude)
      var moved = kept * amplitude / (cosine - pump * sineRatio) + numbers.coupling * field.base[index]
      if let noise { moved += numbers.noise * noise.base[index] }
      x.base[index] = min(max(moved, -numbers.limit), numbers.limit)
    }
  }

  /// `cosh v` and `sinh v / v` of `v² = q`, by their series: exact to single precision for q up to 5, and free of roots.
  @inline(__always) private static func hyperbolic(_ q: Float) -> (cosine: Float, sineRatio: Float) {
    var (cosine, sineRatio): (Float, Float) = (1, 1)
    // Horner's rule: 1 + q/(1·2) (1 + q/(3·4) (1 + …)), and 1 + q/(2·3) (1 + q/(4·5) (1 + …)).
    cosine = 1 + cosine * q * (1 / 182)
    cosine = 1 + cosine * q * (1 / 132)
    cosine = 1 + cosine * q * (1 / 90)
    cosine = 1 + cosine * q * (1 / 56)
    cosine = 1 + cosine * q * (1 / 30)
    cosine = 1 + cosine * q * (1 / 12)
    cosine = 1 + cosine * q * (1 / 2)
    sineRatio = 1 + sineRatio * q * (1 / 210)
    sineRatio = 1 + sineRatio * q * (1 / 156)
    sineRatio = 1 + sineRatio * q * (1 / 110)
    sineRatio = 1 + sineRatio * q * (1 / 72)
    sineRatio = 1 + sineRatio * q * (1 / 42)
    sineRatio = 1 + sineRatio * q * (1 / 20)
    sineRatio = 1 + sineRatio * q * (1 / 6)
    return (cosine, sineRatio)
  }
}
