import Foundation

extension TensorFile {
  /// Writes a safetensors file with a checksum of its data in the metadata, whole or not at all.
  ///
  /// The bytes go to `PATH.partial`, which replaces `PATH` once it is on the disk.
  /// - Throws: `FileError`, leaving any older file at `path` as it is.
  package func write(to path: String) throws {
    let (header, sorted) = layout()
    // Readable by anyone who knows the format: sorted keys, and data that start at a multiple of eight.
    var text = [UInt8](try jsonText(header).utf8)
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    guard text.count <= SafetensorsHeader.maximumLength else {
      throw FileError(path: path, reason: "the header would have \(text.count) bytes, a safetensors file has at most 100,000,000")
    }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    try AtomicFile.write(to: path) { write in
      try write(length + text)
      for tensor in sorted { try write(tensor.bytes) }
    }
  }

  /// The header, and the order in which the tensors follow it: wide elements first, so that all are aligned, then by name.
  private func layout() -> (SafetensorsHeader, [Tensor]) {
    let sorted = tensors.sorted { ($1.value.type.size, $0.key) < ($0.value.type.size, $1.key) }
    var header = SafetensorsHeader(entries: [:], metadata: metadata)
    var checksum = Checksum()
    var end = 0
    for (name, tensor) in sorted {
      let start = end
      end += tensor.bytes.count
      header.entries[name] = .init(dtype: tensor.type.rawValue, shape: tensor.shape, dataOffsets: [start, end])
      checksum.update(tensor.bytes)
    }
    header.metadata[Checksum.metadataKey] = checksum.text
    return (header, sorted.map(\.value))
  }
}
