import Foundation

/// NumPy's `.npy`: one array, read as a tensor.
///
/// Source: NEP 1 of NumPy, "A simple file format for NumPy arrays", versions 1.0 to 3.0. Numbers of either byte order are read, and arrays
/// in the order of Fortran are turned.
package enum NumpyArray {
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Whether a file begins as `.npy` files do.
  package static func begins(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: magic) }

  /// The array in `bytes`.
  ///
  /// - Throws: `TensorError`, whose text continues the name of a file: "is truncated: …".
  package static func tensor(_ bytes: [UInt8]) throws -> Tensor {
    let header = try Header(bytes)
    let type = try elementType(header.type)
    var size = type.size
    for extent in header.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { throw TensorError("has the impossible shape \(header.shape)") }
      size = product
    }
    guard bytes.count - header.end == size else {
      let fault = bytes.count - header.end < size ? "is truncated" : "is too long"
      throw TensorError(
        "\(fault): \(header.shape) of `\(header.type)` takes \(size) bytes, the file has \(bytes.count - header.end) after its header"
      )
    }
    var elements = Array(bytes[header.end...])
    if header.type.first == ">" { elements = Tensor.swapped(elements, size: type.size) }
    if header.isFortran, header.shape.count > 1 { elements = turned(elements, shape: header.shape, size: type.size) }
    return Tensor(type: type, shape: header.shape, bytes: elements)
  }

  private static func elementType(_ text: String) throws -> Tensor.ElementType {
    let types: [String: Tensor.ElementType] = [
      "b1": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "f2": .float16, "u4": .uint32, "i4": .int32,
      "f4": .float32,
      "u8": .uint64, "i8": .int64, "f8": .float64,
    ]
    if let type = types[String(text.drop { "<>|=".contains($0) })] { return type }
    let what = text.hasSuffix("O") ? "Python objects" : "`\(text.prefix(40))`"
    throw TensorError("holds \(what), expected whole or real numbers or booleans (NumPy's `astype` makes them)")
  }

  /// From the first index fastest to the last index fastest.
  private static func turned(_ bytes: [UInt8], shape: [Int], size: Int) -> [UInt8] {
    var steps: [Int] = []
    var step = 1
    for extent in shape {
      steps.append(step)
      step *= extent
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = Array(repeating: 0, count: shape.count)
    for _ in 0..<bytes.count / size {
      let place = zip(index, steps).reduce(0) { $0 + $1.0 * $1.1 } * size
      result += bytes[place..<place + size]
      for dimension in shape.indices.reversed() {
        index[dimension] += 1
        if index[dimension] < shape[dimension] { break }
        index[dimension] = 0
      }
    }
    return result
  }

  /// The text before the numbers: a dictionary as Python writes it.
  private struct Header {
    let type: String
    let isFortran: Bool
    let shape: [Int]
    /// Where the numbers begin.
    let end: Int

    /// NumPy writes less than a kilobyte.
    private static let greatestLength = 1 << 16

    init(_ bytes: [UInt8]) throws {
      guard begins(bytes), bytes.count >= 12 else { throw TensorError("is no .npy file: it does not begin with \\x93NUMPY") }
      let width = bytes[6] == 1 ? 2 : 4
      guard (1...3).contains(bytes[6]) else { throw TensorError("has version \(bytes[6]) of the .npy format, expected 1 to 3") }
      let length = (0..<width).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
      guard length <= Self.greatestLength, 8 + width + length <= bytes.count else {
        throw TensorError("is truncated: a header of \(length) bytes in a file of \(bytes.count)")
      }
      end = 8 + width + length
      let text = String(decoding: bytes[8 + width..<end], as: UTF8.self)
      guard let type = Self.value("descr", in: text), let order = Self.value("fortran_order", in: text),
        let extents = Self.value("shape", in: text)
      else { throw TensorError("has no header of a .npy file: expected `descr`, `fortran_order` and `shape`") }
      guard let quote = type.first, "'\"".contains(quote), let name = type.dropFirst().split(separator: quote).first else {
        throw TensorError("holds records of several fields, expected an array of numbers")
      }
      self.type = String(name)
      isFortran = order.hasPrefix("True")
      guard extents.first == "(", let close = extents.firstIndex(of: ")") else {
        throw TensorError("has a shape that is no list: \(extents.prefix(40))")
      }
      shape = try extents[..<close].dropFirst().split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }.map {
        // Python 2 wrote long integers with an L.
        guard let extent = Int($0.last == "L" ? String($0.dropLast()) : $0) else {
          throw TensorError("has the extent `\($0.prefix(40))`, expected a whole number")
        }
        return extent
      }
    }

    /// What follows the key, up to the end of the text.
    private static func value(_ key: String, in text: String) -> Substring? {
      for quote in ["'", "\""] {
        guard let range = text.range(of: quote + key + quote), let colon = text[range.upperBound...].firstIndex(of: ":") else {
          continue
        }
        return text[text.index(after: colon)...].drop { $0 == " " }
      }
      return nil
    }
  }
}

extension NumpyArchive {
  /// The arrays of an `.npz` file by name, those of `names` alone where that is not `nil`.
  ///
  /// - Parameter limit: bytes that each may take.
  /// - Throws: `FileError`.
  package static func read(_ path: String, names: Set<String>? = nil, atMost limit: Int) throws -> [String: Tensor] {
    let archive = try ZipArchive(path: path)
    var arrays: [String: Tensor] = [:]
    for entry in archive.entries where entry.name.hasSuffix(".npy") {
      let name = String(entry.name.dropLast(4))
      guard names?.contains(name) ?? true else { continue }
      do {
        arrays[name] = try NumpyArray.tensor(try archive.read(entry, atMost: limit))
      } catch let error as TensorError {
        throw FileError(path: path, reason: "array `\(name)` \(error)")
      }
    }
    return arrays
  }

  /// The names of the arrays of an `.npz` file.
  ///
  /// - Throws: `FileError`.
  package static func names(in path: String) throws -> [String] {
    try ZipArchive(path: path).entries.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
  }
}
