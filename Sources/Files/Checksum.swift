import CZlib

/// A running CRC-32 (IEEE 802.3, zlib's).
package struct Checksum {
  /// Under which a file of this program holds the checksum of its data.
  package static let metadataKey = "crc32"

  private var value: UInt = 0

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
