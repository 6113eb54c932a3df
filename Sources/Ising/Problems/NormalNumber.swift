import Foundation

/// Normal numbers from a counter-based generator's words.
enum NormalNumber {
  /// Two uniform numbers of 32 bits as one normal number (Box & Muller 1958).
  static func draw(_ words: SIMD4<UInt32>) -> Double {
    let radius = (Double(words.x) + 0.5) * 0x1p-32
    let angle = (Double(words.y) + 0.5) * 0x1p-32
    return (-2 * log(radius)).squareRoot() * cos(2 * .pi * angle)
  }
}
