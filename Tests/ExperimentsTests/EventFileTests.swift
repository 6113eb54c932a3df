import Files
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct EventFileTests {
  @Test func messagesAreEncodedAsProtocolBuffers() {
    var inner = ProtocolMessage()
    inner.set(1, text: "testing")
    var message = ProtocolMessage()
    message.set(1, integer: 150)
    message.set(2, message: inner)
    message.set(3, float: 1)
    message.set(4, double: -2)
    message.set(5, integer: -1)
    #expect(
      message.bytes == [0x08, 0x96, 0x01, 0x12, 9, 0x0A, 7] + Array("testing".utf8) + [0x1D, 0, 0, 0x80, 0x3F]
        + [0x21, 0, 0, 0, 0, 0, 0, 0, 0xC0] + [0x28] + Array(repeating: 0xFF, count: 9) + [0x01])
  }

  @Test func recordsHoldLengthAndChecksums() throws {
    let record = EventFile.record([1, 2, 3])
    #expect(record.count == 8 + 4 + 3 + 4)
    #expect(Array(record[..<8]) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[8..<12]) == CRC32C.masked([3, 0, 0, 0, 0, 0, 0, 0]).littleEndianBytes)
    #expect(Array(record[15...]) == CRC32C.masked([1, 2, 3]).littleEndianBytes)
  }

  @Test func everyStartHasAFileOfWholeRecords() throws {
    let folder = try TemporaryFolder()
    let file = try EventFile(folder: folder.path, step: 7)
    file.append(.init(time: 1, epoch: 1, step: 8, kind: .validation, loss: 0.5, accuracy: 0.25))
    #expect(URL(fileURLWithPath: file.path).lastPathComponent.hasPrefix("events.out.tfevents."))
    var bytes = try contents(of: file.path)[...]
    var events: [[UInt8]] = []
    while !bytes.isEmpty {
      let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      let content = Array(bytes.dropFirst(12).prefix(length))
      #expect(Array(bytes.dropFirst(12 + length).prefix(4)) == CRC32C.masked(content).littleEndianBytes)
      events.append(content)
      bytes = bytes.dropFirst(16 + length)
    }
    try #require(events.count == 3)
    #expect(String(decoding: events[0], as: UTF8.self).contains("brain.Event:2"))
    // Step 8 starts the session anew: field 2, then field 7 with status 1.
    #expect(events[1].suffix(6) == [0x10, 8, 0x3A, 2, 0x08, 1])
    let text = String(decoding: events[2], as: UTF8.self)
    #expect(text.contains("loss/validation") && text.contains("accuracy/validation") && !text.contains("residual"))
  }
}
