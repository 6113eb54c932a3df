/// One parameter's rule for a whole range of a flat buffer. `rate` is the learning rate of the range.
package enum ParameterUpdate {
  /// `v ← μv + (g + λθ)`, `θ ← θ − η v`, with Nesterov `θ ← θ − η(g + λθ + μv)` (Sutskever et al. 2013, in the form of
  /// PyTorch's SGD).
  package static func momentum(
    _ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, velocity: AlignedBuffer<Float>, range: Range<Int>,
    rate: Float,
    momentum: Float, nesterov: Bool, weightDecay: Float, gradientScale: Float
  ) {
    precondition(range.upperBound <= parameters.count && range.upperBound <= gradient.count && range.upperBound <= velocity.count)
    for index in range {
      let slope = gradient.base[index] * gradientScale + weightDecay * parameters.base[index]
      let speed = momentum * velocity.base[index] + slope
      velocity.base[index] = speed
      parameters.base[index] -= rate * (nesterov ? slope + momentum * speed : speed)
    }
  }

  /// Adam (Kingma & Ba 2015): `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `θ ← θ − η·(m/(1−β₁ᵗ))/(√(v/(1−β₂ᵗ)) + ε)`. Weight
  /// decay is part of the gradient, or, with `decoupled` (AdamW, Loshchilov & Hutter 2019), shrinks the parameter by `ηλ`
  /// beside it.
  package static func adam(
    _ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, first: AlignedBuffer<Float>, second: AlignedBuffer<Float>,
    range: Range<Int>, rate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, decoupled: Bool,
    correction1: Float, correction2: Float, gradientScale: Float
  ) {
    precondition(range.upperBound <= parameters.count && range.upperBound <= gradient.count)
    precondition(range.upperBound <= first.count && range.upperBound <= second.count)
    for index in range {
      var slope = gradient.base[index] * gradientScale
      if decoupled {
        parameters.base[index] *= 1 - rate * weightDecay
      } else {
        slope += weightDecay * parameters.base[index]
      }
      let mean = beta1 * first.base[index] + (1 - beta1) * slope
      let square = beta2 * second.base[index] + (1 - beta2) * slope * slope
      first.base[index] = mean
      second.base[index] = square
      parameters.base[index] -= rate * (mean / correction1) / ((square / correction2).squareRoot() + epsilon)
    }
  }

  /// `a ← a + (1 − d)(θ − a)`: a parameter that does not move keeps its average exactly.
  package static func average(_ average: AlignedBuffer<Float>, of parameters: AlignedBuffer<Float>, decay: Float) {
    precondition(average.count == parameters.count)
    for index in 0..<average.count { average.base[index] += (1 - decay) * (parameters.base[index] - average.base[index]) }
  }
}

extension AlignedBuffer where Element == Float {
  /// `x ← min(max(x, −bound), bound)` over a range.
  package func clip(to bound: Float, range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    for index in range { base[index] = min(max(base[index], -bound), bound) }
  }

  /// `Σ x²` over the first `length` elements, in double precision: in 16 sums of every 16th element, which do not wait for each
  /// other, then over the sums in order.
  package func squaredNorm(count length: Int) -> Double {
    precondition(length <= count)
    var sums = SIMD16<Double>()
    let whole = length / 16 * 16
    for index in stride(from: 0, to: whole, by: 16) {
      let x = SIMD16<Double>(UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self))
      sums += x * x
    }
    var sum = (0..<16).reduce(0.0) { $0 + sums[$1] }
    for index in whole..<length { sum += Double(base[index]) * Double(base[index]) }
    return sum
  }
}
