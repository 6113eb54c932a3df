import Foundation

/// The JSON at the beginning of a safetensors file: names, types, shapes and places of the tensors.
///
/// Layout of a file: the length of this header as a little-endian 64-bit integer, the header, then the elements of all tensors
/// without a gap (<https://github.com/huggingface/safetensors>).
struct SafetensorsHeader {
  struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]

    private enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  /// What the format's own implementation allows.
  static let maximumLength = 100_000_000
  static let metadataKey = "__metadata__"

  var entries: [String: Entry]
  var metadata: [String: String]
}

extension SafetensorsHeader: Codable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    entries = [:]
    metadata = [:]
    for name in container.allKeys {
      if name.stringValue == Self.metadataKey {
        // Some writers put `null` where they have nothing to say.
        metadata = try container.decodeIfPresent([String: String].self, forKey: name) ?? [:]
      } else {
        entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    if !metadata.isEmpty { try container.encode(metadata, forKey: Name(stringValue: Self.metadataKey)) }
    for (name, entry) in entries { try container.encode(entry, forKey: Name(stringValue: name)) }
  }
}

// MARK: - Places

extension SafetensorsHeader {
  /// A tensor's type, shape and bytes, counted from the end of the header.
  struct Place {
    var name: String
    var type: Tensor.ElementType
    var shape: [Int]
    var bytes: Range<Int>
  }

  /// The tensors in the order of their bytes.
  ///
  /// - Parameter dataSize: the bytes after the header.
  /// - Throws: `TensorError` unless every tensor has a known type and exactly the bytes that its shape needs, and all of them
  ///   together are `dataSize` bytes without a gap or an overlap.
  func places(dataSize: Int) throws -> [Place] {
    let places = try entries.map { try place(of: $1, name: $0) }
      .sorted { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    var end = 0
    for place in places {
      guard place.bytes.lowerBound == end else {
        let what = place.bytes.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
        throw TensorError("tensor `\(place.name)` \(what): it starts at byte \(place.bytes.lowerBound), expected \(end)")
      }
      end = place.bytes.upperBound
    }
    guard end == dataSize else {
      throw TensorError("the tensors need \(end) bytes, the file has \(dataSize) after its header")
    }
    return places
  }

  private func place(of entry: Entry, name: String) throws -> Place {
    guard let type = Tensor.ElementType(rawValue: entry.dtype) else {
      let known = Tensor.ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw TensorError("tensor `\(name)` has the unknown type \(entry.dtype); expected one of \(known)")
    }
    var size = type.size
    for extent in entry.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { throw TensorError("tensor `\(name)` has the impossible shape \(entry.shape)") }
      size = product
    }
    let offsets = entry.dataOffsets
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] - offsets[0] == size else {
      throw TensorError(
        "tensor `\(name)` has the offsets \(offsets); expected two that are \(size) bytes apart, "
          + "for \(entry.shape) of \(entry.dtype)"
      )
    }
    return Place(name: name, type: type, shape: entry.shape, bytes: offsets[0]..<offsets[1])
  }
}
