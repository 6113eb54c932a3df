import CZlib

/// A running CRC-32 (IEEE 802.3, zlib's).
package struct Checksum {
  /// Under which a file of this program holds the checksum of its data.
  package static let metadataKey = "crc32"

  private(set) var value: UInt = 0

  package init() {}

  package mutating func update(_ bytes: [UInt8]) {
    // zlib takes a 32-bit length, and begins anew when it is given no bytes.
    guard bytes.count > Self.stride else {
      if !bytes.isEmpty { value = crc32(value, bytes, UInt32(bytes.count)) }
      return
    }
    for start in Swift.stride(from: 0, to: bytes.count, by: Self.stride) {
      let part = Array(bytes[start..<min(start + Self.stride, bytes.count)])
      value = crc32(value, part, UInt32(part.count))
    }
  }

  /// Eight hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static let stride = 1 << 30
}

/// The checksum of TensorBoard's record files: CRC-32C (Castagnoli; RFC 3720, appendix B.4), reflected, polynomial 1EDC6F41.
package enum CRC32C {
  /// One byte at a time.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { value, byte in table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
  }

  /// Rotated and shifted, as records hold it: a checksum over bytes that hold their own checksum would be weak (TFRecord format).
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
