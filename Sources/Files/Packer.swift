import CPackers

/// Programs whose streams are read, and how those begin.
package enum Packer: String, CaseIterable {
  case gzip, bzip2, xz

  var magic: [UInt8] {
    switch self {
    case .gzip: [0x1F, 0x8B]
    case .bzip2: [0x42, 0x5A, 0x68]
    case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    }
  }

  fileprivate var number: Int32 {
    switch self {
    case .gzip: Int32(equilibria_packed_gzip)
    case .bzip2: Int32(equilibria_packed_bzip2)
    case .xz: Int32(equilibria_packed_xz)
    }
  }

  /// The packer of a content, `nil` if none of these has packed it.
  package static func of(_ bytes: some Collection<UInt8>) -> Packer? { allCases.first { bytes.starts(with: $0.magic) } }
}

/// Unpacks one stream, piece by piece.
final class Unpacker {
  /// What a step came to.
  enum Outcome: Equatable {
    /// The source or the target is used up.
    case more
    /// The stream is over, and its checksum is right.
    case end
    /// In the library's words; empty where it has none.
    case damaged(String)
    case takesTooMuchMemory
  }

  /// A stream of xz that takes more than this for its dictionary is refused (`xz -9` takes 65 MB).
  private static let greatestDictionary: UInt64 = 1 << 28

  private let stream: equilibria_unpacker_handle

  /// `nil` where there is no memory.
  init?(_ packer: Packer) {
    guard let stream = equilibria_unpacker_new(packer.number, Self.greatestDictionary) else { return nil }
    self.stream = stream
  }

  deinit { equilibria_unpacker_free(stream) }

  /// Unpacks `source[place...]` into `target[offset..<end]`, and moves `place` and `offset` on.
  func step(_ source: [UInt8], _ place: inout Int, into target: inout [UInt8], _ offset: inout Int, end: Int) -> Outcome {
    var (taken, given) = (0, 0)
    let code = equilibria_unpack(stream, source, place, source.count, &taken, &target, offset, end, &given)
    place += taken
    offset += given
    switch Int(code) {
    case Int(equilibria_packed_end): return .end
    case Int(equilibria_packed_damaged): return .damaged(String(cString: equilibria_unpacker_message(stream)))
    case Int(equilibria_packed_memory): return .takesTooMuchMemory
    default: return .more
    }
  }
}
