import Foundation

/// Inputs made of whole ones: bytes changed, taken out, doubled and put together, and numbers that are too great.
package struct Mutation {
  private var state: UInt64

  package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// How many inputs a test makes: as many as `EQUILIBRIA_FUZZ_INPUTS` says, which scripts/fuzz sets.
  package static func inputs(usually count: Int) -> Int {
    ProcessInfo.processInfo.environment["EQUILIBRIA_FUZZ_INPUTS"].flatMap { Int($0) } ?? count
  }

  /// Xorshift (Marsaglia 2003).
  private mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % max(bound, 1)
  }

  private static let words = [
    "9223372036854775807", "-1", "0", "1e999", "nan", "4294967296", "2147483647", "\u{0}", "\n\n", "[", "]", "{", "}", "\"", "<",
    ">", "&",
    "#", "%", "*", "\u{FEFF}", "\u{3}",
  ].map { [UInt8]($0.utf8) }

  /// One of `own`, changed in up to seven places; pieces of `others` may come into it.
  package mutating func change(_ own: [[UInt8]], _ others: [[UInt8]]) -> [UInt8] {
    var bytes = own[below(own.count)]
    for _ in 0...below(6) {
      let place = below(bytes.count + 1)
      switch below(7) {
      case 0: if place < bytes.count { bytes[place] = UInt8(below(256)) }
      case 1: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
      case 2: bytes.removeSubrange(place..<min(place + 1 + below(8), bytes.count))
      case 3: bytes.insert(contentsOf: Self.words[below(Self.words.count)], at: place)
      case 4: bytes.insert(contentsOf: bytes[place..<min(place + 1 + below(32), bytes.count)], at: place)
      case 5: bytes.removeSubrange(place...)
      default:
        let other = others[below(others.count)]
        let start = below(other.count + 1)
        bytes.insert(contentsOf: other[start..<min(start + 1 + below(32), other.count)], at: place)
      }
    }
    return bytes
  }
}
