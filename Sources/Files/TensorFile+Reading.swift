import Foundation

extension TensorFile {
  /// Reads a safetensors file.
  ///
  /// The file is taken for hostile: nothing it says about sizes is believed before it is compared with the size of the file.
  /// - Throws: `FileError` if it cannot be read, is truncated, is not a safetensors file, or holds a
  ///   checksum (as the files of this program do) that its data do not have.
  package init(contentsOf path: String) throws {
    let size = try FileBytes.regularSize(path)
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      self = try Self.read(handle, size: size)
    } catch let error as TensorError {
      throw FileError(path: path, reason: error.description)
    } catch {
      throw FileError(path: path, reason: FileError.reason(error))
    }
  }

  private static func read(_ handle: FileHandle, size: Int) throws -> TensorFile {
    let length = try headerLength(try bytes(8, of: handle, for: "the length of its header"), fileSize: size)
    let header = try decodeHeader(try bytes(length, of: handle, for: "its header"))
    var file = TensorFile(metadata: header.metadata)
    var checksum = Checksum()
    for place in try header.places(dataSize: size - 8 - length) {
      let bytes = try bytes(place.bytes.count, of: handle, for: "tensor `\(place.name)`")
      checksum.update(bytes)
      file.tensors[place.name] = Tensor(type: place.type, shape: place.shape, bytes: bytes)
    }
    if let expected = file.metadata.removeValue(forKey: Checksum.metadataKey), expected != checksum.text {
      throw TensorError("is corrupt: its data have the checksum \(checksum.text), expected \(expected)")
    }
    return file
  }

  private static func bytes(_ count: Int, of handle: FileHandle, for what: String) throws -> [UInt8] {
    guard count > 0 else { return [] }
    let data = try handle.read(upToCount: count) ?? Data()
    guard data.count == count else {
      throw TensorError("is truncated: it ends after \(data.count) of the \(count) bytes of \(what)")
    }
    return [UInt8](data)
  }

  private static func headerLength(_ bytes: [UInt8], fileSize: Int) throws -> Int {
    let length = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(SafetensorsHeader.maximumLength) else {
      throw TensorError(
        "is not a safetensors file: a header of \(length) bytes, expected at most \(SafetensorsHeader.maximumLength)")
    }
    guard Int(length) <= fileSize - 8 else {
      throw TensorError("is truncated: a header of \(length) bytes in a file of \(fileSize)")
    }
    return Int(length)
  }

  private static func decodeHeader(_ bytes: [UInt8]) throws -> SafetensorsHeader {
    do {
      return try JSONDecoder().decode(SafetensorsHeader.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw TensorError("is not a safetensors file: unexpected header: \(describe(error))")
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(let type, let context): "`\(path(context))` is not \(type)"
    case .valueNotFound(_, let context): "`\(path(context))` is null"
    case .keyNotFound(let key, let context): "`\(path(context))` has no `\(key.stringValue)`"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty: "`\(path(context))`: \(context.debugDescription)"
    default: "not JSON"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.map(\.stringValue).joined(separator: ".")
  }
}
