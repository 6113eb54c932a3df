import CZlib
import Foundation
import Kernels
import Testing

@testable import Datasets

/// Bytes that look alike in no two places: 0, 37, 74 … with a slow drift.
func bytes(_ count: Int, from start: Int = 0) -> [UInt8] {
  (start..<start + count).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 251) }
}

/// An idx file of unsigned bytes; `magic` and `claimed` only differ from the truth to make a bad one.
func idx(_ content: [UInt8], extents: [Int], magic: Int? = nil) -> [UInt8] {
  ([magic ?? 0x0800 + extents.count] + extents).flatMap { value in
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  } + content
}

/// The description of the one `DatasetError` that `body` throws.
func message(of body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch let error as DatasetError {
    return error.description
  } catch {
    return "not a DatasetError: \(error)"
  }
}

/// CRC-32 of `bytes`.
func crc(_ bytes: [UInt8]) -> UInt { UInt(crc32(0, bytes, UInt32(bytes.count))) }

/// CRC-32 of the little-endian bytes of `values`.
func crc(_ values: [Float]) -> UInt {
  crc(values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
}

/// `count` images of `shape` whose labels go round through `classes`.
func images(_ count: Int, shape: ImageShape, classes: Int = 3) throws -> LabelledImages {
  try LabelledImages(
    shape: shape, classes: classes, pixels: bytes(count * shape.size), labels: (0..<count).map { UInt8($0 % classes) },
    source: "test")
}
