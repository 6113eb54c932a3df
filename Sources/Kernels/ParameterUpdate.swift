import CKernels

/// One parameter's rule for a whole range of a flat buffer. `rate` is the learning rate of the range. Gradient and moments begin with the
/// parameter at `origin`, since a rank may hold those of a part alone.
package enum ParameterUpdate {
  /// `v ← μv + (g + λθ)`, `θ ← θ − η v`, with Nesterov `θ ← θ − η(g + λθ + μv)` (Sutskever et al. 2013, in the form of
  /// PyTorch's SGD).
  package static func momentum(
    _ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, velocity: AlignedBuffer<Float>, range: Range<Int>,
    origin: Int = 0, rate: Float, momentum: Float, nesterov: Bool, weightDecay: Float, gradientScale: Float
  ) {
    precondition(0 <= origin && origin <= range.lowerBound && range.upperBound <= parameters.count)
    precondition(range.upperBound - origin <= min(gradient.count, velocity.count))
    let start = range.lowerBound - origin
    let (gradient, velocity) = (gradient.base + start, velocity.base + start)
    let parameters = parameters.base + range.lowerBound
    for index in 0..<range.count {
      let slope = gradient[index] * gradientScale + weightDecay * parameters[index]
      let speed = momentum * velocity[index] + slope
      velocity[index] = speed
      parameters[index] -= rate * (nesterov ? slope + momentum * speed : speed)
    }
  }

  /// Adam (Kingma & Ba 2015): `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `θ ← θ − η·(m/(1−β₁ᵗ))/(√(v/(1−β₂ᵗ)) + ε)`. Weight
  /// decay is part of the gradient, or, with `decoupled` (AdamW, Loshchilov & Hutter 2019), shrinks the parameter by `ηλ`
  /// beside it.
  package static func adam(
    _ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, first: AlignedBuffer<Float>, second: AlignedBuffer<Float>,
    range: Range<Int>, origin: Int = 0, rate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float,
    decoupled: Bool, correction1: Float, correction2: Float, gradientScale: Float
  ) {
    precondition(0 <= origin && origin <= range.lowerBound && range.upperBound <= parameters.count)
    precondition(range.upperBound - origin <= min(gradient.count, first.count, second.count))
    var rule = eq_adam(
      rate: rate, beta1: beta1, rest1: 1 - beta1, beta2: beta2, rest2: 1 - beta2, epsilon: epsilon, decay: weightDecay,
      kept: 1 - rate * weightDecay, scale: gradientScale, correction1: correction1, correction2: correction2,
      decoupled: decoupled ? 1 : 0)
    let start = range.lowerBound - origin
    InstructionSet.current.kernels.adam(
      parameters.base + range.lowerBound, gradient.base + start, first.base + start, second.base + start, Int64(range.count),
      &rule)
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

  /// `Σ x²` over the first `length` elements, in double precision.
  package func squaredNorm(count length: Int) -> Double { squaredNorm(of: 0..<length) }

  /// `Σ x²` over a range, in double precision: in 16 sums of every 16th element, which do not wait for each other, then over the sums in
  /// order.
  package func squaredNorm(of range: Range<Int>) -> Double {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    var sums = SIMD16<Double>()
    let whole = range.lowerBound + range.count / 16 * 16
    for index in stride(from: range.lowerBound, to: whole, by: 16) {
      let x = SIMD16<Double>(UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self))
      sums += x * x
    }
    var sum = (0..<16).reduce(0.0) { $0 + sums[$1] }
    for index in whole..<range.upperBound { sum += Double(base[index]) * Double(base[index]) }
    return sum
  }
}
