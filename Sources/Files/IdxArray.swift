/// The idx format of MNIST as a tensor of any shape and type: `00 00 type dimensions`, the extents as big-endian 32-bit numbers, then the
/// elements, big-endian.
///
/// Source: LeCun, Cortes & Burges, "The MNIST database".
package enum IdxArray {
  private static let types: [UInt8: Tensor.ElementType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]

  /// Whether a file begins as idx files do.
  package static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    let start = Array(bytes.prefix(4))
    return start.count == 4 && start[0] == 0 && start[1] == 0 && types[start[2]] != nil && (1...8).contains(start[3])
  }

  /// The array in `bytes`.
  ///
  /// - Throws: `TensorError`, whose text continues the name of a file: "is truncated: …".
  package static func tensor(_ bytes: [UInt8]) throws -> Tensor {
    guard begins(bytes), let type = types[bytes[2]] else {
      throw TensorError("is no idx file: byte 2 is no known type, or byte 3 no number of dimensions from 1 to 8")
    }
    let dimensions = Int(bytes[3])
    let start = 4 + 4 * dimensions
    guard bytes.count >= start else { throw TensorError("is truncated: it ends within the extents of \(dimensions) dimensions") }
    let shape = (0..<dimensions).map { dimension in
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * dimension + $1]) }
    }
    var size = type.size
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw TensorError("has the impossible shape \(shape)") }
      size = product
    }
    guard bytes.count - start == size else {
      let fault = bytes.count - start < size ? "is truncated" : "is too long"
      throw TensorError(
        "\(fault): \(shape) of \(type.rawValue) takes \(size) bytes, the file has \(bytes.count - start) after its header")
    }
    return Tensor(type: type, shape: shape, bytes: Tensor.swapped(Array(bytes[start...]), size: type.size))
  }
}

extension Tensor {
  /// Elements of the other byte order.
  static func swapped(_ bytes: [UInt8], size: Int) -> [UInt8] {
    guard size > 1 else { return bytes }
    var result = bytes
    for start in stride(from: 0, to: bytes.count, by: size) {
      for place in 0..<size { result[start + place] = bytes[start + size - 1 - place] }
    }
    return result
  }

  /// The elements of any real type, rounded to 32 bits; booleans are 0 and 1.
  ///
  /// - Throws: `TensorError` for complex numbers.
  package func numbers() throws -> [Float] {
    switch type {
    case .bool: bytes.map { $0 == 0 ? 0 : 1 }
    case .uint64: try words().map { Float($0) }
    case .int64, .int32, .int16, .int8, .uint8, .uint16, .uint32: try integers().map { Float($0) }
    default: try floats()
    }
  }

  /// The same in 64 bits, in which floating-point numbers keep all their digits.
  package func doubleNumbers() throws -> [Double] {
    switch type {
    case .float64: try doubles()
    case .int64, .int32, .int16, .int8, .uint8, .uint16, .uint32: try integers().map { Double($0) }
    default: try numbers().map { Double($0) }
    }
  }
}
