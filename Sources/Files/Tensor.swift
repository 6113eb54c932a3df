/// A dense array of numbers in row-major order, as a safetensors file holds it, and as a training hands on its state.
public struct Tensor: Equatable, Sendable {
  /// The element types of the safetensors format.
  public enum ElementType: String, CaseIterable, Sendable {
    /// One byte, 0 or 1.
    case bool = "BOOL"
    /// 0 … 255.
    case uint8 = "U8"
    /// −128 … 127.
    case int8 = "I8"
    /// Four bits of exponent and three of mantissa, without infinities (Micikevicius et al. 2022, "FP8 formats for deep learning").
    case float8E4M3 = "F8_E4M3"
    /// The upper half of an F16.
    case float8E5M2 = "F8_E5M2"
    /// A power of two.
    case float8E8M0 = "F8_E8M0"
    /// Two bytes, without a sign.
    case uint16 = "U16"
    /// Two bytes, with a sign.
    case int16 = "I16"
    /// Half precision of IEEE 754: five bits of exponent and ten of mantissa.
    case float16 = "F16"
    /// The upper half of an F32: eight bits of exponent and seven of mantissa.
    case bfloat16 = "BF16"
    /// Four bytes, without a sign.
    case uint32 = "U32"
    /// Four bytes, with a sign.
    case int32 = "I32"
    /// Single precision.
    case float32 = "F32"
    /// Eight bytes, without a sign.
    case uint64 = "U64"
    /// Eight bytes, with a sign.
    case int64 = "I64"
    /// Double precision.
    case float64 = "F64"
    /// Two F32, real and imaginary part.
    case complex64 = "C64"

    /// Bytes of one element.
    public var size: Int {
      switch self {
      case .bool, .uint8, .int8, .float8E4M3, .float8E5M2, .float8E8M0: 1
      case .uint16, .int16, .float16, .bfloat16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64, .complex64: 8
      }
    }
  }

  /// What `bytes` hold.
  public let type: ElementType
  /// Extent of each dimension; empty for a single number.
  public let shape: [Int]
  /// The elements, little-endian.
  public let bytes: [UInt8]

  /// - Precondition: `bytes` holds as many elements as `shape` says; the public initialisers see to it.
  init(type: ElementType, shape: [Int], bytes: [UInt8]) {
    precondition(bytes.count == shape.reduce(type.size, *), "\(bytes.count) bytes for \(shape) of \(type.rawValue)")
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// Number of elements.
  public var count: Int { bytes.count / type.size }
}

/// A tensor that does not hold what was asked of it.
public struct TensorError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// An error with a message that says what was found and what was expected.
  public init(_ description: String) {
    self.description = description
  }
}

// MARK: - From elements

extension Tensor {
  /// A tensor of F32.
  ///
  /// - Parameter shape: the extents; one dimension if `nil`.
  /// - Precondition: the product of `shape` is the number of elements; so for every initialiser from elements.
  public init(_ elements: [Float], shape: [Int]? = nil) {
    self.init(.float32, shape ?? [elements.count], patterns: elements.lazy.map(\.bitPattern), count: elements.count)
  }

  /// A tensor of F64.
  public init(_ elements: [Double], shape: [Int]? = nil) {
    self.init(.float64, shape ?? [elements.count], patterns: elements.lazy.map(\.bitPattern), count: elements.count)
  }

  /// A tensor of I64.
  public init(_ elements: [Int64], shape: [Int]? = nil) {
    self.init(.int64, shape ?? [elements.count], patterns: elements, count: elements.count)
  }

  /// A tensor of U64.
  public init(_ elements: [UInt64], shape: [Int]? = nil) {
    self.init(.uint64, shape ?? [elements.count], patterns: elements, count: elements.count)
  }

  /// A tensor of U8.
  public init(_ elements: [UInt8], shape: [Int]? = nil) {
    self.init(type: .uint8, shape: shape ?? [elements.count], bytes: elements)
  }

