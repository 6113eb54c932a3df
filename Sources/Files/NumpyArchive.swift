import Foundation

/// Arrays by name in NumPy's `.npz`: a ZIP archive of `.npy` files, not compressed.
///
/// Sources: NEP 1 of NumPy, version 1.0 of the format; PKWARE's APPNOTE.TXT, 4.3.
package enum NumpyArchive {
  /// Without ZIP64 a file's size has 32 bits.
  private static let greatestSize = Int(UInt32.max)

  /// Writes the archive whole or not at all.
  ///
  /// - Throws: `FileError`, also where an array or all of them are 4 GB or more.
  package static func write(_ arrays: [String: Tensor], to path: String) throws {
    let arrays = arrays.sorted { $0.key < $1.key }
    let headers = try arrays.map { try header($0.value, path: path) }
    let sizes = zip(arrays, headers).map { $0.value.bytes.count + $1.count }
    guard sizes.reduce(0, { $0 + $1 + 512 }) < greatestSize else {
      throw FileError(path: path, reason: "would have 4 GB or more, which .npz files do not hold; write a .safetensors file")
    }
    try AtomicFile.write(to: path) { write in
      var directory: [UInt8] = []
      var offset = 0
      for (index, (name, array)) in arrays.enumerated() {
        var checksum = Checksum()
        checksum.update(headers[index])
        checksum.update(array.bytes)
        let sum = UInt32(truncatingIfNeeded: checksum.value)
        let entry = Entry(name: name + ".npy", size: sizes[index], checksum: sum, offset: offset)
        try write(entry.local)
        try write(headers[index])
        try write(array.bytes)
        directory += entry.central
        offset += entry.local.count + sizes[index]
      }
      try write(directory + end(files: arrays.count, directory: directory.count, at: offset))
    }
  }

  /// The magic number and the description of an array, filled up so that the numbers begin at a multiple of 64 bytes.
  private static func header(_ tensor: Tensor, path: String) throws -> [UInt8] {
    let kinds: [Tensor.ElementType: String] = [
      .bool: "|b1", .uint8: "|u1", .int8: "|i1", .uint16: "<u2", .int16: "<i2", .float16: "<f2", .uint32: "<u4", .int32: "<i4",
      .float32: "<f4", .uint64: "<u8", .int64: "<i8", .float64: "<f8",
    ]
    guard let kind = kinds[tensor.type] else {
      throw FileError(path: path, reason: "NumPy has no numbers of type \(tensor.type.rawValue)")
    }
    let extents = tensor.shape.map { "\($0), " }.joined()
    var text = "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(extents)), }"
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    return [0x93] + [UInt8]("NUMPY".utf8) + [1, 0] + bytes(text.utf8.count, 2) + [UInt8](text.utf8)
  }

  /// A file in the archive.
  private struct Entry {
    let name: String
    let size: Int
    let checksum: UInt32
    let offset: Int

    /// 1 January 1980, so that the same arrays give the same file.
    private var common: [UInt8] {
      bytes(20, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0x21, 2) + bytes(Int(checksum), 4) + bytes(size, 4)
        + bytes(size, 4) + bytes(name.utf8.count, 2) + bytes(0, 2)
    }

    var local: [UInt8] { bytes(0x0403_4b50, 4) + common + [UInt8](name.utf8) }

    var central: [UInt8] {
      bytes(0x0201_4b50, 4) + bytes(20, 2) + common + bytes(0, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0, 4) + bytes(offset, 4)
        + [UInt8](name.utf8)
    }
  }

  private static func end(files: Int, directory: Int, at offset: Int) -> [UInt8] {
    bytes(0x0605_4b50, 4) + bytes(0, 2) + bytes(0, 2) + bytes(files, 2) + bytes(files, 2) + bytes(directory, 4) + bytes(offset, 4)
      + bytes(0, 2)
  }

  /// Little-endian.
  private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
