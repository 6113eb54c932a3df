/// The floating-point type in which weights are written.
package enum WeightPrecision: String, CaseIterable, Sendable {
  case f32, f16, bf16
}

extension Tensor {
  /// The same numbers in another precision, each rounded to the nearest, to the even one of two equally near.
  ///
  /// - Throws: `TensorError` if the tensor holds no floating-point numbers, or one of them is beyond the range of `precision`.
  package func rounded(to precision: WeightPrecision) throws -> Tensor {
    let values = try floats()
    switch precision {
    case .f32: return Tensor(values, shape: shape)
    case .f16:
      let rounded = values.lazy.map { Float16($0) }
      try Self.check(values, rounded.map { Float($0) }, "F16, at most \(Float16.greatestFiniteMagnitude)")
      return Tensor(.float16, shape, patterns: rounded.map(\.bitPattern), count: count)
    case .bf16:
      // The upper half of a Float, after adding just under half of its last bit, or half where that bit is odd.
      let patterns = values.map { value in
        let pattern = value.bitPattern
        return value.isFinite ? UInt16((pattern + 0x7FFF + (pattern >> 16 & 1)) >> 16) : UInt16(pattern >> 16)
      }
      let rounded = Tensor(.bfloat16, shape, patterns: patterns, count: count)
      try Self.check(values, try rounded.floats(), "BF16, at most 3.39e+38")
      return rounded
    }
  }

  private static func check(_ values: [Float], _ rounded: [Float], _ range: String) throws {
    if let index = rounded.firstIndex(where: { !$0.isFinite }) {
      throw TensorError("element \(index) is \(values[index]), which is beyond the range of \(range)")
    }
  }
}