  init<Pattern: FixedWidthInteger>(
    _ type: ElementType, _ shape: [Int], patterns: some Swift.Sequence<Pattern>, count: Int
  ) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * type.size)
    for pattern in patterns {
      var rest = pattern
      for _ in 0..<type.size {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
    }
    self.init(type: type, shape: shape, bytes: bytes)
  }
}

// MARK: - To elements

extension Tensor {
  /// The elements of a tensor of real floating-point numbers, of which only those of F64 are rounded.
  ///
  /// - Throws: `TensorError` for any other type.
  public func floats() throws -> [Float] {
    switch type {
    case .float16: (0..<count).map { Float(Float16(bitPattern: pattern(at: $0))) }
    case .bfloat16: (0..<count).map { Float(bitPattern: UInt32(pattern(at: $0) as UInt16) << 16) }
    case .float32: (0..<count).map { Float(bitPattern: pattern(at: $0)) }
    case .float64: (0..<count).map { Float(Double(bitPattern: pattern(at: $0))) }
    case .float8E4M3: bytes.map(Self.floatOfE4M3)
    case .float8E5M2: bytes.map { Float(Float16(bitPattern: UInt16($0) << 8)) }
    case .float8E8M0: bytes.map { $0 == 255 ? .nan : Float(sign: .plus, exponent: Int($0) - 127, significand: 1) }
    default: throw TensorError("holds \(type.rawValue), expected F8, F16, BF16, F32 or F64")
    }
  }

  /// Bias 7; all bits of exponent and mantissa together are no number.
  private static func floatOfE4M3(_ byte: UInt8) -> Float {
    let (exponent, mantissa) = (Int(byte >> 3 & 15), Float(byte & 7) / 8)
    let size =
      if byte & 0x7F == 0x7F {
        Float.nan
      } else if exponent == 0 {
        Float(sign: .plus, exponent: -6, significand: mantissa)
      } else {
        Float(sign: .plus, exponent: exponent - 7, significand: 1 + mantissa)
      }
    return byte & 0x80 == 0 ? size : -size
  }

  /// The elements of a tensor of real floating-point numbers.
  ///
  /// - Throws: `TensorError` for any other type.
  public func doubles() throws -> [Double] {
    switch type {
    case .float64: (0..<count).map { Double(bitPattern: pattern(at: $0)) }
    default: try floats().map(Double.init)
    }
  }

  /// The elements of a tensor of whole numbers up to 2⁶³ − 1.
  ///
  /// - Throws: `TensorError` for any other type.
  public func integers() throws -> [Int64] {
    switch type {
    case .int64: (0..<count).map { pattern(at: $0) }
    case .int32: (0..<count).map { Int64(pattern(at: $0) as Int32) }
    case .int16: (0..<count).map { Int64(pattern(at: $0) as Int16) }
    case .int8: bytes.map { Int64(Int8(bitPattern: $0)) }
    case .uint8: bytes.map(Int64.init)
    case .uint16: (0..<count).map { Int64(pattern(at: $0) as UInt16) }
    case .uint32: (0..<count).map { Int64(pattern(at: $0) as UInt32) }
    default: throw TensorError("holds \(type.rawValue), expected I64, I32, I16, I8, U32, U16 or U8")
    }
  }

  /// The elements of a U64 tensor.
  ///
  /// - Throws: `TensorError` for any other type.
  public func words() throws -> [UInt64] {
    guard type == .uint64 else { throw TensorError("holds \(type.rawValue), expected U64") }
    return (0..<count).map { pattern(at: $0) }
  }

  private func pattern<Pattern: FixedWidthInteger>(at index: Int) -> Pattern {
    let size = Pattern.bitWidth / 8
    var pattern: Pattern = 0
    for byte in 0..<size {
      pattern |= Pattern(truncatingIfNeeded: bytes[index * size + byte]) << (8 * byte)
    }
    return pattern
  }
}
