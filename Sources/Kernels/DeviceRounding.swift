extension AlignedBuffer where Element == Float {
  /// The greatest magnitude among elements `part`.
  public func greatestMagnitude(in part: Range<Int>) -> Float {
    precondition(part.lowerBound >= 0 && part.upperBound <= count)
    var greatest: Float = 0
    for index in part { greatest = max(greatest, base[index].magnitude) }
    return greatest
  }

  /// Elements `part` ← those of `source` as a device holds them: rounded to multiples of `step`, clipped at ± `limit`, and each
  /// multiplied by its own factor.
  ///
  /// - Parameters:
  ///   - step: 0: not rounded.
  ///   - factors: as long as the buffer.
  public func realise(
    _ source: AlignedBuffer<Float>, part: Range<Int>, step: Float, limit: Float, factors: AlignedBuffer<Float>?
  ) {
    precondition(part.lowerBound >= 0 && part.upperBound <= count && source.count == count)
    precondition(factors.map { $0.count == count } ?? true)
    for index in part {
      let value = step > 0 ? (source.base[index] / step).rounded(.toNearestOrEven) * step : source.base[index]
      base[index] = Swift.min(Swift.max(value, -limit), limit)
    }
    guard let factors else { return }
    for index in part { base[index] *= factors.base[index] }
  }
}
