extension LocalRule {
  /// `σ'` where the rule gave `s`; at a bound the derivative is that of a spin that stays there, 0.
  @inline(__always)
  func derivative(at s: Float) -> Float {
    switch self {
    case .clamp: s > 0 && s < 1 ? 1 : 0
    case .halfClamp: s > 0 && s < 1 ? 0.5 : 0
    case .sigmoid: s * (1 - s)
    case .relu6: s > 0 && s < 6 ? 1 : 0
    case .tanh: 1 - s * s
    case .linear: 1
    }
  }
}

extension SpinPlanes {
  /// `self ← σ'(s) ⊙ field` over the first `samples` samples, where `rule` gave `s`; `field` is contiguous.
  package func assign(derivativeOf rule: LocalRule, at s: SpinPlanes, times field: AlignedBuffer<Float>, samples: Int) {
    precondition(shape == s.shape && samples <= min(capacity, s.capacity) && samples * shape.fieldCount <= field.count)
    forEachPixel(samples) { place, index in
      for channel in 0..<shape.channels {
        buffer.base[place + channel] = rule.derivative(at: s.buffer.base[place + channel]) * field.base[index + channel]
      }
    }
  }

  /// `self ← s + field`, kept within `range`; `field` is contiguous.
  package func assign(_ s: SpinPlanes, plus field: AlignedBuffer<Float>, within range: ClosedRange<Float>, samples: Int) {
    precondition(shape == s.shape && samples <= min(capacity, s.capacity) && samples * shape.fieldCount <= field.count)
    forEachPixel(samples) { place, index in
      for channel in 0..<shape.channels {
        let sum = s.buffer.base[place + channel] + field.base[index + channel]
        buffer.base[place + channel] = min(max(sum, range.lowerBound), range.upperBound)
      }
    }
  }

  /// `field ← self − s`, contiguous.
  package func difference(from s: SpinPlanes, into field: AlignedBuffer<Float>, samples: Int) {
    precondition(shape == s.shape && samples <= min(capacity, s.capacity) && samples * shape.fieldCount <= field.count)
    forEachPixel(samples) { place, index in
      for channel in 0..<shape.channels {
        field.base[index + channel] = buffer.base[place + channel] - s.buffer.base[place + channel]
      }
    }
  }

  /// Calls `body` with the places of every pixel in the planes and in a contiguous field.
  @inline(__always)
  private func forEachPixel(_ samples: Int, _ body: (Int, Int) -> Void) {
    for sample in 0..<samples {
      for pixel in 0..<shape.pixels {
        body(sample * shape.stride + Int(pixelOffsets[pixel]), (sample * shape.pixels + pixel) * shape.paddedChannels)
      }
    }
  }
}

extension AlignedBuffer where Element == Float {
  /// `Σ x y` over a range, in double precision and in order.
  package func product(with other: AlignedBuffer<Float>, range: Range<Int>) -> Double {
    precondition(range.lowerBound >= 0 && range.upperBound <= min(count, other.count))
    var sum = 0.0
    for index in range { sum += Double(base[index]) * Double(other.base[index]) }
    return sum
  }
}
