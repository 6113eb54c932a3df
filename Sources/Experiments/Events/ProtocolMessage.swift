import Files

/// A message of Protocol Buffers, field by field: what TensorBoard's events are made of.
///
/// Source: the encoding section of the Protocol Buffers documentation (variable-length integers, fixed numbers, lengths).
struct ProtocolMessage {
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case integer = 0
    case eightBytes = 1
    case length = 2
    case fourBytes = 5
  }

  mutating func set(_ field: UInt64, integer value: Int) {
    key(field, .integer)
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func set(_ field: UInt64, double value: Double) {
    key(field, .eightBytes)
    fixed(value.bitPattern)
  }

  mutating func set(_ field: UInt64, float value: Float) {
    key(field, .fourBytes)
    fixed(value.bitPattern)
  }

  mutating func set(_ field: UInt64, text: String) {
    set(field, content: Array(text.utf8))
  }

  mutating func set(_ field: UInt64, message: ProtocolMessage) {
    set(field, content: message.bytes)
  }

  private mutating func set(_ field: UInt64, content: [UInt8]) {
    key(field, .length)
    variable(UInt64(content.count))
    bytes += content
  }

  private mutating func key(_ field: UInt64, _ type: WireType) { variable(field << 3 | type.rawValue) }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func fixed(_ value: some FixedWidthInteger) {
    bytes += value.littleEndianBytes
  }
}
